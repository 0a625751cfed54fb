"""`Model`: the base of what an application declares.

    class Task(Model):
        \"\"\"A piece of work in a project.\"\"\"

        project: Ref[Project]
        title: Field[Annotated[str, Length(1, 200)]]
        priority: Field[Annotated[int, Range(1, 5)]] = default(3)
        assignee: Annotated[OptionalRef[User], OnDelete("null")] = default(None)

Read aloud by a type checker, by `msgspec`, by the table and by the description. A row is
an instance: immutable, made with keywords, quick to decode. Constructing checks nothing;
decoding a body and writing to the table do.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, dataclass_transform
from uuid import UUID

import msgspec

from drystone.schema.model.defaults import default, made, made_by_database
from drystone.schema.model.field import Field
from drystone.schema.model.model_meta import ModelMeta
from drystone.schema.model.uuid7 import uuid7

if TYPE_CHECKING:
    from typing import Self

    from drystone.schema.model.rules import Rules


@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=())
class Model(msgspec.Struct, metaclass=ModelMeta):
    """A row of a table that carries the class's name in the plural.

    Besides its own fields each has `id` (UUIDv7), `version`, `created_at`, `updated_at`
    and, unless `soft_delete=False`, `deleted_at`. The first is made in Python; version and
    times by the database: `msgspec.UNSET` on an instance that was not stored yet.
    """

    if TYPE_CHECKING:
        id: Field[UUID] = made(uuid7)
        version: Field[int] = made_by_database("1")
        created_at: Field[datetime] = made_by_database("now()")
        updated_at: Field[datetime] = made_by_database("now()")
        deleted_at: Field[datetime | None] = default(None)

        # object.__eq__ takes anything, and mypy asks the right side too: it would take a
        # reference compared with a row of another model for a bool. The code is Struct's.
        def __eq__(self, other: Self | None) -> bool: ...  # type: ignore[override]  # see above
        def __ne__(self, other: Self | None) -> bool: ...  # type: ignore[override]  # see above
        def __hash__(self) -> int: ...

    @classmethod
    def rules(cls) -> Rules:
        """Return keys, checks and indexes over several fields; see `rules`."""
        return ()
