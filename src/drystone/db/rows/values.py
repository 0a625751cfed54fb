"""One value of a row → what the model's field holds.

The driver gives Python's own types for nearly every column, and `jsonb` decoded to dicts
and lists. Two kinds need a step more: members of an enumeration, and JSON that is
declared as a Struct.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias, get_origin

import msgspec

from drystone.schema.model.column_types import ArrayType, ChoiceType, ColumnType, JSONType

if TYPE_CHECKING:
    from collections.abc import Callable

Reader: TypeAlias = "Callable[[Any], Any]"


def reader_for(kind: ColumnType | None) -> Reader | None:
    """Return what makes the field's value from the driver's; None where it is the same.

    The function is given no NULL.
    """
    match kind:
        case ChoiceType(enum=enum) if enum is not None and issubclass(enum, Enum):
            # A dict answers in a third of the time that calling the class takes.
            return {member.value: member for member in enum}.__getitem__
        case JSONType(python=python) if python not in _AS_THEY_ARE:
            return lambda value: msgspec.convert(value, python)
        case ArrayType(item=item):
            read_item = reader_for(item)
            return None if read_item is None else lambda items: [read_item(one) for one in items]
        case _:
            return None


_AS_THEY_ARE: tuple[Any, ...] = (Any, object, dict, dict[str, Any], get_origin(dict[str, Any]))
