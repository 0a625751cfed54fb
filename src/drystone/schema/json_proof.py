"""Proofs compiled from types: this value is all that its document held.

`json_members` and `json_tally` tell what is proved and why counting proves it: by colons
first, by quotation marks where that does not come out even. Here what they count of a
type's values becomes functions, once, at start; for an ordinary Struct these are a few
steps of arithmetic over its attributes.

Nothing is counted that may not have been sent. Types whose values do not tell what was
sent (sets, `__post_init__`, types that contain themselves) have no proof; their documents
take the careful way (`strict_json`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import inspect as mi

from drystone.schema.json_members import (
    PLAIN_COLONS,
    MemberCompiler,
    shortest_doubtful,
)
from drystone.schema.json_tally import BACKSLASH, QUOTE
from drystone.schema.json_tally_compiler import NoTally, TallyCompiler

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from drystone.schema.json_limits import JSONLimits

    Proof = Callable[[Any, bytes], bool]


def compile_decode(
    node: mi.Type,
    limits: JSONLimits,
    *,
    bounds: Callable[[Any], bool] | None,
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
        bounds: what tells of a value that it keeps to the type's own bounds, if it has any.
        decode: what `msgspec` decodes with.
        refusals: what it raises.
        explain: is given a document that was refused, and the refusal.
        settle: is given a document without a proof, and its value; returns the value.
    """
    compiler = MemberCompiler(limits)
    names: dict[str, Any] = {
        "decode": decode,
        "refusals": refusals,
        "explain": explain,
        "settle": settle,
    }
    doubtful = 0
    try:
        steps = compiler.steps(node)
        doubtful = min(shortest_doubtful(node), limits.max_string_bytes)
    except NoTally:
        steps = ["pass"]
    if bounds is None and (tally := _tally(node, limits)) is not None:
        # Texts with colons and times with offsets have no more quotation marks than others.
        names["tally"] = tally
        steps.append(f"if {BACKSLASH} not in data and data.count({QUOTE}) == tally(value):")
        steps.append(" return value")
    elif len(steps) > 1:
        steps.append(compiler.text_step(node))
    proof = [
        f"if {PLAIN_COLONS}:",
        "    size = len(data)",
        *([f"    if size < {doubtful}: return value"] if doubtful else []),
        # A string is never shorter as JSON than as UTF-8.
        f"    if size <= {limits.max_string_bytes}:",
        *(f"        {step}" for step in steps),
    ]
    return compiler.decoder(proof, names)


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


def _tally(node: mi.Type, limits: JSONLimits) -> Callable[[Any], int] | None:
    """Return what counts the quotation marks of a type's values; None where nothing can."""
    compiler = TallyCompiler(limits)
    try:
        return compiler.function("value", compiler.expression(node, "value", depth=0))
    except NoTally:
        return None


def _compile(compiler: TallyCompiler, node: mi.Type, condition: str) -> Proof:
    try:
        tally = compiler.expression(node, "value", depth=0)
    except NoTally:
        return _unproved
    return compiler.function("value, data", condition.format(tally=tally))


def _unproved(_value: object, _data: bytes) -> bool:
    return False
