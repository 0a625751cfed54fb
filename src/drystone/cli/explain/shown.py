"""What is told of each statement, ready to be printed as text or as JSON.

Nothing secret is left in it from here on: neither among the parameters, nor in a plan,
which repeats them, nor in a warning, which quotes the plan.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from drystone.db.explain.access import Access, accesses, rows_in_result
from drystone.db.explain.explain import ExplainedStatement, is_control
from drystone.db.explain.findings import judge
from drystone.db.explain.masking import MASK, secret_columns, secret_places, without
from drystone.db.explain.mending import Warned, advise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from drystone.db.explain.plan import Plan, PlanNode
    from drystone.schema.model.model_info import ModelInfo

_MAX_VALUE_CHARS: Final = 200
_MAX_ITEMS: Final = 20
# A handler may well ask the same twice; so often it asks row by row.
_MANY_TIMES: Final = 5


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """A statement, as it is shown.

    Attributes:
        sql: its text.
        parameters: as they would be written in SQL.
        milliseconds: that it took within the request, all times together.
        times: how often it was sent.
        plan: None where there is none.
        reason: why there is none.
        accesses: how each table was reached.
        examined: rows that were looked at, of all tables.
        returned: rows that the result is made of.
        warnings: what is wrong with it.
    """

    sql: str
    parameters: tuple[str, ...]
    milliseconds: float
    times: int
    plan: Plan | None
    reason: str | None
    accesses: tuple[Access, ...] = ()
    examined: int = 0
    returned: int = 0
    warnings: tuple[Warned, ...] = ()


def show_statements(
    statements: Sequence[ExplainedStatement], models: Iterable[ModelInfo]
) -> tuple[ShownStatement, ...]:
    """Return what is told of statements; those that only begin or end a transaction are not.

    Args:
        statements: in their order.
        models: those of the application.
    """
    known = tuple(models)
    columns = secret_columns(known)
    return tuple(_show(one, known, columns) for one in statements if not is_control(one.sql))


def write_value(value: object) -> str:
    r"""Return a value as one would write it in SQL, cut where it is long.

    >>> write_value(None), write_value("it's"), write_value([1, 2]), write_value(b"ab")
    ('NULL', "'it''s'", '{1, 2}', "'\\x6162'")
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case bytes():
            return f"'\\x{_cut(value.hex())}'"
        case list() | tuple():
            more = [f"… {len(value) - _MAX_ITEMS} more"] if len(value) > _MAX_ITEMS else []
            return "{" + ", ".join([*map(write_value, value[:_MAX_ITEMS]), *more]) + "}"
        case _:
            text = _cut(str(value)).replace("'", "''")
            return f"'{text}'"


def _show(
    statement: ExplainedStatement, models: Sequence[ModelInfo], columns: frozenset[str]
) -> ShownStatement:
    places = secret_places(statement.sql, statement.values, columns)
    secrets = [statement.values[place] for place in places if place < len(statement.values)]
    plan = statement.plan
    if plan is not None and secrets:
        plan = dataclasses.replace(plan, root=_masked(plan.root, secrets))
    parameters = tuple(
        MASK if place in places else write_value(value)
        for place, value in enumerate(statement.values)
    )
    reason = statement.reason and without(statement.reason, secrets)
    shown = ShownStatement(
        statement.sql,
        parameters,
        statement.seconds * 1000,
        statement.times,
        plan,
        reason,
        warnings=_repeated(statement.times),
    )
    if plan is None:
        return shown
    ways = accesses(plan)
    return dataclasses.replace(
        shown,
        accesses=ways,
        examined=sum(one.examined for one in ways),
        returned=rows_in_result(plan),
        warnings=(*shown.warnings, *advise(judge(plan), models)),
    )


def _repeated(times: int) -> tuple[Warned, ...]:
    if times < _MANY_TIMES:
        return ()
    return (
        Warned(
            f"sent {times} times: once for each of some rows",
            "ask for all of them in one statement: with in_, a join, or expand= in a resource",
        ),
    )


def _masked(node: PlanNode, secrets: Sequence[object]) -> PlanNode:
    """Return a node and all below without secret values."""
    changes: dict[str, Any] = {
        "conditions": tuple((name, without(text, secrets)) for name, text in node.conditions),
        "sort_keys": tuple(without(one, secrets) for one in node.sort_keys),
        "inputs": tuple(_masked(one, secrets) for one in node.inputs),
    }
    return dataclasses.replace(node, **changes)


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_VALUE_CHARS else f"{text[:_MAX_VALUE_CHARS]}…"
