"""The query string as typed parameters.

`Request.query` makes one from `RequestHead.raw_query` on first use; everything
above (lists, filters, handlers) reads parameters through it.

Source: WHATWG URL standard, section 5.1, for the grammar (see `urlencoded.py`).

Invariants:
- A scalar has one meaning: a repeated name is refused, never first or last wins,
  because a proxy, a cache and a handler would each choose their own (OWASP ASVS
  15.3.7, parameter pollution).
- Numbers and booleans have one spelling each: `7`, not `+7`, `07` or `७`.
- A query never changes; all requests without one share `Query.EMPTY`.

Left out on purpose: nested names. `priority[gte]` is a name like any other here;
what brackets mean is for the layer that declares them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import ClassVar, Final, TypeVar, overload

from drystone.errors import InvalidParameter, UnknownParameter, Violation
from drystone.http.parts.query_reader import query_reader
from drystone.http.parts.query_texts import (
    INTEGER,
    MAX_INTEGER,
    MAX_INTEGER_LENGTH,
    MIN_INTEGER,
)
from drystone.http.parts.urlencoded import Fault, parse_urlencoded

T = TypeVar("T")

MAX_PARAMETERS: Final = 100

# Comparing names is quadratic in their length, so only a few short ones are tried.
_MAX_SUGGESTIONS: Final = 5
_MAX_SHOWN_CHARS: Final = 100
_MAX_COMPARED_CHARS: Final = 40


class Query:
    """Names and values of a query string, in order. Made by `Query.parse`.

    >>> query = Query.parse(b"page=2&tag=a&tag=b")
    >>> query.integer("page", 1, minimum=1), query.get_all("tag"), query.get("sort")
    (2, ['a', 'b'], None)
    """

    __slots__ = ("_pairs", "_values")

    EMPTY: ClassVar[Query]
    """The query without parameters."""

    def __init__(self, pairs: Collection[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        self._values: dict[str, list[str]] = {}
        for name, value in self._pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def parse(cls, raw: bytes, *, max_parameters: int = MAX_PARAMETERS) -> Query:
        """Read a raw query string.

        Args:
            raw: what follows the `?`, still encoded.
            max_parameters: how many there may be, empty ones included. PHP's
                `max_input_vars` is 1,000, Express' default 1,000, Rails' 4,096.

        Raises:
            InvalidParameter: a bad escape, text that is not UTF-8, `%00`, a value
                without a name (each one is listed), or too many parameters.
        """
        if not raw:
            return cls.EMPTY
        pairs, faults = parse_urlencoded(raw, max_pairs=max_parameters)
        if faults:
            raise InvalidParameter(
                faults[0].detail
                if len(faults) == 1
                else f"{len(faults)} parameters are malformed.",
                errors=[_violation(fault) for fault in faults],
            )
        return cls(pairs)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._pairs)

    def __repr__(self) -> str:
        return f"Query({list(self._pairs)!r})"

    def names(self) -> list[str]:
        """Return each name once, in order of first appearance."""
        return list(self._values)

    def items(self) -> tuple[tuple[str, str], ...]:
        """Return every pair of name and value, in order."""
        return self._pairs

    def get_all(self, name: str) -> list[str]:
        """Return every value of `name`, in order; empty when it is absent."""
        return list(self._values.get(name, ()))

    @overload
    def get(self, name: str, default: str) -> str: ...
    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the value of `name`, or `default` when it is absent.

        Raises:
            InvalidParameter: it is there more than once.
        """
        values = self._values.get(name)
        if values is None:
            return default
        if len(values) > 1:
            raise _refuse(name, "duplicate", "is there more than once")
        return values[0]

    @overload
    def integer(
        self, name: str, default: int, *, minimum: int | None = ..., maximum: int | None = ...
    ) -> int: ...
    @overload
    def integer(
        self,
        name: str,
        default: None = None,
        *,
        minimum: int | None = ...,
        maximum: int | None = ...,
    ) -> int | None: ...
    def integer(
        self,
        name: str,
        default: int | None = None,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
    ) -> int | None:
        """Return the value of `name` as a number, or `default` when it is absent.

        Args:
            name: the parameter.
            default: returned as it is, bounds or not.
            minimum: the smallest value allowed; never below -2⁶³.
            maximum: the largest value allowed; never above 2⁶³ - 1.

        Raises:
            InvalidParameter: it is not a plain decimal number, lies outside of the
                bounds, or is there more than once.
        """
        text = self.get(name)
        if text is None:
            return default
        if INTEGER.fullmatch(text) is None:
            raise _refuse(name, "type", "is not a whole number")
        # The rest of a longer number would take it only further out of range.
        value = int(text[:MAX_INTEGER_LENGTH])
        lowest = MIN_INTEGER if minimum is None else minimum
        highest = MAX_INTEGER if maximum is None else maximum
        if value < lowest:
            raise _refuse(name, "too_small", f"is less than {lowest}")
        if value > highest:
            raise _refuse(name, "too_large", f"is more than {highest}")
        return value

    @overload
    def boolean(self, name: str, default: bool) -> bool: ...
    @overload
    def boolean(self, name: str, default: None = None) -> bool | None: ...
    def boolean(self, name: str, default: bool | None = None) -> bool | None:
        """Return the value of `name` as a boolean, or `default` when it is absent.

        Raises:
            InvalidParameter: it is neither `true` nor `false`, or is there more than
                once.
        """
        text = self.get(name)
        if text is None:
            return default
        if text not in {"true", "false"}:
            raise _refuse(name, "type", "is neither true nor false")
        return text == "true"

    def expect_only(self, names: Collection[str]) -> None:
        """Refuse every parameter that is not one of `names`.

        Raises:
            UnknownParameter: lists each unknown name with the nearest known one.

        >>> Query.parse(b"limti=5").expect_only(["limit", "page"])
        Traceback (most recent call last):
        drystone.errors.UnknownParameter: There is no parameter "limti"; did you mean "limit"?
        """
        unknown = self._unknown(names)
        if unknown:
            raise _refuse_unknown(unknown)

    def read(self, wanted: type[T]) -> T:
        """Return all parameters as an instance of the class that declares them.

        A route says with `query=` that this is what it reads, so that its description
        lists the parameters.

        Args:
            wanted: a msgspec Struct or a dataclass. A field without a default must be
                there; a list is one parameter with commas.

        Raises:
            UnknownParameter: there is one that no field declares.
            InvalidParameter: one is missing, there more than once, or not of its type,
                or the class refuses them together. Every fault is listed, unknown
                parameters too.
            TypeError: the class is not one that can be read; `query=` says so at start.

        >>> import msgspec
        >>> class Asked(msgspec.Struct):
        ...     project: str
        ...     limit: int = 20
        >>> Query.parse(b"project=a").read(Asked)
        Asked(project='a', limit=20)
        >>> Query.parse(b"limit=x&projcet=a").read(Asked)
        Traceback (most recent call last):
        drystone.errors.InvalidParameter: The query has 3 faults.
        """
        reader = query_reader(wanted)
        unknown = self._unknown(reader.names)
        try:
            made = reader.read(self._values)
        except InvalidParameter as problem:
            raise self._refuse_all([*unknown, *problem.errors]) from None
        if unknown:
            raise _refuse_unknown(unknown)
        return made

    def _unknown(self, names: Collection[str]) -> list[Violation]:
        unknown = [name for name in self._values if name not in names]
        return [
            Violation(
                code="unknown_field",
                detail=_describe_unknown(name, names if index < _MAX_SUGGESTIONS else ()),
                parameter=_show(name),
            )
            for index, name in enumerate(unknown)
        ]

    def _refuse_all(self, faults: Sequence[Violation]) -> InvalidParameter:
        """Return the refusal of faults, in the order in which the caller wrote them."""
        places = {_show(name): place for place, name in enumerate(self._values)}
        faults = sorted(faults, key=lambda one: places.get(one.parameter or "", -1))
        single = faults[0].detail if len(faults) == 1 else None
        return InvalidParameter(single or f"The query has {len(faults)} faults.", errors=faults)


Query.EMPTY = Query()


def _violation(fault: Fault) -> Violation:
    return Violation(code=fault.code, detail=fault.detail, parameter=fault.name)


def _refuse(name: str, code: str, what: str) -> InvalidParameter:
    detail = f'The parameter "{_show(name)}" {what}.'
    return InvalidParameter(
        detail, errors=[Violation(code=code, detail=detail, parameter=_show(name))]
    )


def _refuse_unknown(unknown: Sequence[Violation]) -> UnknownParameter:
    single = unknown[0].detail if len(unknown) == 1 else None
    return UnknownParameter(single or f"{len(unknown)} parameters are unknown.", errors=unknown)


def _describe_unknown(name: str, known: Collection[str]) -> str:
    sentence = f'There is no parameter "{_show(name)}"'
    near = get_close_matches(name, known, n=1) if len(name) <= _MAX_COMPARED_CHARS else []
    return f'{sentence}; did you mean "{near[0]}"?' if near else f"{sentence}."


def _show(name: str) -> str:
    return name[:_MAX_SHOWN_CHARS]
