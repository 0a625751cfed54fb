"""What the operations of a resource have in common: its names, its header fields, its answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from drystone.openapi.operations.answers import problem_answers
from drystone.openapi.operations.headers import answered_headers, asked_header
from drystone.openapi.schemas.examples import example_of

if TYPE_CHECKING:
    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.schemas.models import ModelSchemas
    from drystone.openapi.served import Served
    from drystone.resources.named_field import NamedField
    from drystone.security.rules import Act

JSON: Final = "application/json"
# Where a word begins in the name of a class.
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Around:
    """What the description of one operation is made from.

    Attributes:
        served: the resource, at its address.
        schemas: of models.
        components: takes what is used more than once.
        parent: the reference below whose rows the operation is, if it is below any.
    """

    served: Served
    schemas: ModelSchemas
    components: Components
    parent: NamedField | None = None

    def problems(self, *codes: str) -> JSONObject:
        """Return the answers for codes."""
        # Rows are JSON, whatever the operation.
        return problem_answers([*codes, "not_acceptable"], self.components)

    def refusals(self, *acts: Act) -> tuple[str, ...]:
        """Return the codes of a caller who may not write, where a rule says who may."""
        rules = self.served.resource.rules
        return ("unauthenticated", "forbidden") if any(rules.of(act) for act in acts) else ()

    def unseen(self, *acts: Act) -> tuple[str, ...]:
        """Return the codes of a caller who may not read, where a rule says who may."""
        rules = self.served.resource.rules
        return ("forbidden", "not_found") if any(rules.of(act) for act in acts) else ()

    def answer(
        self, said: str, schema: JSONObject | None, *headers: str, example: Any = None
    ) -> JSONObject:
        """Return an answer where all is well."""
        part: JSONObject = {
            "description": said,
            "headers": answered_headers(headers, self.components),
        }
        if schema is not None:
            part["content"] = {JSON: self.media(schema, example)}
        return part

    def media(self, schema: JSONObject, example: Any = None) -> JSONObject:
        """Return a body's schema with an example."""
        shown = example_of(schema, self.components) if example is None else example
        return {"schema": schema, "example": shown}

    def body(self, schema: JSONObject, example: Any = None) -> JSONObject:
        """Return the body of a request."""
        return {"required": True, "content": {JSON: self.media(schema, example)}}

    def conditions(self, *, has_key: bool = True) -> list[JSONObject]:
        """Return the header fields of a request that changes a row."""
        required = self.served.resource.requires_if_match
        found = [asked_header("IfMatch", self.components, required=required), self.prefer()]
        return [*found, self.key()] if has_key else found

    def prefer(self) -> JSONObject:
        """Return the parameter `Prefer`."""
        return asked_header("Prefer", self.components)

    def key(self) -> JSONObject:
        """Return the parameter `Idempotency-Key`."""
        return asked_header("IdempotencyKey", self.components)

    @property
    def preconditions(self) -> tuple[str, ...]:
        """The codes of conditions."""
        required = self.served.resource.requires_if_match
        return ("precondition_failed", *(["precondition_required"] if required else []))

    @property
    def creation_body(self) -> JSONObject:
        """The schema of what a new row is made of."""
        if self.parent is None:
            return self.schemas.body(self.served, "Create")
        return self.schemas.body_below(self.served, self.parent)

    @property
    def noun(self) -> str:
        """What a row is called in sentences, with its article: `a task tag`."""
        return noun_of(self.served.resource.model)

    @property
    def plural(self) -> str:
        """What rows are called in sentences."""
        return self.served.resource.name.replace("-", " ")

    @property
    def place(self) -> str:
        """Below what kind of row, to end a summary with; empty at the resource's own address."""
        return "" if self.parent is None else f" of {noun_of(target_of(self.parent))}"

    @property
    def shown_row(self) -> JSONObject:
        """The schema of a row that `fields` may have cut."""
        return {"anyOf": [self.schemas.row_of(self.served), self.schemas.fields_of(self.served)]}


def noun_of(model: type[Any]) -> str:
    """Return what a row is called in sentences, with its article.

    >>> noun_of(type("TaskTag", (), {})), noun_of(type("Attachment", (), {}))
    ('a task tag', 'an attachment')
    """
    words = _WORDS.sub(" ", model.__name__).lower()
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"


def target_of(reference: NamedField) -> type[Any]:
    """Return the model that a reference leads to."""
    assert reference.info.reference is not None, "it is declared as one"  # noqa: S101  (our own fault)
    return reference.info.reference.resolve()
