"""Single rows: read, created, replaced, changed and deleted, for any model.

A row's version is its `ETag`. Whoever changes a row locks it first, so that the version
that `If-Match` was compared with is the one that is changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from drystone import Model, Request, Response, Transaction, delete, insert, select, update
from drystone.db.query.json_rows import json_row
from drystone.errors import NotFound, PreconditionFailed, ValidationFailed, Violation
from drystone.http.parts.conditional import Outcome, evaluate
from drystone.http.response import JSON_TYPE
from drystone.schema.model.bodies import (
    create_body,
    given_values,
    is_read_only,
    patch_body,
    replace_body,
)
from drystone.schema.model.model_meta import describe
from examples.tasks.refusals import explained
from examples.tasks.tracker import app

T = TypeVar("T")

# A change that loses against another one is made again, from the lock on.
ATTEMPTS = 3

# From attributes of the model to what they are set to.
Values: TypeAlias = dict[str, Any]
# Given the row as it is, if there is one yet, and what is to be set: returns that, and
# what follows from it, or raises a Problem.
Settle: TypeAlias = Callable[[Transaction, Any, Values], Awaitable[Values]]


class Head(msgspec.Struct):
    """What must be known of a row that is JSON already; the rest is skipped unread."""

    id: UUID
    version: int


async def as_given(_tx: Transaction, _row: Model | None, values: Values) -> Values:
    return values


@dataclass(frozen=True, slots=True)
class Single:
    """A model's rows, one at a time.

    Attributes:
        model: theirs.
        settle: what else is to be checked and set in the transaction of a change.
    """

    model: type[Model]
    settle: Settle = as_given

    async def read(self, request: Request) -> Response:
        """Answer the row: 200, or 304 to a client that has this version.

        Raises:
            NotFound: there is none.
            PreconditionFailed: it has another version.
        """
        row = await app.db.get_json(self.model, request.params["id"])
        if row is None:
            raise self._missing()
        head = msgspec.json.decode(row, type=Head)
        if self._evaluate(request, head.version) is Outcome.NOT_MODIFIED:
            return Response(status=304, headers=[("ETag", etag_of(head.version))])
        return _answer(row, head)

    async def create(self, request: Request) -> Response:
        """Store the body as a new row, and answer it."""
        values = given_values(await request.json(create_body(self.model)))

        async def store(tx: Transaction) -> bytes:
            settled = await self.settle(tx, None, values)
            return await tx.one(json_row(insert(self.model(**settled))))

        row = await self._change(store)
        head = msgspec.json.decode(row, type=Head)
        response = _answer(row, head, status=201)
        response.headers["Location"] = f"{request.path}/{head.id}"
        return response

    async def replace(self, request: Request) -> Response:
        """Put the body in the place of the row; what it leaves out gets its default."""
        return await self._write(request, await request.json(replace_body(self.model)))

    async def patch(self, request: Request) -> Response:
        """Apply a merge patch (RFC 7396): what is left out stays, null empties."""
        return await self._write(request, await request.json(patch_body(self.model)))

    async def delete(self, request: Request) -> Response:
        """Mark the row as deleted: no list and no read shows it from here on."""

        async def mark(tx: Transaction) -> None:
            row = await self._lock(tx, request)
            await tx.execute(delete(self.model).where(self.model.id == row.id))

        await self._change(mark)
        return Response.empty()

    async def _write(self, request: Request, body: msgspec.Struct) -> Response:
        async def write(tx: Transaction) -> bytes:
            row = await self._lock(tx, request)
            values = self._changes(row, given_values(body))
            settled = await self.settle(tx, row, values)
            if not settled:
                return await tx.one(json_row(select(self.model).where(self.model.id == row.id)))
            statement = update(self.model).where(self.model.id == row.id)
            for name, value in settled.items():
                statement = statement.set(getattr(self.model, name), value)
            return await tx.one(json_row(statement.returning()))

        row = await self._change(write)
        # After the transaction: the answer leaves once the change is committed.
        return _answer(row, msgspec.json.decode(row, type=Head))

    async def _change(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        with explained(self.model):
            return await app.db.transaction(attempts=ATTEMPTS).run(work)

    async def _lock(self, tx: Transaction, request: Request) -> Model:
        """Return the row, kept from changes by others until the transaction ends.

        Raises:
            NotFound: there is none.
            PreconditionFailed: it has another version than the caller knows.
        """
        wanted = select(self.model).where(self.model.id == request.params["id"])
        row = await tx.first(wanted.for_no_key_update())
        if row is None:
            raise self._missing()
        self._evaluate(request, row.version)
        return row

    def _changes(self, row: Model, given: Values) -> Values:
        """Return what differs from the row.

        Raises:
            ValidationFailed: something that differs can only be read.
        """
        differing = {name: value for name, value in given.items() if value != getattr(row, name)}
        columns = describe(self.model).columns
        faults = [
            Violation(code="read_only", detail="cannot be changed", pointer=f"/{column.name}")
            for column in columns
            if column.attribute in differing and is_read_only(column)
        ]
        if faults:
            raise ValidationFailed(errors=faults)
        return differing

    def _evaluate(self, request: Request, version: int) -> Outcome:
        etag = etag_of(version)
        outcome = evaluate(request.method, request.headers, etag=etag, last_modified=None)
        if outcome is Outcome.FAILED:
            raise PreconditionFailed(
                f"The {self._kind} has version {version}.", headers=[("ETag", etag)]
            )
        return outcome

    def _missing(self) -> NotFound:
        return NotFound(f"There is no such {self._kind}.")

    @property
    def _kind(self) -> str:
        return self.model.__name__.lower()


def etag_of(version: int) -> str:
    """Return the entity tag of a row's version.

    >>> etag_of(17)
    '"17"'
    """
    return f'"{version}"'


def _answer(row: bytes, head: Head, *, status: int = 200) -> Response:
    etag = ("ETag", etag_of(head.version))
    return Response(row, status=status, media_type=JSON_TYPE, headers=[etag])
