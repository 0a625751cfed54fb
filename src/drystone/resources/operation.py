"""What a resource can be asked to do."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Operation: TypeAlias = Literal[
    "list", "read", "create", "replace", "patch", "delete", "restore", "purge", "bulk", "history"
]

OPERATIONS: Final[tuple[Operation, ...]] = (
    *("list", "read", "create", "replace", "patch", "delete"),
    *("restore", "purge", "bulk", "history"),
)
