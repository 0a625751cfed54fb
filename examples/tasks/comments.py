"""Comments: on live tasks only."""

from __future__ import annotations

from drystone import Transaction, select
from drystone.errors import ValidationFailed, Violation
from examples.tasks.listing import Listing
from examples.tasks.models import Comment, Task
from examples.tasks.routes import resource
from examples.tasks.single import Single, Values


async def settle_comment(tx: Transaction, _row: Comment | None, values: Values) -> Values:
    """Return the values, once the task is known to be live.

    A deleted task is still in its table, so the foreign key would take it.

    Raises:
        ValidationFailed: it is deleted, or there was never one.
    """
    if "task" in values:
        task = select(Task.id).where(Task.id == values["task"])
        if await tx.first(task.for_share()) is None:
            fault = Violation(code="not_found", detail="is no task there is", pointer="/task_id")
            raise ValidationFailed(errors=[fault])
    return values


COMMENTS = Listing(
    Comment,
    filters=(Comment.task, Comment.author),
    sorts=(Comment.created_at,),
)

router = resource(COMMENTS, Single(Comment, settle_comment))
