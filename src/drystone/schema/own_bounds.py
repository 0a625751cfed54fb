"""Bounds that `msgspec` does not know, judged beside its own.

A type carries such a bound in its `Meta`, where `msgspec` keeps it and does nothing:

    Annotated[Decimal, own_bound(judge)]

`judge` yields a code and a phrase for each fault of a value that `msgspec` has made.
`strict_json` asks a function compiled from the type whether all is well, and
`validation` tells the faults; nothing else needs to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from msgspec import UNSET, Meta
from msgspec import inspect as mi

Judge: TypeAlias = Callable[[Any], Iterable[tuple[str, str]]]

Keeper: TypeAlias = Callable[[Any], bool]

_KEY: Final = "drystone_judge"
_QUICK: Final = "drystone_keeper"


def own_bound(judge: Judge, *, keeper: Keeper | None = None) -> Meta:
    """Return what to write into `Annotated` for a bound of one's own.

    Args:
        judge: yields the faults of a value.
        keeper: tells at once that a value has none; False where it cannot tell. Never
            raises. Of a decimal it also vouches for lying within 64 bits.
    """
    return Meta(extra={_KEY: judge, _QUICK: keeper})


def judge_of(node: mi.Metadata) -> Judge | None:
    """Return the bound that a type's description carries, if any."""
    return (node.extra or {}).get(_KEY)


def keeper_of(node: mi.Metadata) -> Keeper | None:
    """Return what tells at once that a value has no fault, if anything does."""
    return (node.extra or {}).get(_QUICK)


def compile_bounds(node: mi.Type) -> Callable[[Any], bool] | None:
    """Return a function that tells whether a value keeps to its type's own bounds.

    None where there are none to keep. Bounds below a type that contains itself, in sets,
    in tuples or in unions of more than one type besides None are not looked for.
    """
    return _compile(node, ())


def _compile(node: mi.Type, around: tuple[type, ...]) -> Callable[[Any], bool] | None:
    match node:
        case mi.Metadata():
            return _both(_compile(node.type, around), _ask(node))
        case mi.UnionType():
            others = [one for one in node.types if not isinstance(one, mi.NoneType)]
            return _optional(_compile(others[0], around)) if len(others) == 1 else None
        case mi.ListType() | mi.VarTupleType():
            return _each(_compile(node.item_type, around))
        case mi.DictType():
            inner = _each(_compile(node.value_type, around))
            return None if inner is None else lambda value: inner(value.values())
        case mi.StructType() if node.cls not in around:
            return _struct(node, (*around, node.cls))
        case _:
            return None


def _ask(node: mi.Metadata) -> Callable[[Any], bool] | None:
    judge, keeper = judge_of(node), keeper_of(node)
    if judge is None:
        return None
    if keeper is not None:
        return lambda value: keeper(value) or next(iter(judge(value)), None) is None
    return lambda value: next(iter(judge(value)), None) is None


def _both(
    first: Callable[[Any], bool] | None, second: Callable[[Any], bool] | None
) -> Callable[[Any], bool] | None:
    if first is None or second is None:
        return first or second
    return lambda value: first(value) and second(value)


def _optional(inner: Callable[[Any], bool] | None) -> Callable[[Any], bool] | None:
    return None if inner is None else lambda value: value is None or inner(value)


def _each(inner: Callable[[Any], bool] | None) -> Callable[[Any], bool] | None:
    return None if inner is None else lambda values: all(map(inner, values))


def _struct(node: mi.StructType, around: tuple[type, ...]) -> Callable[[Any], bool] | None:
    judged = [(field.name, _compile(field.type, around)) for field in node.fields]
    bounded = [(name, inner) for name, inner in judged if inner is not None]
    if not bounded:
        return None

    def keeps(value: Any) -> bool:
        for name, inner in bounded:
            held = getattr(value, name)
            if held is not UNSET and not inner(held):
                return False
        return True

    return keeps
