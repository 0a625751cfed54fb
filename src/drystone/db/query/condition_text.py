"""A condition as text, for statements that are written by hand.

    seen = condition_text(Note, Note.owner == user, table="live", after=2)
    sql(f"SELECT … FROM notes AS live WHERE live.id = $1 … AND {seen.text}", id, name, *seen.values)

The text is the compiler's, so values are parameters and names come from declarations; the
statement around it has only to know how many parameters are its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from drystone.schema.model.model_meta import describe

from .expression_text import ExpressionWriter
from .frame import Frame, Table
from .select_text import write_subquery

if TYPE_CHECKING:
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.expressions.shapes import Shape
    from drystone.schema.model.model_info import ModelInfo

    from .bindings import Binding


class ConditionText(NamedTuple):
    """A condition.

    Attributes:
        text: in parentheses.
        values: what its parameters stand for, in their order.
    """

    text: str
    values: tuple[object, ...]


def condition_text(
    model: type[Any], condition: Predicate | None, *, table: str, after: int
) -> ConditionText:
    """Return a condition over one row of a model; `true` for none.

    Args:
        model: the model.
        condition: over it; other tables are met in subqueries alone.
        table: how the statement around it calls the row's table; a plain name that is no
            table's.
        after: how many parameters come before its first one.

    Raises:
        ValueError: it is about another model, or holds a value that no text can.
    """
    if condition is None:
        return ConditionText("true", ())
    text, places, bindings = _write(describe(model), condition.shape, table, after)
    values = [condition.values[place] for place in places]
    for number, binding in enumerate(bindings):
        if binding is not None:
            values[number] = binding(values[number])
    return ConditionText(text, tuple(values))


@lru_cache(maxsize=1024)
def _write(
    info: ModelInfo, shape: Shape, table: str, after: int
) -> tuple[str, tuple[int, ...], tuple[Binding | None, ...]]:
    frame = Frame(joins_paths=False)
    frame.tables[info.table, None] = Table(info, table)
    writer = ExpressionWriter(write_subquery)
    writer.places = [0] * after
    writer.bindings = [None] * after
    text = writer.write_at(0, shape, frame)
    return f"({text})", tuple(writer.places[after:]), tuple(writer.bindings[after:])
