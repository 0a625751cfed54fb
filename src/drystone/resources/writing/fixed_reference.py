"""The reference that the address of a creation gives: `POST /projects/{id}/tasks`.

In the body it may be left out, or say the same once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from drystone.errors import NotFound, ValidationFailed, Violation
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.bodies import given_values

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.strict_json import JSONDecoder


@dataclass(frozen=True, slots=True)
class FixedReference:
    """A reference of a new row, known before its body is read.

    Attributes:
        column: the reference.
        id: of the row that it leads to.
        body: reads the body.
    """

    column: ColumnInfo
    id: UUID
    body: JSONDecoder[msgspec.Struct]

    def read(self, body: bytes) -> dict[str, Any]:
        """Return what a body gives, the reference included, by attribute.

        Raises:
            MalformedJSON: it is not JSON.
            ValidationFailed: it is not valid, or leads the reference elsewhere; every fault
                is listed.
        """
        try:
            given = given_values(self.body.decode(body))
        except ValidationFailed as refusal:
            self._add_fault(refusal, body)
            raise
        name = self.column.attribute
        if name in given and given[name] != self.id:
            raise ValidationFailed(errors=[self._fault()])
        return {**given, name: self.id}

    def explain(self, refusal: ValidationFailed) -> ValidationFailed | NotFound:
        """Return a refusal as it is meant: the row of the address has gone meanwhile."""
        is_gone = any(
            one.code == "not_found" and one.pointer == self._pointer for one in refusal.errors
        )
        return NotFound() if is_gone else refusal

    @property
    def _pointer(self) -> str:
        return format_pointer([self.column.name])

    def _fault(self) -> Violation:
        detail = f"is given by the address, which says {self.id}; leave it out"
        return Violation(code="read_only", detail=detail, pointer=self._pointer)

    def _add_fault(self, refusal: ValidationFailed, body: bytes) -> None:
        """Add the fault of another id to those that a body has besides."""
        try:
            plain = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if not isinstance(plain, dict) or self.column.name not in plain:
            return
        said = plain[self.column.name]
        is_same = isinstance(said, str) and said.lower() == str(self.id)
        if not is_same and all(one.pointer != self._pointer for one in refusal.errors):
            refusal.errors = (*refusal.errors, self._fault())
