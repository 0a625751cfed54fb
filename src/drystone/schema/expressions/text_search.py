"""Full text: words in a field or several, ranked (chapter 12 of PostgreSQL's documentation).

    Task.title, "quarterly report"  ─►  search(Task.title, "quarterly report")
    document(Task.title, Task.notes, language="english").rank("quarterly report")

The words are read as on a search page: `"a phrase"`, `or`, `-without`. An index serves
it when it is declared over the same document: `Index(document(cls.title), method="gin")`.
The language is part of the statement's text, as that index needs it; it comes from a
closed list.
"""

from __future__ import annotations

from typing import Any, Final

from drystone.schema.expressions.expression import Expression, Predicate
from drystone.schema.expressions.shapes import (
    LANGUAGES,
    PARAMETER,
    Call,
    Keyword,
    Operation,
    Shape,
)

DEFAULT_LANGUAGE: Final = "simple"


class Document(Expression[Any]):
    """The words of one field or several: a `tsvector`."""

    __slots__ = ("_language",)

    def __init__(self, fields: tuple[Expression[Any], ...], language: str) -> None:
        text = _text_of(fields[0])
        for field in fields[1:]:
            text = Operation("||", Operation("||", text, Keyword(" ")), _text_of(field))
        values = tuple(value for field in fields for value in field.values)
        super().__init__(Call("to_tsvector", (Keyword(language), text)), values)
        self._language = language

    def holds(self, words: str) -> Predicate:
        """Test whether the words occur in it."""
        return Predicate(Operation("@@", self.shape, self._query()), (*self.values, words))

    def rank(self, words: str) -> Expression[float]:
        """Return how well it fits the words: to be sorted by, descending."""
        return Expression(Call("ts_rank", (self.shape, self._query())), (*self.values, words))

    def _query(self) -> Shape:
        return Call("websearch_to_tsquery", (Keyword(self._language), PARAMETER))


def document(
    field: Expression[Any], *others: Expression[Any], language: str = DEFAULT_LANGUAGE
) -> Document:
    """Return the words of text fields, NULL being none.

    Args:
        field: the first of them.
        others: more, whose words are found as well.
        language: how words are reduced to their stems; `simple` leaves them as they are.

    Raises:
        ValueError: PostgreSQL brings no such language along.
    """
    if language not in LANGUAGES:
        raise ValueError(
            f"{language!r} is no language; write one of {', '.join(sorted(LANGUAGES))}"
        )
    return Document((field, *others), language)


def search(field: Expression[Any], words: str, *, language: str = DEFAULT_LANGUAGE) -> Predicate:
    """Test whether the words occur in one field; `document` takes several."""
    return document(field, language=language).holds(words)


def _text_of(field: Expression[Any]) -> Shape:
    return Call("coalesce", (field.shape, Keyword("")))
