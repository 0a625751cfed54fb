"""What the handlers of a resource work with, from start to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from drystone.db.database import Database
    from drystone.security.rules import RowRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The running application, as its resources see it.

    Attributes:
        db: is asked.
        models: every model of the application.
        signing_key: of cursors.
        rules: who may do what with the rows of a model, for those whose resource says so; a
            row of theirs is held to it wherever it is shown, or looked through. Where
            several resources have one model, it is what the first of them says.
    """

    db: Database
    models: tuple[type[Any], ...]
    signing_key: bytes
    rules: Mapping[type[Any], RowRules]
