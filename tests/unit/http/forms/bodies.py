"""Bodies of forms for tests: making them, and reading them in any pieces."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from drystone.errors import Problem
from drystone.http.body import Body
from drystone.http.forms.form import Form, FormLimits, Upload, parse_form
from drystone.http.parts.media import MediaType

BOUNDARY = "bd"
MULTIPART = MediaType("multipart", "form-data", {"boundary": BOUNDARY})
URLENCODED = MediaType("application", "x-www-form-urlencoded")
MAX_BODY = 64 * 1024 * 1024


def body_of(pieces: Iterable[bytes]) -> Body:
    rest = iter([*pieces, b""])

    async def receive() -> bytes:
        return next(rest, b"")

    return Body(receive, declared_length=None, max_bytes=MAX_BODY)


async def read(
    data: bytes | Sequence[bytes], media_type: MediaType | None = MULTIPART, **limits: int
) -> Form:
    """Read a form that arrives in these pieces."""
    pieces = [data] if isinstance(data, bytes) else data
    return await parse_form(
        body_of(piece for piece in pieces if piece), media_type, limits=FormLimits(**limits)
    )


def part(name: str, content: bytes = b"", *headers: str, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    lines = [f'Content-Disposition: form-data; name="{name}"{file}', *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + content


def join(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n" + each + b"\r\n" for each in parts) + line + b"--\r\n"


async def contents(form: Form) -> list[tuple[Any, ...]]:
    """Read every field of a form: texts, and uploads as (filename, type, content)."""
    found: list[tuple[Any, ...]] = []
    for name, value in form.items():
        if isinstance(value, Upload):
            value.rewind()
            found.append((name, value.filename, value.content_type, await value.read()))
        else:
            found.append((name, value))
    return found


async def outcome(data: bytes | Sequence[bytes], **limits: int) -> Any:
    """Return what a body is read as, or which problem it ends in."""
    try:
        async with await read(data, MULTIPART, **limits) as form:
            return await contents(form)
    except Problem as problem:
        return type(problem), problem.detail


def open_files(directory: Path) -> int:
    """Count this process's open files in `directory`, nameless ones included."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own is gone by now
            found += str(descriptor.readlink()).startswith(str(directory))
    return found
