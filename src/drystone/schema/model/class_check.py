"""What a model's class may look like, its fields aside: bases, names, the table."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any, Final, Generic

import msgspec

from drystone.schema.model.class_body import ClassBody
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.names import MAX_NAME_BYTES

_IDENTIFIER: Final = re.compile("[a-z_][a-z0-9_]*")
_STANDARD: Final = frozenset("id version created_at updated_at deleted_at".split())


def check_class(body: ClassBody, bases: tuple[type, ...], *, metaclass: type) -> None:
    """Refuse bases that no table could be made of, and a table's name that is none.

    Args:
        body: the class.
        bases: its bases.
        metaclass: of models.

    Raises:
        DeclarationError: something about it is wrong.
    """
    for base in bases:
        _check_base(body, base, metaclass)
    for name in _STANDARD & {*body.values}:
        if name not in body.annotations:
            body.fail(name, "is a column that the platform keeps; choose another name")
    if not _IDENTIFIER.fullmatch(body.table):
        mend = "write lower-case letters, digits and _"
        fail_class(body, f"has a table named {body.table!r}; {mend}")
    if len(body.table) > MAX_NAME_BYTES:
        fail_class(
            body,
            f"has the table {body.table!r}, longer than {MAX_NAME_BYTES} bytes; write "
            f"class {body.name}(Model, table=…)",
        )


def check_abstract(body: ClassBody, *, table: str | None, soft_delete: bool, history: bool) -> None:
    """Refuse what says something of a table where there is none.

    Raises:
        DeclarationError: `table`, `soft_delete` or `history` was given.
    """
    if table is not None or not soft_delete or history:
        fail_class(
            body,
            "has no table, being abstract; leave table, soft_delete and history to its heirs",
        )


def _check_base(body: ClassBody, base: type, metaclass: type) -> None:
    if isinstance(base, metaclass):
        if isinstance(type.__getattribute__(type(base), "__dict__").get("__drystone__"), ModelInfo):
            fail_class(
                body,
                f"inherits from {base.__name__}, which has a table; put what they share into a "
                "class with abstract=True",
            )
        return
    shared: Any = "put its fields into a class (Model, abstract=True)"
    if base is Generic or issubclass(base, Generic):
        fail_class(body, f"is generic, and a table is not; {shared}")
    if issubclass(base, msgspec.Struct) or dataclasses.is_dataclass(base):
        fail_class(body, f"inherits from {base.__name__}, which is no model; {shared}")
    if inspect.get_annotations(base):
        fail_class(body, f"inherits annotations from {base.__name__}, which is no model; {shared}")


def fail_class(body: ClassBody, fault: str) -> None:
    """Refuse a class.

    Raises:
        DeclarationError: always.
    """
    raise DeclarationError(f"{body.origin}: {body.name} {fault}")
