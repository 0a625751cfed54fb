"""The tally of a type's values, written as a Python expression.

`json_tally` tells what is counted and why; `json_proof` makes proofs of it.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Any, get_origin

from msgspec import NODEFAULT, UNSET
from msgspec import inspect as mi

from drystone.schema.json_limits import MAX_INTEGER, MIN_INTEGER
from drystone.schema.json_tally import (
    NEVER,
    count_quotes,
    tally_plain,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.schema.json_limits import JSONLimits


_ALWAYS_STRING = (
    mi.StrType,
    mi.DateTimeType,
    mi.DateType,
    mi.TimeType,
    mi.TimeDeltaType,
    mi.UUIDType,
    mi.BytesType,
    mi.ByteArrayType,
)
# Sets are not among them: what was sent twice is there once.
ARRAYS = (mi.ListType, mi.VarTupleType)


class NoTally(Exception):
    """A value of this type does not tell what was sent for it."""


class TallyCompiler:
    """Writes the tally of one type as a Python expression.

    The source text is made of numbers, positions in `names`, and the names of Struct
    fields, which are Python identifiers; nothing in it comes from a request.
    Interpreting the description for each value would cost more than decoding does.

    Args:
        limits: what the values may contain.
        searches_keys: look for the key of a field that has its default; for a Struct
            that holds no other object.
    """

    # What a member takes beside its value.
    per_key = 2

    def __init__(self, limits: JSONLimits, *, searches_keys: bool = False) -> None:
        self._limits = limits
        self._searches_keys = searches_keys
        self._names: dict[str, Any] = {
            "NEVER": NEVER,
            "count_quotes": count_quotes,
            "UNSET": UNSET,
        }
        self._structs_around: list[type] = []

    def function(self, parameters: str, expression: str) -> Callable[..., Any]:
        """Return the function of an expression over what has been bound."""
        source = f"lambda {parameters}: {expression}"
        compiled: Callable[..., Any] = eval(source, self._names)  # noqa: S307 - see the class
        return compiled

    def held_quotes(self, node: mi.Type, value: str) -> str:
        """Return the source of the number of quotation marks in the strings of a value."""
        match node:
            case mi.Metadata():
                return self.held_quotes(node.type, value)
            case mi.StrType():
                return f"{value}.count('\"')"
            case mi.UnionType():
                others = [one for one in node.types if not isinstance(one, mi.NoneType)]
                if len(others) != 1:
                    raise NoTally
                inner = self.held_quotes(others[0], value)
                return inner if inner == "0" else f"({inner} if {value} is not None else 0)"
            case mi.StructType() if not self._structs_around:
                self._structs_around.append(node.cls)
                terms = [self._held_by_field(one, f"{value}.{one.name}") for one in node.fields]
                self._structs_around.pop()
                return " + ".join(term for term in terms if term != "0") or "0"
            case _ if isinstance(node, ARRAYS):
                inner = self.held_quotes(node.item_type, "one")
                return inner if inner == "0" else f"sum([{inner} for one in {value}])"
            case mi.EnumType() | mi.LiteralType() | mi.StructType() | mi.DictType() | mi.AnyType():
                raise NoTally
            case _:
                return "0"

    def _held_by_field(self, field: mi.Field, value: str) -> str:
        match field.type:
            case mi.EnumType() | mi.LiteralType():
                values = _constants(field.type)
                if any('"' in str(one) for one in values):
                    raise NoTally
                return "0"
        inner = self.held_quotes(field.type, value)
        if inner == "0" or field.required:
            return inner
        # A default may hold one that was not sent.
        if field.default is NODEFAULT and field.default_factory is NODEFAULT:
            return f"({inner} if {value} is not UNSET else 0)"
        if field.default is not NODEFAULT and '"' in str(field.default):
            raise NoTally
        return inner

    def bind(self, value: object) -> str:
        """Return the name by which sources have an object."""
        name = f"_{len(self._names)}"
        self._names[name] = value
        return name

    def expression(self, node: mi.Type, value: str, depth: int) -> str:
        """Return the source of the tally of the expression `value`."""
        match node:
            case mi.Metadata():
                return self.expression(node.type, value, depth)
            case mi.AnyType() if not self._searches_keys:
                return self._plain(value, depth)
            case mi.NoneType() | mi.BoolType():
                return "0"
            case mi.IntType() | mi.FloatType():
                return _number(node, value)
            case mi.EnumType():
                return _choice(enum_values(node.cls))
            case mi.LiteralType():
                return _choice(node.values)
            case mi.UnionType():
                return self._optional(node, value, depth)
            case mi.StructType():
                return self._struct(node, value, depth + 1)
            case mi.DictType() if not self._searches_keys:
                inner = self._children(node.value_type, f"{value}.values()", value, depth + 1)
                keys, bound = f"len({value})", self._limits.max_keys
                return f"({self.per_key} * {keys} + {inner} if {keys} <= {bound} else NEVER)"
            case _ if isinstance(node, _ALWAYS_STRING):
                return "2"
            case _ if isinstance(node, ARRAYS):
                inner = self._children(node.item_type, value, value, depth + 1)
                return f"({inner} if len({value}) <= {self._limits.max_items} else NEVER)"
            case _:
                raise NoTally

    def _plain(self, value: str, depth: int) -> str:
        limits = self._limits
        walk = self.bind(lambda plain: tally_plain(plain, limits, depth))
        return f"{walk}({value})"

    def _optional(self, node: mi.UnionType, value: str, depth: int) -> str:
        given = self._given(node, value, depth)
        return "0" if given == "0" else f"({given} if {value} is not None else 0)"

    def _given(self, node: mi.Type, value: str, depth: int) -> str:
        """Count an `X | None` that is not None; a wider union's origin cannot be told."""
        if not isinstance(node, mi.UnionType):
            return self.expression(node, value, depth)
        others = [member for member in node.types if not isinstance(member, mi.NoneType)]
        if len(others) != 1:
            raise NoTally
        return self.expression(others[0], value, depth)

    def _children(self, node: mi.Type, children: str, container: str, depth: int) -> str:
        self._require_depth(depth)
        inner = self.expression(node, "value", depth)
        if inner.isdigit():
            return f"{inner} * len({container})"
        tally = self.bind(self.function("value", inner))
        return f"sum(map({tally}, {children}))"

    def _struct(self, node: mi.StructType, value: str, depth: int) -> str:
        self.enter(node, depth)
        terms = [self._field(field, f"{value}.{field.name}", depth) for field in node.fields]
        self.leave()
        certain = sum(int(term) for term in terms if term.isdigit())
        return "(" + " + ".join([str(certain), *(t for t in terms if not t.isdigit())]) + ")"

    def enter(self, node: mi.StructType, depth: int) -> None:
        """Begin with the fields of a Struct; `leave` ends with them.

        Raises:
            NoTally: its values do not tell what was sent for them.
        """
        self._require_depth(depth)
        # An array has no keys, __post_init__ may change any field, and the source of a
        # type that contains itself would have no end. A tag, which may have been left
        # out, is not counted. The origin: Made[int] does not show the methods of Made.
        if (
            node.array_like
            or hasattr(get_origin(node.cls) or node.cls, "__post_init__")
            or node.cls in self._structs_around
            or (self._searches_keys and self._structs_around)
            or len(node.fields) > self._limits.max_keys
        ):
            raise NoTally
        self._structs_around.append(node.cls)

    def leave(self) -> None:
        """End with the fields of a Struct."""
        self._structs_around.pop()

    def _field(self, field: mi.Field, value: str, depth: int) -> str:
        amount, condition = self.part(field, value, depth)
        return amount if condition is None else f"({amount} if {condition} else 0)"

    def part(self, field: mi.Field, value: str, depth: int) -> tuple[str, str | None]:
        """Return what a field's key and value take, and when they surely were sent."""
        inner = self.expression(field.type, value, depth)
        if field.required:
            return self._with_key(inner), None
        searched = f" or {_key(field)} in data" if self._searches_keys else ""
        if field.default_factory in (list, dict, tuple):
            return self._with_key(inner), f"{value}{searched}"
        if field.default_factory is not NODEFAULT:
            raise NoTally
        # Identity, not equality: a default is put in place as the very object.
        # The description leaves out the default UNSET, which no document can send.
        default = UNSET if field.default is NODEFAULT else field.default
        if default is None and not searched:
            inner = self._given(field.type, value, depth)
        name = "None" if default is None else self.bind(default)
        return self._with_key(inner), f"{value} is not {name}{searched}"

    def _with_key(self, inner: str) -> str:
        own = self.per_key
        return str(own + int(inner)) if inner.isdigit() else f"({own} + {inner})"

    def _require_depth(self, depth: int) -> None:
        if depth > self._limits.max_depth:
            raise NoTally


def _key(field: mi.Field) -> str:
    """Return the source of what a field's key looks like in a document."""
    if not re.fullmatch("[a-zA-Z0-9_-]+", field.encode_name):
        raise NoTally
    return repr(f'"{field.encode_name}":'.encode())


def _number(node: mi.IntType | mi.FloatType, value: str) -> str:
    """Return 0 for a number that was surely sent within 64 bits, else `NEVER`."""
    if is_bounded(node):
        return "0"
    # -2**63 itself is refused too: the float of it may have been a smaller integer.
    return f"(0 if {MIN_INTEGER} < {value} <= {MAX_INTEGER} else NEVER)"


def is_bounded(node: mi.IntType | mi.FloatType) -> bool:
    """Tell whether a number's own bounds hold it within 64 bits."""
    lower = node.ge if node.ge is not None else node.gt
    upper = node.le if node.le is not None else node.lt
    return lower is not None and upper is not None and lower > MIN_INTEGER and upper < MAX_INTEGER


def _choice(values: tuple[object, ...]) -> str:
    """Count one of several constants, when all of them are strings or none is."""
    strings = [isinstance(value, str) for value in values]
    if all(strings):
        return "2"
    if any(strings):
        raise NoTally
    return "0"


def _constants(node: mi.EnumType | mi.LiteralType) -> tuple[object, ...]:
    return enum_values(node.cls) if isinstance(node, mi.EnumType) else node.values


def enum_values(cls: type[enum.Enum]) -> tuple[object, ...]:
    """Return what members are sent as.

    Raises:
        NoTally: the members do not tell.
    """
    # An own _missing_ may turn anything into a member.
    if "_missing_" in {
        name for base in cls.__mro__[:-1] if base not in _ENUM_BASES for name in vars(base)
    }:
        raise NoTally
    return tuple(member.value for member in cls)


_ENUM_BASES = (enum.Enum, enum.IntEnum, enum.StrEnum, enum.Flag, enum.IntFlag, str, int)
