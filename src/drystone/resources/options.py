"""What a declaration of a resource may say beside its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from drystone.db.query.select import Select
    from drystone.resources.many import Many
    from drystone.resources.operation import Operation
    from drystone.routing.deprecation import Deprecation
    from drystone.schema.expressions.expression import Expression
    from drystone.security.rules import Rule


class ResourceOptions(TypedDict, total=False):
    """The options of `app.resource`.

    Attributes:
        name: the plural noun in its address; made from the table's where not given.
        filters: fields that lists can be filtered by, also through references, beside `id`;
            computed members by their names.
        sorts: fields that they can be sorted by; computed members by their names.
        search: fields whose text `search=` looks into.
        expand: references whose rows can be had beside the row, and with `many` the rows
            that refer to it.
        under: references; for each, the list is also served below the row that it leads
            to: `/projects/{id}/tasks` for `Task.project`.
        nested: references of other models to this one, whose rows may be created together
            with a row: `Comment.task`.
        computed: members that are no columns, by name: expressions over the model, or
            selects of one value; read-only.
        operations: those that it has; all that the model allows where not given.
        requires_if_match: whether changes must be conditional.
        read: who may see which rows; see `drystone.security.rules`.
        write: who may create, update, delete and restore which, where those say nothing.
        create: what a new row must be like.
        update: which rows may be changed, and what they must be like afterwards.
        delete: which rows may be deleted.
        restore: which deleted rows may be brought back.
        purge: which rows may be removed for good; as `delete` where not given.
        history: whose past may be read; as `read` where not given.
        deleted: who may ask for deleted rows; as `restore` where not given.
        deprecated: where the whole resource will go.
        deprecated_fields: fields that will go.
    """

    name: str
    filters: Sequence[Expression[Any] | str]
    sorts: Sequence[Expression[Any] | str]
    search: Sequence[Expression[Any]]
    expand: Sequence[Expression[Any] | Many]
    under: Sequence[Expression[Any]]
    nested: Sequence[Expression[Any]]
    computed: Mapping[str, Expression[Any] | Select[Any]]
    operations: Sequence[Operation]
    requires_if_match: bool
    read: Rule
    write: Rule
    create: Rule
    update: Rule
    delete: Rule
    restore: Rule
    purge: Rule
    history: Rule
    deleted: Rule
    deprecated: Deprecation
    deprecated_fields: Mapping[Expression[Any], Deprecation]
