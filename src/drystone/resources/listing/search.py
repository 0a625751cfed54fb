"""`search=`: words in the fields that a resource declares, by full text search.

The words are read as on a search page (`"a phrase"`, `or`, `-without`), whole and in any
case; the language is `simple`, which drops no word and no ending, so names and codes are
found as they are written. Without a `sort` the best matches come first, with pages and
with cursors alike: the rank is a term of the order.

Left out on purpose: parts of words and typing errors. `title[contains]=` finds parts, on a
trigram index; a search that mixed both could be ranked by neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.expressions.text_search import document
from drystone.schema.model.rules import Index

if TYPE_CHECKING:
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.text_search import Document


def words_of(resource: Resource) -> Document:
    """Return the words that a resource is searched by.

    Raises:
        ValueError: it declares no field for it.
    """
    if not resource.search:
        raise ValueError(f"{resource.name} declares nothing to search: write search=[…]")
    first, *others = resource.search
    return document(first, *others)


def search_index(resource: Resource) -> Index | None:
    """Return the index that serves the search of a resource; None where none can.

    None can over fields of other models: an index is of one table.
    """
    if not resource.search:
        return None
    for column in resource.search:
        if isinstance(column.shape, ColumnShape) and column.shape.path:
            return None
    return Index(words_of(resource), method="gin")


def has_search_index(resource: Resource) -> bool:
    """Tell whether the model declares the index that serves the search."""
    wanted = search_index(resource)
    if wanted is None:
        return False
    return any(
        isinstance(rule, Index)
        and rule.method == wanted.method
        and rule.where is None
        and [one.shape for one in rule.fields] == [one.shape for one in wanted.fields]
        for rule in resource.info.rules
    )
