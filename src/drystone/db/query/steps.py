"""What a statement looks like with its values taken out: its clauses, one after the other.

A statement is a tuple of these steps in the order in which they were written, and the
values of all of them in the same order. The compiler is given the steps alone. They are
plain tuples, so two statements of one form are equal and share one text; each begins with
a word of its own, as shapes do, since tuples of different classes could compare equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from drystone.schema.expressions.shapes import OrderShape, Shape
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

JoinKind = Literal["inner", "left", "full"]
Strength = Literal["UPDATE", "NO KEY UPDATE", "SHARE"]


class Source(NamedTuple):
    """A model's table, under its own name or an alias."""

    info: ModelInfo
    scope: str | None = None
    word: Literal["source"] = "source"


class Output(NamedTuple):
    """A column of the result."""

    shape: Shape
    label: str | None = None
    word: Literal["output"] = "output"


class SelectModel(NamedTuple):
    """`SELECT` all columns of a model's rows."""

    source: Source
    word: Literal["select_model"] = "select_model"


class SelectOutputs(NamedTuple):
    """`SELECT` expressions; `source` is None where they name no table."""

    outputs: tuple[Output, ...]
    source: Source | None
    word: Literal["select"] = "select"


class From(NamedTuple):
    """The statement's own table, where its columns do not say it."""

    source: Source
    word: Literal["from"] = "from"


class Join(NamedTuple):
    """A table joined by a condition."""

    source: Source
    kind: JoinKind
    on: Shape
    deleted: bool = False
    word: Literal["join"] = "join"


class Where(NamedTuple):
    """A condition; all of them hold."""

    shape: Shape
    word: Literal["where"] = "where"


class Scope(NamedTuple):
    """A condition of the platform's own: the references in it lead to all rows."""

    shape: Shape
    word: Literal["scope"] = "scope"


class Sight(NamedTuple):
    """Which rows a path of references leads to, for all of the statement but its scopes.

    Attributes:
        path: the references, from the statement's own model.
        shape: a condition over the model that they lead to.
    """

    path: tuple[ColumnInfo, ...]
    shape: Shape
    word: Literal["sight"] = "sight"


class Seek(NamedTuple):
    """Where in the order the rows begin; counts do not take part in it.

    Attributes:
        ranges: conditions of which one holds for each of the rows.
    """

    ranges: tuple[Shape, ...]
    word: Literal["seek"] = "seek"


class Group(NamedTuple):
    """A term of `GROUP BY`."""

    shape: Shape
    word: Literal["group"] = "group"


class Having(NamedTuple):
    """A condition on groups; all of them hold."""

    shape: Shape
    word: Literal["having"] = "having"


class Sort(NamedTuple):
    """A term of `ORDER BY`."""

    term: OrderShape
    word: Literal["sort"] = "sort"


class Limit(NamedTuple):
    """`LIMIT` or `OFFSET`. The last one said counts.

    Attributes:
        rows: how many, where they are part of the text; None where they are a value.
    """

    kind: Literal["LIMIT", "OFFSET"]
    rows: int | None = None
    word: Literal["limit"] = "limit"


class Distinct(NamedTuple):
    """Equal rows once."""

    word: Literal["distinct"] = "distinct"


class Lock(NamedTuple):
    """A lock on the rows of the statement's own table."""

    strength: Strength
    wait: Literal["", "NOWAIT", "SKIP LOCKED"] = ""
    word: Literal["lock"] = "lock"


class Deleted(NamedTuple):
    """Whether deleted rows are seen as well, or only they."""

    seen: Literal["with", "only"]
    word: Literal["deleted"] = "deleted"


class Into(NamedTuple):
    """The type that rows become."""

    type: Any
    word: Literal["into"] = "into"


class Insert(NamedTuple):
    """`INSERT`.

    Attributes:
        columns: those that are given.
        rows: 1; another number where each row is written out; 0 for any number, as
            one array for each column.
    """

    info: ModelInfo
    columns: tuple[ColumnInfo, ...]
    rows: int
    word: Literal["insert"] = "insert"


class Conflict(NamedTuple):
    """`ON CONFLICT`; without a `Change` behind it, nothing is done."""

    columns: tuple[ColumnInfo, ...]
    is_update: bool
    word: Literal["conflict"] = "conflict"


class OnlyIf(NamedTuple):
    """A condition under which an `INSERT` writes anything."""

    shape: Shape
    word: Literal["only_if"] = "only_if"


class Change(NamedTuple):
    """A column and what it is set to; without a shape, to the table's default."""

    column: ColumnInfo
    shape: Shape | None
    word: Literal["change"] = "change"


class Write(NamedTuple):
    """`UPDATE`, `DELETE`, and deletion by a mark and back."""

    info: ModelInfo
    verb: Literal["update", "delete", "purge", "restore"]
    word: Literal["write"] = "write"


class Everywhere(NamedTuple):
    """No condition is meant."""

    word: Literal["everywhere"] = "everywhere"


class Returning(NamedTuple):
    """What comes back of rows that were written; None for whole rows."""

    outputs: tuple[Output, ...] | None
    word: Literal["returning"] = "returning"


class RawText(NamedTuple):
    """SQL as its author wrote it."""

    text: str
    word: Literal["raw"] = "raw"


class CountOf(NamedTuple):
    """How many rows the statement has, its order and limits aside."""

    word: Literal["count_of"] = "count_of"


class EstimateOf(NamedTuple):
    """How many rows the planner expects of it, its order and limits aside."""

    word: Literal["estimate_of"] = "estimate_of"


class Expansion(NamedTuple):
    """The row that a reference leads to, as an object in the JSON beside the reference.

    Its values are those of `scope`, then those of `inner`.

    Attributes:
        reference: the column that leads there.
        info: the model that it leads to.
        inner: what is expanded inside of that object.
        scope: a condition on that row, over its model; without it the object is null.
    """

    reference: ColumnInfo
    info: ModelInfo
    inner: tuple[Beside, ...] = ()
    scope: Shape | None = None
    word: Literal["expansion"] = "expansion"


class Collection(NamedTuple):
    """The rows that refer to a row, as a bounded list in the JSON of that row.

    Its values are those of `scope`, then those of `inner`.

    Attributes:
        name: of the member.
        reference: the column of theirs that leads to the row.
        info: their model.
        limit: how many are shown at most.
        sort: which come first, by columns of theirs; the last one is their key.
        inner: what is expanded inside of each.
        scope: a condition on them, over their model.
    """

    name: str
    reference: ColumnInfo
    info: ModelInfo
    limit: int
    sort: tuple[OrderShape, ...]
    inner: tuple[Beside, ...] = ()
    scope: Shape | None = None
    word: Literal["collection"] = "collection"


Beside: TypeAlias = Expansion | Collection


class AsItem(NamedTuple):
    """Its row as a JSON object, and the row's version beside it.

    Attributes:
        shown: the members, by their names; None for all.
        expand: rows that are members too; their values come first.
        computed: what is a member and no column, under its label.
    """

    shown: tuple[str, ...] | None
    expand: tuple[Beside, ...]
    computed: tuple[Output, ...] = ()
    word: Literal["as_item"] = "as_item"


class AsPage(NamedTuple):
    """Its rows as a list of JSON objects, all in one record.

    Attributes:
        shown: the members, by their names; None for all.
        expand: rows that are members too; their values come first.
        places: whether each row's place in the order comes beside it.
        total: whether the number of rows without limits does.
        computed: what is a member and no column, under its label.
    """

    shown: tuple[str, ...] | None
    expand: tuple[Beside, ...]
    places: bool
    total: bool
    computed: tuple[Output, ...] = ()
    word: Literal["as_page"] = "as_page"


class AsJSON(NamedTuple):
    """Its rows as JSON: each by itself, with its id and version beside it, or all in one array.

    Attributes:
        form: which of these.
        computed: of a row with its id: what is a member and no column, under its label.
        test: of a row with its id: a condition of the platform's own on it, told beside it.
        whole: whether the row comes once more, with secret columns and nothing computed.
    """

    form: Literal["each", "stored", "array"]
    computed: tuple[Output, ...] = ()
    test: Shape | None = None
    whole: bool = False
    word: Literal["as_json"] = "as_json"


Step: TypeAlias = (
    SelectModel
    | SelectOutputs
    | From
    | Join
    | Where
    | Scope
    | Sight
    | Seek
    | Group
    | Having
    | Sort
    | Limit
    | Distinct
    | Lock
    | Deleted
    | Into
    | Insert
    | Conflict
    | OnlyIf
    | Change
    | Write
    | Everywhere
    | Returning
    | RawText
    | CountOf
    | EstimateOf
    | AsItem
    | AsPage
    | AsJSON
)
