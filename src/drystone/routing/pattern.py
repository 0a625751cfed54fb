"""Path patterns: what a route declares, as data.

A pattern is read once, when a route is declared; the tree matches requests
against all of them, and `build` turns one back into an address. No request
passes through this module.

    pattern   = "/" / 1*( "/" segment )
    segment   = literal / parameter
    literal   = 1*( unreserved / sub-delims / ":" / "@" )   ; but not "." or ".."
    parameter = "{" name [ ":" converter ] "}"
    name      = ( ALPHA / "_" ) *( ALPHA / DIGIT / "_" )
    converter = "int" / "uuid" / "path"

Source: RFC 3986, section 3.3. A literal is compared with the decoded path, letter
by letter and case by case (section 6.2.2.1), so only characters that are never
written encoded may stand in it.

| parameter     | matches                                         | value       |
| ------------- | ----------------------------------------------- | ----------- |
| `{name}`      | one non-empty segment                           | `str`       |
| `{name:int}`  | a canonical decimal within 64 bits, `-` allowed | `int`       |
| `{name:uuid}` | 36 characters with hyphens, either case         | `uuid.UUID` |
| `{name:path}` | the rest: one or more segments, none empty      | `str`       |

Invariants:
- A parameter is a whole segment, and `path` is the last. Where a match lies is
  then decided by whole segments, without looking inside them.
- The rest of a path has at least one segment, and none is empty: `/files/{rest:path}`
  matches neither `/files` nor `/files/` nor `/files/a/`. A trailing slash is never
  part of a matched path, so the router can redirect every one of them.
- A mistake is found at declaration, and the error quotes the pattern and the mend.

Left out on purpose: optional segments, regular expressions, several parameters in
one segment. Each makes precedence a puzzle; two routes say it more plainly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from drystone.routing.converter import CONVERTERS, PATH, SEGMENT, Converter

if TYPE_CHECKING:
    from collections.abc import Iterable

# The HTTP layer refuses longer paths; a longer pattern could never match.
MAX_SEGMENTS = 32

_LITERAL = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@]+")
_PARAMETER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class RouteError(ValueError):
    """A mistake in a route's declaration, or in the values given to build its address.

    The message is one line: it quotes the pattern and says what to write instead.
    """


@dataclass(frozen=True, slots=True)
class Parameter:
    """A segment of a pattern that takes any text of its converter's form.

    Attributes:
        name: the key in the parameters of a match.
        converter: what it matches, and the type of its value.
    """

    name: str
    converter: Converter


Segment: TypeAlias = str | Parameter
Shape: TypeAlias = tuple[str | Converter, ...]


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A parsed path pattern; two are equal when they were written alike.

    Attributes:
        text: the pattern as it was declared.
        segments: a `str` for each literal, a `Parameter` for each parameter.
    """

    text: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str) -> PathPattern:
        """Read a pattern.

        Args:
            text: such as `/projects/{id:uuid}/tasks`.

        Raises:
            RouteError: the text is not a pattern; see the grammar above.

        >>> PathPattern.parse("/projects/{id:uuid}/tasks").template
        '/projects/{id}/tasks'
        >>> PathPattern.parse("/tasks/")
        Traceback (most recent call last):
        drystone.routing.pattern.RouteError: path pattern '/tasks/': ends with a slash; \
write '/tasks'
        """
        try:
            return cls(text, tuple(_parse_segments(text)))
        except _Fault as fault:
            raise RouteError(f"path pattern {text!r}: {fault}") from None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, from left to right."""
        return tuple(segment for segment in self.segments if isinstance(segment, Parameter))

    @property
    def template(self) -> str:
        """The pattern without its converters: its name in logs, metrics and OpenAPI."""
        return "/" + "/".join(
            f"{{{segment.name}}}" if isinstance(segment, Parameter) else segment
            for segment in self.segments
        )

    @property
    def shape(self) -> Shape:
        """What the pattern matches, whatever its parameters are called."""
        return tuple(
            segment.converter if isinstance(segment, Parameter) else segment
            for segment in self.segments
        )

    def build(self, /, **params: object) -> str:
        """Return the address that this pattern matches with these values.

        Args:
            params: a value for each parameter, of its converter's type.

        Returns:
            A path that is percent-encoded by the rules for segments.

        Raises:
            RouteError: a value is missing, has no parameter, is of another type or
                cannot stand in a path, or the path would have too many segments.

        >>> PathPattern.parse("/tags/{name}").build(name="to do")
        '/tags/to%20do'
        """
        self._check_names(params.keys())
        path = "/" + "/".join(
            self._format(segment, params[segment.name])
            if isinstance(segment, Parameter)
            else segment
            for segment in self.segments
        )
        if path.count("/") > MAX_SEGMENTS:
            raise RouteError(f"{self.text!r}: the path has more than {MAX_SEGMENTS} segments")
        return path

    def _check_names(self, given: Iterable[str]) -> None:
        names = {parameter.name for parameter in self.parameters}
        if missing := names.difference(given):
            raise RouteError(f"{self.text!r}: give a value for {_listed(missing)}")
        if extra := set(given) - names:
            raise RouteError(f"{self.text!r}: has no parameter {_listed(extra)}; leave it out")

    def _format(self, parameter: Parameter, value: object) -> str:
        written = parameter.converter.format(value)
        if written is None:
            raise RouteError(
                f"{self.text!r}: {parameter.name!r} must be {parameter.converter.wants}, "
                f"not {value!r}"
            )
        return written


class _Fault(Exception):
    """What is wrong with a pattern, and the mend, before the pattern is quoted."""


def _parse_segments(text: str) -> list[Segment]:
    if text == "/":
        return []
    if not text.startswith("/"):
        raise _Fault(f"does not start with a slash; write {'/' + text!r}")
    pieces = text[1:].split("/")
    _check_slashes(text, pieces)
    if len(pieces) > MAX_SEGMENTS:
        raise _Fault(f"has more than {MAX_SEGMENTS} segments; no such path is served")
    segments = [_parse_segment(piece) for piece in pieces]
    _check_parameters(segments)
    return segments


def _check_slashes(text: str, pieces: list[str]) -> None:
    if "" in pieces[:-1]:
        mended = "/" + "/".join(filter(None, pieces))
        raise _Fault(f"has an empty segment; write {mended!r}")
    if pieces[-1] == "":
        raise _Fault(f"ends with a slash; write {text.rstrip('/')!r}")


def _parse_segment(piece: str) -> Segment:
    if "{" in piece or "}" in piece:
        return _parse_parameter(piece)
    if piece in {".", ".."}:
        raise _Fault(f"has the dot segment {piece!r}, which no request can have; leave it out")
    if _LITERAL.fullmatch(piece) is None:
        raise _Fault(
            f"{piece!r} has characters that would need escaping; write only letters, digits "
            "and -._~!$&'()*+,;=:@ or use a parameter"
        )
    return piece


def _parse_parameter(piece: str) -> Parameter:
    found = _PARAMETER.fullmatch(piece)
    if found is None:
        around = _PARAMETER.sub("", piece)
        if "{" in around or "}" in around:
            raise _Fault(f"{piece!r} has an unbalanced brace; write '{{name}}'")
        raise _Fault(f"{piece!r}: a parameter is a whole segment; write '/{{name}}'")
    name, converter = found[1], found[2]
    if _NAME.fullmatch(name) is None:
        raise _Fault(
            f"{piece!r} does not name its parameter; write letters, digits and '_', "
            "not a digit first"
        )
    if converter is None:
        return Parameter(name, SEGMENT)
    if converter not in CONVERTERS:
        raise _Fault(f"there is no converter {converter!r}; write one of {_listed(CONVERTERS)}")
    return Parameter(name, CONVERTERS[converter])


def _check_parameters(segments: list[Segment]) -> None:
    names: set[str] = set()
    for position, segment in enumerate(segments, start=1):
        if isinstance(segment, str):
            continue
        if segment.name in names:
            raise _Fault(f"has the parameter {segment.name!r} twice; give each its own name")
        if segment.converter is PATH and position < len(segments):
            raise _Fault(f"has {segment.name!r} of kind path before the end; move it to the end")
        names.add(segment.name)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
