"""Strict JSON in: bytes to checked values, or a problem that names every fault.

The body of a request passes through here on its way from `http/` to a handler. What
comes out is what the caller meant, whole; otherwise

- `MalformedJSON` (400): not JSON. NaN, a byte order mark and bad UTF-8 included.
- `ValidationFailed` (422): JSON, but beyond `JSONLimits`, or not of the wanted type.
  Every fault at once, each with its JSON pointer.

Source: RFC 8259 (JSON), RFC 7493 (I-JSON), RFC 6901 (pointers).

`msgspec` decodes and judges; `json_members` proves that it dropped nothing, or else
`json_tally`; that is the whole way of an ordinary document. One without the proof is
decoded a second time, untyped, for a proof of its own, and read by `json_scan` only when
that fails as well. The ways differ in cost, never in what they accept:

    decode ──ok──► proved? ──yes──► value
      │               └──no──► untyped proof or scan, unknown fields ──► value or 422
      └─refused──► scan ──► 400, or its limits 422 ──► collect_violations ──► 422

The cap on the body's bytes is left to `http/`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import msgspec

from drystone.errors import MalformedJSON, ValidationFailed, Violation
from drystone.schema.json_limits import DEFAULT_LIMITS, JSONLimits
from drystone.schema.json_proof import (
    compile_decode,
    compile_escaped_proof,
    compile_proof,
    compile_second_proof,
)
from drystone.schema.json_scan import scan_json
from drystone.schema.json_tally import BACKSLASH, count_quotes, tally_plain, texts_are_short
from drystone.schema.own_bounds import compile_bounds
from drystone.schema.validation import allows_unknown_fields, collect_violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

T = TypeVar("T")

# Every way in which msgspec refuses a document. RecursionError: it has no limit on
# nesting but the stack's.
_REFUSALS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decode_plain = msgspec.json.Decoder().decode


class JSONDecoder(Generic[T]):
    """Decodes documents of one type; built once, at start, and shared freely.

    Args:
        type: any type that `msgspec` decodes; None for whatever JSON holds.
        limits: what a document may contain.
        dec_hook: turns a plain value into a type that `msgspec` does not know, and
            raises ValueError with a sentence for the caller where it cannot.
    """

    __slots__ = (
        "_allows_unknown",
        "_dec_hook",
        "_keeps_bounds",
        "_limits",
        "_node",
        "_proves_escaped",
        "_proves_first",
        "_proves_second",
        "decode",
    )

    decode: Callable[[bytes], T]
    """Return the value of a document.

    Args:
        data: one JSON document in UTF-8.

    Raises:
        MalformedJSON: it is not JSON.
        ValidationFailed: it is past a limit, not of the type, or holds a field that the
            type does not have; `errors` lists every such fault.
    """

    @overload
    def __init__(
        self: JSONDecoder[Any],
        type: None = None,
        *,
        limits: JSONLimits = ...,
        dec_hook: Callable[[type, Any], Any] | None = ...,
    ) -> None: ...

    @overload
    def __init__(
        self,
        type: type[T],
        *,
        limits: JSONLimits = ...,
        dec_hook: Callable[[type, Any], Any] | None = ...,
    ) -> None: ...

    def __init__(
        self,
        type: type[T] | None = None,  # noqa: A002 - the name that msgspec gave it
        *,
        limits: JSONLimits = DEFAULT_LIMITS,
        dec_hook: Callable[[type, Any], Any] | None = None,
    ) -> None:
        wanted: Any = Any if type is None else type
        self._node = msgspec.inspect.type_info(wanted)
        self._limits = limits
        self._dec_hook = dec_hook
        self._keeps_bounds = compile_bounds(self._node)
        self._allows_unknown = allows_unknown_fields(self._node)
        self._proves_first = compile_proof(self._node, limits)
        self._proves_escaped = compile_escaped_proof(self._node, limits)
        self._proves_second = compile_second_proof(self._node, limits)
        self.decode = compile_decode(
            self._node,
            limits,
            bounds=self._keeps_bounds,
            decode=msgspec.json.Decoder(wanted, dec_hook=dec_hook).decode,
            refusals=_REFUSALS,
            explain=self._explain,
            settle=self._settle,
        )

    def _settle(self, data: bytes, value: T) -> T:
        """Return a value that was not proved at first sight, or refuse its document."""
        if BACKSLASH in data:
            proved = self._proves_escaped(value, data) or self._proves_first(value, data)
        else:
            # Without bounds, the first proof was tried when it was decoded.
            has_bounds = self._keeps_bounds is not None
            proved = has_bounds and self._proves_first(value, data)
            proved = proved or self._proves_second(value, data)
        if not proved:
            self._examine(data, value)
        if self._keeps_bounds is not None and not self._keeps_bounds(value):
            self._refuse(_decode_plain(data), None)
        return value

    def _examine(self, data: bytes, value: T) -> None:
        """Refuse a document that was decoded but not whole, or is past a limit."""
        try:
            untyped = isinstance(self._node, msgspec.inspect.AnyType)
            plain = value if untyped else _decode_plain(data)
        except _REFUSALS as refusal:
            # The type skipped or rewrote it: bad UTF-8 in an unknown field, 1e400.
            self._explain(data, refusal)
        limits = self._limits
        proved = count_quotes(data) == tally_plain(plain, limits) and (
            len(data) <= limits.max_string_bytes or texts_are_short(plain, limits.max_string_bytes)
        )
        if not proved:
            _raise_any(scan_json(data, limits))
        if self._allows_unknown:
            found = collect_violations(self._node, plain, dec_hook=self._dec_hook)
            _raise_any([one for one in found if one.code == "unknown_field"])

    def _explain(self, data: bytes, refusal: Exception) -> NoReturn:
        """Find every fault of a document that was refused, and raise them."""
        _raise_any(scan_json(data, self._limits))
        if isinstance(refusal, RecursionError):
            # The document is sound: it is our own stack that is nearly used up.
            raise refusal
        try:
            plain = _decode_plain(data)
        except _REFUSALS:
            raise MalformedJSON from refusal
        self._refuse(plain, refusal)

    def _refuse(self, plain: Any, refusal: Exception | None) -> NoReturn:
        _raise_any(collect_violations(self._node, plain, dec_hook=self._dec_hook))
        # Whoever judged it stays the judge: refused is refused, even where we cannot say why.
        raise ValidationFailed(
            errors=[Violation(code="type", detail="does not have the expected form", pointer="")]
        ) from refusal


@overload
def decode_json(data: bytes, type: None = None, *, limits: JSONLimits = ...) -> Any: ...


@overload
def decode_json(data: bytes, type: type[T], *, limits: JSONLimits = ...) -> T: ...


def decode_json(
    data: bytes,
    type: type[T] | None = None,  # noqa: A002 - the name that msgspec gave it
    *,
    limits: JSONLimits = DEFAULT_LIMITS,
) -> T | Any:
    r"""Decode one document; the decoder of a type is built once and kept.

    Code that knows its types at start holds a `JSONDecoder` instead.

    Args:
        data: one JSON document in UTF-8.
        type: any type that `msgspec` decodes; None for whatever JSON holds.
        limits: what the document may contain.

    Raises:
        MalformedJSON: it is not JSON.
        ValidationFailed: it is past a limit, not of the type, or holds a field that
            the type does not have.

    >>> decode_json(b'{"a": [1, 2]}')
    {'a': [1, 2]}
    >>> decode_json(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    drystone.errors.ValidationFailed: The request is not valid
    """
    wanted: Any = type
    if limits is DEFAULT_LIMITS:
        return _decoder_of(wanted).decode(data)
    return _limited_decoder_of(wanted, limits).decode(data)


@lru_cache(maxsize=256)
def _decoder_of(wanted: Any) -> JSONDecoder[Any]:
    return JSONDecoder(wanted)


@lru_cache(maxsize=256)
def _limited_decoder_of(wanted: Any, limits: JSONLimits) -> JSONDecoder[Any]:
    return JSONDecoder(wanted, limits=limits)


def _raise_any(violations: list[Violation]) -> None:
    if violations:
        raise ValidationFailed(errors=violations)
