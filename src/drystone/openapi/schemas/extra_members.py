"""What a row can hold besides its columns: what is computed, and what `expand` adds.

Expansions have dotted names (`project.owner`, `comments.author`), and stand inside of each
other in the row; so they are laid out as a tree first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drystone.openapi.schemas.columns import or_null
from drystone.resources.named_field import name_reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.openapi.components import JSONObject
    from drystone.resources.collection import Collection
    from drystone.resources.declaration import Resource
    from drystone.schema.model.column_info import ColumnInfo

    Row = Callable[[type[Any]], JSONObject]


@dataclass(slots=True)
class _Branch:
    """An expansion, and those inside of it.

    Attributes:
        reference: that leads to one row; None for a list.
        collection: the list; None for one row.
    """

    reference: ColumnInfo | None = None
    collection: Collection | None = None
    inside: dict[str, _Branch] = field(default_factory=dict)


def expanded_members(resource: Resource, row: Row) -> JSONObject:
    """Return the schemas of the members that `expand` adds, by name.

    Args:
        resource: the row's.
        row: returns a reference to the bare row of a model.
    """
    return {
        name: _describe(branch, row) | {"readOnly": True, "description": _told(name, branch)}
        for name, branch in _tree_of(resource).items()
    }


def _tree_of(resource: Resource) -> dict[str, _Branch]:
    root = _Branch()
    for one in resource.expand:
        _branch_at(root, name_reference(one)).reference = one.info
    for collection in resource.collections:
        _branch_at(root, collection.name).collection = collection
        for one in collection.expand:
            path = f"{collection.name}.{name_reference(one)}"
            _branch_at(root, path).reference = one.info
    return root.inside


def _branch_at(root: _Branch, path: str) -> _Branch:
    branch = root
    for name in path.split("."):
        branch = branch.inside.setdefault(name, _Branch())
    return branch


def _describe(branch: _Branch, row: Row) -> JSONObject:
    if branch.collection is not None:
        return {
            "type": "object",
            "properties": {
                "data": {
                    "type": "array",
                    "items": _with_inside(row(branch.collection.model), branch, row),
                    "maxItems": branch.collection.limit,
                },
                "has_more": {"type": "boolean", "description": "Whether there are others."},
            },
            "required": ["data", "has_more"],
        }
    target = None if branch.reference is None else branch.reference.reference
    one = _with_inside({} if target is None else row(target.resolve()), branch, row)
    # A row that the caller may not see is shown as none.
    return or_null(one)


def _with_inside(schema: JSONObject, branch: _Branch, row: Row) -> JSONObject:
    if not branch.inside:
        return schema
    members = {name: _describe(one, row) for name, one in branch.inside.items()}
    return {"allOf": [schema, {"type": "object", "properties": members}]}


def _told(name: str, branch: _Branch) -> str:
    if branch.collection is None:
        return f"There with `expand={name}`; null where there is none to be seen."
    return f"There with `expand={name}`: at most {branch.collection.limit} rows."
