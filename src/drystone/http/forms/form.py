"""Forms: the bodies that browsers send, as fields and uploads.

`Request.form` calls `parse_form`, which reads both kinds:
- `application/x-www-form-urlencoded`, whole (it is small), by `urlencoded.py`;
- `multipart/form-data`, as it arrives, by `form_data.py`.

Sources: WHATWG URL standard, section 5.1; RFC 7578.

Invariants:
- A text has one meaning: a repeated name is refused where one value is asked for.
- Whatever happens while a form is read, no temporary file is left.

Left out on purpose: `text/plain` forms, which cannot be read back without doubt, and
names with structure (`a[b]`), which are names like any other here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final, Self, TypeVar, overload

from drystone.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType, Violation
from drystone.http.body import Body
from drystone.http.forms.limits import FormLimits
from drystone.http.forms.multipart_reader import Field, read_form_data
from drystone.http.forms.spool import Spool
from drystone.http.forms.upload import Upload
from drystone.http.parts.media import MediaType
from drystone.http.parts.urlencoded import parse_urlencoded
from drystone.schema.json_pointer import format_pointer

__all__ = ["Form", "FormLimits", "Upload", "parse_form"]

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
DEFAULT_LIMITS: Final = FormLimits()

T = TypeVar("T")


class Form:
    """Texts and uploads of a form by name, in order. Made by `parse_form`.

    Use it with `async with`, or close it: its uploads end with it.

    >>> form = Form([("name", "Ada"), ("tag", "a"), ("tag", "b")])
    >>> form.get("name"), form.get_all("tag"), form.file("photo")
    ('Ada', ['a', 'b'], None)
    """

    __slots__ = ("_fields", "_spool", "_values")

    def __init__(self, fields: Sequence[Field] = (), spool: Spool | None = None) -> None:
        self._fields = tuple(fields)
        self._spool = spool
        self._values: dict[str, list[str | Upload]] = {}
        for name, value in self._fields:
            self._values.setdefault(name, []).append(value)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        # Values may be passwords; names are enough to debug with.
        return f"Form({self.names()!r})"

    async def close(self) -> None:
        """Give up the uploads' memory and temporary file. Closing twice is allowed."""
        if self._spool is not None:
            await self._spool.close()

    def names(self) -> list[str]:
        """Return each name once, in order of first appearance."""
        return list(self._values)

    def items(self) -> tuple[Field, ...]:
        """Return every pair of name and text or upload, in order."""
        return self._fields

    @overload
    def get(self, name: str, default: str) -> str: ...
    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the text `name`, or `default` when it is absent.

        Raises:
            BadRequest: it is there more than once, or is a file.
        """
        text = _only(name, self.get_all(name))
        return default if text is None else text

    def get_all(self, name: str) -> list[str]:
        """Return every text `name`, in order; empty when it is absent.

        Raises:
            BadRequest: one of them is a file.
        """
        values = self._values.get(name, ())
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values):
            raise _refuse(name, "type", "is a file, where a text is expected")
        return texts

    def file(self, name: str) -> Upload | None:
        """Return the upload `name`; None when it is absent, or no file was chosen.

        Raises:
            BadRequest: it is there more than once, or is a text.
        """
        return _only(name, self.files(name))

    def files(self, name: str) -> list[Upload]:
        """Return every upload `name`, in order; empty when it is absent.

        Raises:
            BadRequest: one of them is a text.
        """
        values = self._values.get(name, ())
        uploads = [value for value in values if isinstance(value, Upload)]
        if len(uploads) < len(values):
            raise _refuse(name, "type", "is a text, where a file is expected")
        return uploads


async def parse_form(
    body: Body, media_type: MediaType | None, *, limits: FormLimits = DEFAULT_LIMITS
) -> Form:
    """Read a form.

    Args:
        body: the request's; read to its end.
        media_type: what it is declared as; None where that is absent or malformed.
        limits: how much is read. They only lower the route's own limit for bodies.

    Raises:
        UnsupportedMediaType: it is no form, or in a charset other than UTF-8.
        BadRequest: it is not well-formed; malformed urlencoded fields are all listed.
        PayloadTooLarge: a limit is passed.
        RequestTimeout, ClientDisconnected: as for `Body.read`.
    """
    if media_type is None or media_type.essence not in {URLENCODED, MULTIPART}:
        raise UnsupportedMediaType(f"The body must be sent as {MULTIPART} or {URLENCODED}.")
    if media_type.params.get("charset", "utf-8").lower() != "utf-8":
        raise UnsupportedMediaType("A form must be UTF-8.")
    if media_type.essence == URLENCODED:
        return await _read_urlencoded(body, limits)
    return await _read_multipart(body, media_type, limits)


async def _read_urlencoded(body: Body, limits: FormLimits) -> Form:
    raw = await body.read_all(max_bytes=limits.max_urlencoded_bytes)
    pairs, faults = parse_urlencoded(raw, max_pairs=limits.max_fields)
    if any(fault.code == "limit" for fault in faults):
        raise PayloadTooLarge(f"The form has more than {limits.max_fields} fields.")
    if faults:
        raise BadRequest(
            faults[0].detail if len(faults) == 1 else f"{len(faults)} fields are malformed.",
            errors=[
                Violation(
                    code=fault.code,
                    detail=fault.detail,
                    pointer="" if fault.name is None else format_pointer([fault.name]),
                )
                for fault in faults
            ],
        )
    return Form(pairs)


async def _read_multipart(body: Body, media_type: MediaType, limits: FormLimits) -> Form:
    if limits.max_bytes < body.max_bytes:
        body.limit(limits.max_bytes)
    spool = Spool(limits.spool_threshold_bytes)
    try:
        fields = await read_form_data(
            body, media_type.params.get("boundary"), limits=limits, spool=spool
        )
    except BaseException:
        await spool.close()
        raise
    return Form(fields, spool)


def _only(name: str, values: list[T]) -> T | None:
    """Return the one value, None for none."""
    if len(values) > 1:
        raise _refuse(name, "duplicate", "is there more than once")
    return values[0] if values else None


def _refuse(name: str, code: str, what: str) -> BadRequest:
    pointer = format_pointer([name])
    detail = f"The field {what}."
    return BadRequest(detail, errors=[Violation(code=code, detail=detail, pointer=pointer)])
