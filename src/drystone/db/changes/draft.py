"""Write changes as migration files: as few as can be, as many as must be.

A file is plain SQL under two markers, which many tools know:

    -- migrate:up
    -- migrate:down

each with `transaction:false` behind it where the statements must stand outside one.
The migrator runs those one by one and remembers how far it came (`migrations/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .losses import losses
from .statements import note
from .steps import NOTHING, Stage, Step, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .change import Change

_SUFFIXES = {
    Stage.PREPARE: "",
    Stage.OUTSIDE: "_concurrently",
    Stage.VALIDATE: "_validate",
    Stage.FINISH: "_finish",
}
_PURPOSES = {
    Stage.PREPARE: "short locks only",
    Stage.OUTSIDE: "outside a transaction, beside reads and writes",
    Stage.VALIDATE: "reads tables whole, beside reads and writes",
    Stage.FINISH: "short locks again, resting on what came before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationDraft:
    """One migration file to be.

    Attributes:
        name: without number and suffix: "add_tasks", "add_tasks_concurrently".
        is_transactional: whether both ways run in a transaction.
        up: the SQL there.
        down: the SQL back.
        comments: lines for the head of the file, without dashes.
    """

    name: str
    is_transactional: bool
    up: str
    down: str
    comments: tuple[str, ...] = ()

    def render(self) -> str:
        """Return the whole text of the file."""
        how = "" if self.is_transactional else " transaction:false"
        head = "".join(note(line) for line in self.comments)
        return (
            f"{head}{head and chr(10)}-- migrate:up{how}\n\n{self.up}\n\n"
            f"-- migrate:down{how}\n\n{self.down}\n"
        )


def write_migration(changes: Sequence[Change], *, name: str) -> list[MigrationDraft]:
    """Return the files that make these changes, in the order to run them.

    Args:
        changes: as `compare` returned them.
        name: what the migration is called; the names of later files begin with it.
    """
    files = _arrange([step for change in changes for step in steps_of(change)])
    lost = [f"Loses data: {sentence}" for sentence in losses(changes)]
    drafts = []
    for place, (stage, steps) in enumerate(files):
        comments = [f"Step {place + 1} of {len(files)}: {_PURPOSES[stage]}."]
        drafts.append(
            MigrationDraft(
                name=name + (_SUFFIXES[stage] if place else ""),
                is_transactional=stage is not Stage.OUTSIDE,
                up=_join(step.up for step in steps),
                down=_join(step.down for step in reversed(steps)),
                comments=(*(comments if len(files) > 1 else ()), *(lost if place == 0 else ())),
            )
        )
    return drafts


def _arrange(steps: Sequence[Step]) -> list[tuple[Stage, list[Step]]]:
    """Return the stages that have anything to do; short ones with nothing between are one."""
    by_stage = {stage: [step for step in steps if step.stage is stage] for stage in Stage}
    if not by_stage[Stage.OUTSIDE] and not by_stage[Stage.VALIDATE]:
        by_stage[Stage.PREPARE] += by_stage.pop(Stage.FINISH)
    return [(stage, found) for stage, found in by_stage.items() if found]


def _join(groups: Iterable[tuple[str, ...]]) -> str:
    """Return statements as text: one to a line, with air around those of several lines."""
    text = ""
    after_block = False
    statements = [statement for group in groups for statement in group]
    telling = [statement for statement in statements if statement != NOTHING]
    for statement in telling or statements[:1]:
        is_block = "\n" in statement
        if text:
            text += "\n\n" if is_block or after_block else "\n"
        text += statement
        after_block = is_block
    return text
