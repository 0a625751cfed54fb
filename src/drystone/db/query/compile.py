"""Steps → a statement's text, once for each form.

Pure: the steps hold no value, so no text can depend on one. What is compiled is kept by
its steps, the least recently used dropped first. A hit costs the hashing of a few small
tuples.

    select(Task).where(Task.priority >= 3)      steps, values
                 └─► compile_statement(steps)   sql, and where each value goes
                     └─► bind(compiled, values) what travels with it
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from drystone.db.rows.decode import Decode, model_decoder, scalar_decoder, tuple_decoder
from drystone.db.rows.structs import LateStructDecoder, RowMismatch, struct_decoder

from .bindings import Binding, check_text
from .clauses import Clauses
from .expression_text import ExpressionWriter
from .json_text import write_json
from .page_rows import read_estimate, read_item, read_page
from .page_text import write_item, write_page
from .select_text import SelectText, write_subquery
from .steps import (
    AsItem,
    AsJSON,
    AsPage,
    CountOf,
    EstimateOf,
    Insert,
    Into,
    RawText,
    Returning,
    SelectModel,
    Step,
    Write,
)
from .write_text import WriteText

if TYPE_CHECKING:
    from .columns import ResultColumn

MAX_STATEMENTS: Final = 4096

Steps: TypeAlias = tuple[Step, ...]


class Compiled(NamedTuple):
    """A statement without its values.

    Attributes:
        sql: its text, values named `$1`, `$2`, ….
        places: for each of them the index of its value; None where they are in order.
        bindings: the parameters whose values are checked or converted, and how.
        decode: makes a row of a record.
    """

    sql: str
    places: tuple[int, ...] | None
    bindings: tuple[tuple[int, Binding], ...]
    decode: Decode[Any]


@lru_cache(maxsize=MAX_STATEMENTS)
def compile_statement(steps: Steps) -> Compiled:
    """Return the text of a statement, and how its values and rows pass.

    Raises:
        ValueError: the statement makes no sense, such as a column of no table in it.
    """
    clauses = Clauses(steps)
    for raw, _ in clauses.all(RawText):
        return _compile_raw(raw, clauses)
    writer = ExpressionWriter(write_subquery)
    sql, decode = _compile_select(writer, clauses)
    in_order = writer.places == list(range(clauses.end))
    return Compiled(
        sql=sql,
        places=None if in_order else tuple(writer.places),
        bindings=tuple((n, one) for n, one in enumerate(writer.bindings) if one is not None),
        decode=decode,
    )


def bind(compiled: Compiled, values: tuple[object, ...]) -> tuple[object, ...]:
    """Return the values as they travel, `$1` first.

    Raises:
        ValueError: one of them can be in no text of PostgreSQL's.
    """
    if compiled.places is not None:
        values = tuple([values[place] for place in compiled.places])
    if compiled.bindings:
        bound = list(values)
        for place, binding in compiled.bindings:
            bound[place] = binding(bound[place])
        return tuple(bound)
    return values


def _compile_select(writer: ExpressionWriter, clauses: Clauses) -> tuple[str, Decode[Any]]:
    written = _written_model(clauses)
    as_json = clauses.last(AsJSON)
    if written is not None:
        write = WriteText(writer, clauses, written)
        if as_json is not None:
            return write_json(write, as_json, clauses, writer), _json_decoder(as_json)
        return write.write(), _decoder(clauses, write.columns)
    if (page := clauses.last(AsPage)) is not None:
        return write_page(page, clauses, writer), read_page
    if (item := clauses.last(AsItem)) is not None:
        return write_item(item, clauses, writer), read_item
    select = SelectText(writer, clauses)
    if EstimateOf in clauses:
        return select.write_estimate(), read_estimate
    if CountOf in clauses:
        return select.write_count(), scalar_decoder(None)
    if as_json is not None:
        return write_json(select, as_json, clauses, writer), _json_decoder(as_json)
    return select.write(), _decoder(clauses, select.columns)


def _json_decoder(form: AsJSON) -> Decode[Any]:
    return tuple if form.form == "stored" else scalar_decoder(None)


def _written_model(clauses: Clauses) -> Any:
    step = clauses.last(Insert) or clauses.last(Write)
    return None if step is None else step.info


def _decoder(clauses: Clauses, columns: tuple[ResultColumn, ...] | None) -> Decode[Any]:
    """Return what makes a row; of a statement that returns nothing, never asked."""
    if columns is None:
        return scalar_decoder(None)
    into = clauses.last(Into)
    if into is not None:
        return struct_decoder(into.type, _names(columns, into.type))
    returning = clauses.last(Returning)
    for model, _ in clauses.all(SelectModel):
        return model_decoder(model.source.info)
    if returning is not None and returning.outputs is None:
        return model_decoder(_written_model(clauses))
    if len(columns) == 1:
        return scalar_decoder(columns[0].kind)
    return tuple_decoder(one.kind for one in columns)


def _names(columns: tuple[ResultColumn, ...], target: type[Any]) -> tuple[str, ...]:
    for place, one in enumerate(columns, 1):
        if one.name is None:
            raise RowMismatch(
                f"column {place} of the statement has no name: write .as_('…') with the name "
                f"of a field of {target.__name__}"
            )
    return tuple(one.name for one in columns if one.name is not None)


def _compile_raw(raw: RawText, clauses: Clauses) -> Compiled:
    into = clauses.last(Into)
    decode: Decode[Any] = _as_it_is if into is None else LateStructDecoder(into.type)
    return Compiled(raw.text, None, (), decode)


def _as_it_is(record: Any) -> Any:
    return record


def check_values(values: tuple[object, ...]) -> tuple[object, ...]:
    """Return the values of raw SQL as they are.

    Raises:
        ValueError: a text among them can be in no text of PostgreSQL's.
    """
    for value in values:
        check_text(value)
    return values
