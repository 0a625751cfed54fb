r"""Proof that decoding dropped no member: colons sent against members received.

Each member of an object takes one colon, and nothing else in JSON does but the text of
strings:

    colons in the document = members kept + members dropped + colons within strings

No term is negative. So **where the document holds as many colons as the value has
members and must have had within its strings, no member was dropped**: no key occurred
twice, no unknown field was skipped. That holds whatever the blanks, the escapes and the
order, and also for values that may be sent as a string or as a number (`Decimal`), which
quotation marks (`json_tally`) cannot settle. Too many colons prove nothing.

`MemberCompiler` writes the right side for a type. It counts no member that may not have
been sent (a field that has its default), and of the colons within strings only those of
times, two each (RFC 3339, with no escape for a colon in the document). If some are left,
it looks at texts and at the offsets of times. What the limits forbid and the type does
not, the value is asked for; where it cannot tell, the count is `NEVER`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import inspect as mi

from drystone.schema.json_limits import MAX_INTEGER, MIN_INTEGER
from drystone.schema.json_tally import BACKSLASH
from drystone.schema.json_tally_compiler import (
    ARRAYS,
    NoTally,
    TallyCompiler,
    enum_values,
    is_bounded,
)
from drystone.schema.own_bounds import judge_of, keeper_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from drystone.schema.json_limits import JSONLimits

# What is kept of the text counts for nothing, and nothing of it can be past a limit.
_WITHOUT_COLON = (
    mi.NoneType,
    mi.BoolType,
    mi.StrType,
    mi.UUIDType,
    mi.DateType,
    mi.TimeDeltaType,
    mi.BytesType,
    mi.ByteArrayType,
)
_TIMES = (mi.DateTimeType, mi.TimeType)

# The colons of a document. Deleting them is quicker than counting: `replace` leaps from
# one to the next, `count` looks at each byte.
COLONS = "size - len(data.replace(b':', b''))"

# No colon was sent as `\u003a`, nor a NUL, which no text may hold: `\u0000`. One search is
# enough for most documents with escapes.
PLAIN_COLONS = (
    f"{BACKSLASH} not in data or b'\\\\u00' not in data"
    " or b'\\\\u0000' not in data and b'\\\\u003' not in data"
)


class MemberCompiler(TallyCompiler):
    """Writes the number of colons that a value of a type must have been sent with.

    Args:
        limits: what the values may contain.
    """

    per_key = 1

    def __init__(self, limits: JSONLimits) -> None:
        super().__init__(limits)
        self._counts_texts = False

    def expression(self, node: mi.Type, value: str, depth: int) -> str:
        """Return the source of the count for the expression `value`."""
        match node:
            case mi.Metadata() if judge_of(node) is not None:
                return self._judged(node, value, depth)
            case mi.StrType() if self._counts_texts:
                # `:00"` ends a string wherever it occurs; its colon is counted there.
                return f"({value}.count(':') - {value}.endswith(':00'))"
            case _ if isinstance(node, _WITHOUT_COLON):
                return "0"
            case _ if isinstance(node, _TIMES):
                # Without an offset, the second colon may be the one of `:00` at the end.
                return "1" if self._counts_texts and node.tz is not True else "2"
            case mi.AnyType() if depth:
                return f"(0 if not {value} or {value}.__class__ is str else NEVER)"
            case mi.DecimalType():
                return f"(0 if {self.bind(_is_within_64_bits)}({value}) else NEVER)"
            case mi.EnumType():
                enum_values(node.cls)
                return "0"
            case mi.LiteralType():
                return "0"
            case _ if isinstance(node, mi.StructType | mi.Metadata | mi.UnionType | mi.DictType):
                return super().expression(node, value, depth)
            case _ if isinstance(node, (mi.IntType, mi.FloatType, *ARRAYS)):
                return super().expression(node, value, depth)
            case _:
                raise NoTally

    def _judged(self, node: mi.Metadata, value: str, depth: int) -> str:
        keeper = keeper_of(node)
        if keeper is None:
            return "NEVER"
        # A keeper holds a decimal within 64 bits.
        is_decimal = isinstance(node.type, mi.DecimalType)
        inner = "0" if is_decimal else self.expression(node.type, value, depth)
        return f"({inner} if {self.bind(keeper)}({value}) else NEVER)"

    def _given(self, node: mi.Type, value: str, depth: int) -> str:
        """Count also one of a Struct and types without members, told apart by its class."""
        if not isinstance(node, mi.UnionType):
            return self.expression(node, value, depth)
        others = [one for one in node.types if not isinstance(one, mi.NoneType)]
        if len(others) == 1:
            return self.expression(others[0], value, depth)
        structs = [one for one in others if isinstance(one, mi.StructType)]
        rest = {self.expression(one, value, depth) for one in others if one not in structs}
        if len(structs) > 1 or rest != {"0"}:
            raise NoTally
        if not structs:
            return "0"
        inner = self.expression(structs[0], value, depth)
        return f"({inner} if {value}.__class__ is {self.bind(structs[0].cls)} else 0)"

    def steps(self, node: mi.Type) -> list[str]:
        """Return statements that return `value` once all colons are accounted for.

        `data` is the document, `size` its bytes, `value` was decoded from it; `left` is
        what is left, and far below 0 where the value cannot tell.

        Raises:
            NoTally: values of the type do not tell what was sent for them.
        """
        parts = self._parts(node)
        certain = sum(int(one) for one, condition in parts if not condition and one.isdigit())
        asked = [one for one, condition in parts if not condition and not one.isdigit()]
        steps = [
            f"left = {' - '.join([COLONS, str(certain), *asked])}",
            "if not left: return value",
        ]
        for amount, condition in parts:
            if condition is not None:
                # As soon as none is left, no further field can have been given.
                steps += [f"if {condition}:", f" left -= {amount}", " if not left: return value"]
        return steps

    def text_step(self, node: mi.Type) -> str:
        """Return a statement that looks for what is left in texts and offsets."""
        parts = self._parts(node)
        self._counts_texts = True
        texts = ["data.count(b':00\"')"]
        for (amount, condition), (with_text, _) in zip(parts, self._parts(node), strict=True):
            if with_text != amount:
                more = f"{with_text} - {amount}"
                texts.append(f"({more} if {condition} else 0)" if condition else f"({more})")
        self._counts_texts = False
        return f"if left > 0 and left == {' + '.join(texts)}: return value"

    def decoder(self, proof: list[str], names: Mapping[str, Any]) -> Callable[[bytes], Any]:
        """Return the function that decodes, and settles what statements do not return."""
        lines = [
            "def decode_proved(data):",
            "    try:",
            "        value = decode(data)",
            "    except refusals as refusal:",
            "        explain(data, refusal)",
            *(f"    {line}" for line in proof),
            "    return settle(data, value)",
        ]
        source = "\n".join(lines)
        self._names.update(names)
        exec(source, self._names)  # noqa: S102 - see `TallyCompiler`
        compiled: Callable[[bytes], Any] = self._names["decode_proved"]
        return compiled

    def _parts(self, node: mi.Type) -> list[tuple[str, str | None]]:
        """Return what the fields of a Struct take and when, or the whole of another type."""
        if not isinstance(node, mi.StructType):
            return [(self.expression(node, "value", 0), None)]
        self.enter(node, 1)
        parts = [self.part(one, f"value.{one.name}", 1) for one in node.fields]
        self.leave()
        return parts


def shortest_doubtful(node: mi.Type) -> int:
    """Return how many bytes a document has at least if anything could be wrong with it.

    Most patches change one field: shorter than two members of one name they need no count.
    Only for escape-free documents of a Struct that `msgspec` decodes; 0 where not known.
    """
    if not isinstance(node, mi.StructType) or not node.forbid_unknown_fields:
        return 0
    if node.array_like or node.tag_field is not None:
        return 0
    if not node.fields or any(field.required for field in node.fields):
        return 0  # it is hardly ever as short
    sizes = []
    for field in node.fields:
        name = len(field.encode_name)
        # {"name":0,"name":0} and {"name":0}
        sizes.append(2 * name + 11 if _needs_no_look(field.type) else name + 6)
    return min(sizes)


def _needs_no_look(node: mi.Type) -> bool:
    """Tell whether `msgspec` alone holds a value to every limit."""
    match node:
        case mi.Metadata():
            return judge_of(node) is None and _needs_no_look(node.type)
        case mi.UnionType():
            return all(map(_needs_no_look, node.types))
        case mi.IntType():
            return is_bounded(node)
        case _:
            return isinstance(node, (*_WITHOUT_COLON, *_TIMES, mi.LiteralType))


def _is_within_64_bits(value: Decimal) -> bool:
    return value.is_finite() and MIN_INTEGER < value <= MAX_INTEGER
