"""Proofs compiled from types: this value is all that its document held.

`json_tally` tells what is proved and why counting proves it. Here the tally of a type's
values (`json_tally_compiler`) becomes a function, once, at start; for
an ordinary Struct it is a single arithmetic expression over its attributes.

A tally never counts what may not have been sent. Types whose values do not tell what
was sent (`Decimal` from a number or a string, sets, wider unions, `__post_init__`, types
that contain themselves) have none; their documents take the careful way (`strict_json`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import inspect as mi

from drystone.schema.json_tally import (
    BACKSLASH,
    QUOTE,
)
from drystone.schema.json_tally_compiler import NoTally, TallyCompiler

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from drystone.schema.json_limits import JSONLimits

    Proof = Callable[[Any, bytes], bool]

# From this size on it pays to leave a long text out of the counting.
_LONG = 1_000


def compile_decode(
    node: mi.Type,
    limits: JSONLimits,
    *,
    has_own_bounds: bool,
    decode: Callable[[bytes], Any],
    refusals: tuple[type[Exception], ...],
    explain: Callable[[bytes, Exception], NoReturn],
    settle: Callable[[bytes, Any], Any],
) -> Callable[[bytes], Any]:
    """Return the function that decodes documents of a type, its first proof within.

    The proof stands in the very function that decodes: for a small body each further call
    would cost a tenth of the decoding.

    Args:
        node: the type.
        limits: what a document may contain.
        has_own_bounds: whether a value that is proved is still to be judged.
        decode: what `msgspec` decodes with.
        refusals: what it raises.
        explain: is given a document that was refused, and the refusal.
        settle: is given a document without a proof, and its value; returns the value.
    """
    compiler = TallyCompiler(limits)
    try:
        tally = compiler.expression(node, "value", depth=0)
    except NoTally:
        tally = "-1"
    if has_own_bounds or tally == "-1":
        condition = "False"
    else:
        # A string is never shorter as JSON than as UTF-8.
        condition = (
            f"{BACKSLASH} not in data and {_quotes(node)} == {tally} "
            f"and len(data) <= {limits.max_string_bytes}"
        )
    names = {"decode": decode, "refusals": refusals, "explain": explain, "settle": settle}
    return compiler.decoder(condition, names)


def _quotes(node: mi.Type) -> str:
    """Return the source of the number of quotation marks in a document without escapes."""
    plain = f"data.count({QUOTE})"
    if not isinstance(node, mi.StructType) or node.array_like:
        return plain
    texts = [f"value.{one.name}" for one in node.fields if _may_be_long(one.type)]
    if not texts:
        return plain
    return f"({plain} if len(data) < {_LONG} else count_around(data, {', '.join(texts)}))"


def _may_be_long(node: mi.Type) -> bool:
    if isinstance(node, mi.UnionType):
        return any(_may_be_long(one) for one in node.types)
    return isinstance(node, mi.StrType) and (node.max_length is None or node.max_length >= _LONG)


def compile_escaped_proof(node: mi.Type, limits: JSONLimits) -> Proof:
    r"""Return a proof for documents whose strings hold escapes, those by number aside.

    Where no `\u` occurs, each quotation mark within a string was sent as `\"`: those that
    were sent are the tally and the ones that the kept strings hold. That counts no more
    than what was sent, so equal sides prove the same.
    """
    try:
        held = TallyCompiler(limits).held_quotes(node, "value")
    except NoTally:
        return _unproved
    condition = f"data.count({QUOTE}) == {{tally}} + {held} and b'\\\\u' not in data"
    size = f"len(data) <= {limits.max_string_bytes}"
    return _compile(TallyCompiler(limits), node, f"{condition} and {size}")


def compile_proof(node: mi.Type, limits: JSONLimits) -> Proof:
    """Return a function that tells, of a value and its document, that all is proved.

    It never errs towards True; it may say False of a sound document. For a type
    without a tally it always does.
    """
    quotes = f"(data.count({QUOTE}) if {BACKSLASH} not in data else count_quotes(data))"
    # A string is never shorter as JSON than as UTF-8.
    size = f"len(data) <= {limits.max_string_bytes}"
    return _compile(TallyCompiler(limits), node, f"{quotes} == {{tally}} and {size}")


def compile_second_proof(node: mi.Type, limits: JSONLimits) -> Proof:
    """Return a proof that also counts fields sent with their default value.

    Clients that read a row, change it and put it back send every field. Where a Struct
    holds no other object, and no string holds an escape, `"name":` occurs in the
    document exactly if the key was sent.
    """
    condition = f"{BACKSLASH} not in data and data.count({QUOTE}) == {{tally}}"
    size = f"len(data) <= {limits.max_string_bytes}"
    if not isinstance(node, mi.StructType):
        return _unproved
    compiler = TallyCompiler(limits, searches_keys=True)
    return _compile(compiler, node, f"{condition} and {size}")


def _compile(compiler: TallyCompiler, node: mi.Type, condition: str) -> Proof:
    try:
        tally = compiler.expression(node, "value", depth=0)
    except NoTally:
        return _unproved
    return compiler.function("value, data", condition.format(tally=tally))


def _unproved(_value: object, _data: bytes) -> bool:
    return False
