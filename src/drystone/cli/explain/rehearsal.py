"""One request, answered by the application itself, with each statement recorded.

    application started ─► request handled ─► statements explained ─► application stopped

Nothing is changed. Connections only read: a handler, a hook or a middleware that writes all
the same is refused by PostgreSQL. Methods other than GET and HEAD run for generated
operations only, with `Prefer: dry-run`: their transaction alone may write, and is rolled
back (`../../db/dry_run.py`). A handler of the application's own would only be refused, so
it is not run.

The application's lifespans are entered as when it serves, on connections that only read.
What handlers and lifespans do beside this database is done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from drystone.cli.explain.answering_route import find_route, generated_by
from drystone.cli.failure import CommandFailure
from drystone.db.database import Database
from drystone.db.explain.explain import ExplainedStatement, explain_all
from drystone.db.pool.config import PoolConfig
from drystone.errors import InternalError, Problem
from drystone.http.response import close_stream

if TYPE_CHECKING:
    from drystone.app import App
    from drystone.db.pool.observed import ObservedStatement
    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.resources.generated_routes import GeneratedRoute
    from drystone.routing.route import Route
    from drystone.settings import Settings

_STATEMENT_SECONDS: Final = 60.0
_MAX_STREAMED_BYTES: Final = 4 * 1024 * 1024


class Recorder:
    """Keeps what connections tell of their statements, while it is told to.

    Attributes:
        statements: in the order in which they ended.
    """

    def __init__(self) -> None:
        self.statements: list[ObservedStatement] = []
        self._is_on = False

    def observe(self, statement: ObservedStatement) -> None:
        """Keep a statement, between `begin` and `end`; see `Observer`."""
        if self._is_on:
            self.statements.append(statement)

    def begin(self) -> None:
        """Keep what comes from here on."""
        self._is_on = True

    def end(self) -> None:
        """Keep no more."""
        self._is_on = False


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of a request.

    Attributes:
        status: of the answer.
        body: of the answer.
        statements: with their plans.
        route: that answered; None where there was none.
    """

    status: int
    body: bytes
    statements: tuple[ExplainedStatement, ...]
    route: Route | None

    @property
    def is_problem(self) -> bool:
        """Whether the request was refused, or failed."""
        return self.status >= 400

    @property
    def generated(self) -> GeneratedRoute | None:
        """The generated operation that answered; None for a handler of the application's."""
        return generated_by(self.route)


async def rehearse(
    app: App, request: Request, *, url: str, read_only: bool, analyze: bool
) -> Rehearsal:
    """Run a request; return its answer and its statements.

    Args:
        app: not started yet.
        request: what is asked.
        url: of the database.
        read_only: whether nothing may be written, not even to be rolled back.
        analyze: whether statements are run again for actual figures.

    Raises:
        CommandFailure: the application does not start, or the database is away.
    """
    recorder = Recorder()

    def open_database(_: Settings) -> Database:
        config = PoolConfig(
            connect_timeout_seconds=5.0,
            acquire_timeout_seconds=10.0,
            statement_timeout_seconds=_STATEMENT_SECONDS,
            slow_statement_seconds=None,
            application_name="drystone explain",
            read_only=True,
        )
        return Database(url, config=config, observer=recorder)

    try:
        await app.start(open_database=open_database)
    except Exception as error:
        raise CommandFailure(_why_not_started(error)) from error
    try:
        # Better told in a line than as the request's 503.
        await app.db.ping()
        recorder.begin()
        response, body = await _answer(app, request)
        recorder.end()
        _check_reads(request, recorder)
        explained = await explain_all(
            app.db, recorder.statements, analyze=analyze, read_only=read_only
        )
    except Problem as problem:
        cause = problem.__cause__ or problem.detail
        raise CommandFailure(f"the database failed: {cause}") from None
    finally:
        await app.stop()
    return Rehearsal(response.status, body, explained, find_route(app, request))


async def _answer(app: App, request: Request) -> tuple[Response, bytes]:
    """Return the answer with its body, which may ask for more while it is read."""
    try:
        response = await app.handle(request)
    except Problem as problem:
        response = app.refuse(problem, request.peer, request)
    except Exception:  # noqa: BLE001  (without the default middleware nobody turns it into an answer)
        response = app.refuse(InternalError(), request.peer, request)
    stream = response.stream
    if stream is None:
        return response, response.body
    pieces = bytearray()
    try:
        # What never ends has nothing more to tell.
        if not response.endless:
            async for piece in stream:
                pieces += piece
                if len(pieces) > _MAX_STREAMED_BYTES:
                    break
    finally:
        with suppress(Exception):
            await close_stream(stream)
    return response, bytes(pieces)


def _check_reads(request: Request, recorder: Recorder) -> None:
    """Pass if nothing wanted to write.

    Raises:
        CommandFailure: a statement was refused for it.
    """
    for one in recorder.statements:
        cause: Any = one.failure and (one.failure.__cause__ or one.failure)
        if isinstance(cause, asyncpg.ReadOnlySQLTransactionError):
            raise CommandFailure(
                f"the handler of {request.template or request.path} writes to the database, "
                f"which was refused, so nothing was changed: {' '.join(one.sql.split())[:200]}"
            )


def _why_not_started(error: Exception) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, asyncpg.ReadOnlySQLTransactionError):
        return (
            "the application writes to the database when it starts; it was refused, so nothing "
            "was changed: it cannot be explained unless its lifespans only read"
        )
    said = " ".join(str(cause).split()) or type(cause).__name__
    return f"the application does not start: {said}"
