"""What stood in a class statement, and how a mistake in it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.namespace import Origin


@dataclass(frozen=True, slots=True)
class ClassBody:
    """What stood in a class.

    Attributes:
        name: of the class.
        table: of the model.
        annotations: as written, by attribute.
        values: what was assigned, by attribute.
        origin: where it stands.
    """

    name: str
    table: str
    annotations: Mapping[str, Any]
    values: Mapping[str, Any]
    origin: Origin

    def fail(self, attribute: str, fault: str) -> NoReturn:
        """Refuse an attribute.

        Raises:
            DeclarationError: always.
        """
        line = self.origin.line_of(self.name, attribute)
        raise DeclarationError(f"{self.origin.place(line)}: {self.name}.{attribute} {fault}")
