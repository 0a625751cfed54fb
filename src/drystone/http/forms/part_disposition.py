r"""The `Content-Disposition` of one part of a form: its field's name, its file's name.

`form_data.py` reads each part's here instead of taking the parser library's word, so
that a header which two readers would understand in two ways is refused.

Source: RFC 7578, section 4.2; WHATWG HTML, "multipart form data", which writes `"`,
CR and LF as %22, %0D and %0A and nothing else in an escaped form.

What clients write, and what it means here:
- browsers, curl and httpx: `%22` and so on; a backslash stands for itself;
- Go and older clients: `\"` for a quotation mark, and then `\\` for a backslash. It is
  accepted, except where the quotation mark could as well end the value (before `;` and
  at the end): a browser's `"a\"` and the beginning of Go's `"a\"; b"` are alike;
- .NET: names without quotes, and `filename*` beside `filename`. RFC 7578 forbids
  `filename*`: it is ignored beside `filename`, and refused alone, since readers that
  ignore it take the file for a text.

Invariants: a name is never empty; no name holds a control character; a file's name
has no directory, and is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from drystone.errors import BadRequest
from drystone.http.parts.parameters import TOKEN, skip_space

# The longest name that Linux file systems take (NAME_MAX).
_MAX_FILENAME_BYTES: Final = 255

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Signs that turn the direction of text around: `gpj.exe` is shown as `exe.jpg`
# (Unicode TR 36, section 2.5).
_TURNING_SIGNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ESCAPED: Final = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class PartDisposition:
    """What a part says of itself.

    Attributes:
        name: of the form's field; never empty.
        filename: None for a text; empty for a file input in which no file was chosen.
    """

    name: str
    filename: str | None = None


def parse_part_disposition(value: str) -> PartDisposition:
    r"""Read the value of a part's `Content-Disposition`.

    Raises:
        BadRequest: it is not `form-data` with a name, or can be read in two ways, or a
            name cannot be used.

    >>> parse_part_disposition('form-data; name="photo"; filename="C:\\holiday\\sea.jpg"')
    PartDisposition(name='photo', filename='sea.jpg')
    """
    kind = TOKEN.match(value)
    if kind is None or kind[0].lower() != "form-data":
        _refuse("A part's Content-Disposition is not form-data.")
    parameters = _read_parameters(value, kind.end())
    name = parameters.get("name")
    if not name:
        _refuse("A part has no name.")
    if _CONTROLS.search(name):
        _refuse("The name of a part holds a control character.")
    filename = parameters.get("filename")
    if filename is None and "filename*" in parameters:
        _refuse("A file is named by filename* alone, which RFC 7578 forbids.")
    return PartDisposition(name, _clean(filename) if filename else filename)


def _read_parameters(text: str, position: int) -> dict[str, str]:
    parameters: dict[str, str] = {}
    while (position := skip_space(text, position)) < len(text):
        match = TOKEN.match(text, skip_space(text, position + 1))
        if text[position] != ";" or match is None or not text.startswith("=", match.end()):
            _refuse("A part's Content-Disposition is malformed.")
        name = match[0].lower()
        if name in parameters:
            _refuse("A parameter of a part's Content-Disposition is there twice.")
        parameters[name], position = _read_value(text, match.end() + 1)
    return parameters


def _read_value(text: str, start: int) -> tuple[str, int]:
    """Return the value at `start`, decoded, and where it ends."""
    if not text.startswith('"', start):
        token = TOKEN.match(text, start)
        if token is None:
            _refuse("A part's Content-Disposition is malformed.")
        return token[0], token.end()
    end = _find_closing_quote(text, start + 1)
    value = text[start + 1 : end]
    if '\\"' in value:
        return _ESCAPED.sub(r"\1", value), end + 1
    return value.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n"), end + 1


def _find_closing_quote(text: str, start: int) -> int:
    end = text.find('"', start)
    while end > start and text[end - 1] == "\\":
        follows = skip_space(text, end + 1)
        if follows == len(text) or text[follows] == ";":
            _refuse("It is unclear whether a backslash escapes the quotation mark after it.")
        end = text.find('"', end + 1)
    if end < 0:
        _refuse("A quotation mark in a part's Content-Disposition is not closed.")
    return end


def _clean(filename: str) -> str:
    """Return the last segment of what a client calls its file.

    Old browsers sent the whole path, with either slash; attackers send `../`.
    """
    name = filename[max(filename.rfind("/"), filename.rfind("\\")) + 1 :]
    if name in {"", ".", ".."}:
        _refuse("The name of a file names a directory.")
    if _CONTROLS.search(name) or _TURNING_SIGNS.search(name):
        _refuse("The name of a file holds a control character.")
    if len(name.encode()) > _MAX_FILENAME_BYTES:
        _refuse(f"The name of a file is over {_MAX_FILENAME_BYTES} bytes.")
    return name


def _refuse(detail: str) -> NoReturn:
    raise BadRequest(detail)
