"""`drystone explain`: the SQL of a request, its plan, what served it, and what is slow."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final
from uuid import UUID

import click

from drystone.cli.application import load_application
from drystone.cli.explain.answering_route import check_can_be_rehearsed, generated_by
from drystone.cli.explain.declared import declared_lines, listed_resources
from drystone.cli.explain.documents import need_document, report_document
from drystone.cli.explain.rehearsal import rehearse
from drystone.cli.explain.report import problem_lines, report_lines
from drystone.cli.explain.request_text import TypedRequest, make_request, read_typed
from drystone.cli.explain.shown import show_statements
from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.migrate.place import load_settings, run_on_database
from drystone.cli.target import find_target, is_target
from drystone.observe.logs import configure_logs
from drystone.resources.asking.read_list import read_list_request
from drystone.resources.index_check import missing_indexes, needs_of, needs_of_request
from drystone.routing.pattern import RouteError
from drystone.schema.model.model_meta import describe
from drystone.security.caller import Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.app import App
    from drystone.cli.explain.rehearsal import Rehearsal
    from drystone.http.request import Request
    from drystone.resources.index_check import Need
    from drystone.settings import Settings

_STDERR: Final = 2
_DRY_RUN: Final = ("Prefer", "dry-run")

_EXAMPLES: Final = """\b
Examples:
  drystone explain tasks.app:app "GET /api/v1/tasks?status=todo&sort=-due_at"
  drystone explain "/api/v1/tasks?page=500" --no-analyze
  drystone explain "PATCH /api/v1/tasks/<id>" --data '{"status": "done"}'
  drystone explain "/api/v1/tasks" --as <id> --roles admin,editor
  drystone explain tasks.app:app --declared       no database needed
"""


@click.command("explain", epilog=_EXAMPLES)
@click.argument("words", metavar='[MODULE:APP] ["METHOD /PATH?QUERY"]', nargs=-1)
@click.option(
    "--declared",
    is_flag=True,
    help="List what no declared index serves, of all resources; no database is needed.",
)
@click.option("--strict", is_flag=True, help="With --declared: fail where an index is missing.")
@click.option("--no-analyze", is_flag=True, help="Show plans without running statements again.")
@click.option("--full", is_flag=True, help="Leave out nothing of long statements.")
@click.option("--as", "caller", type=click.UUID, metavar="UUID", help="Who asks; a guest, else.")
@click.option("--roles", metavar="ROLE,…", help="The roles of who asks, with --as.")
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A field; may be repeated."
)
@click.option("--data", metavar="JSON", help="The body; - reads it from standard input.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def explain_command(
    words: tuple[str, ...],
    *,
    declared: bool,
    strict: bool,
    no_analyze: bool,
    full: bool,
    caller: UUID | None,
    roles: str | None,
    headers: tuple[str, ...],
    data: str | None,
    as_json: bool,
) -> None:
    """Show what a request asks of the database.

    The application answers the request itself, and each statement that it sends is shown
    with its parameters, its plan and actual times, the index that served it, and warnings
    with their mends. Statements run a second time for that; nothing is changed: connections
    only read, and of methods other than GET and HEAD generated operations alone are run, with
    Prefer: dry-run. The application is started as when it serves.

    The exit code is 1 where the request is refused or fails.
    """
    settings = load_settings()
    target, text = _split(words)
    app = load_application(find_target(target, settings.app), otherwise="cannot be explained")
    if declared:
        if text is not None:
            raise Misuse("a request and --declared are both given; write one of them")
        _print_declared(app, strict=strict, as_json=as_json)
        return
    if text is None:
        raise Misuse('no request is given; write one, such as "GET /api/v1/tasks", or --declared')
    if strict:
        raise Misuse("--strict is for --declared; write both, or neither")
    typed = read_typed(text)
    request = make_request(
        typed,
        host=_host_of(settings),
        # Of a preference that is given twice the first counts (RFC 7240, section 2).
        headers=[*([] if typed.is_safe else [_DRY_RUN]), *_fields(headers)],
        content=_content(typed, data),
        caller=_caller(caller, roles),
    )
    if not typed.is_safe:
        check_can_be_rehearsed(app, request, typed)
    # What is logged meanwhile is not what was asked for.
    configure_logs(level="warning", style="text", fd=_STDERR)
    rehearsal = _rehearse(app, request, typed, settings, analyze=not no_analyze)
    _print(app, request, typed, rehearsal, shorten=not full, as_json=as_json)
    if rehearsal.is_problem:
        raise CommandFailure("\n".join(problem_lines(rehearsal)))


def _split(words: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the application and the request among what was typed."""
    targets = [one for one in words if is_target(one)]
    rest = [one for one in words if not is_target(one)]
    if len(targets) > 1:
        raise Misuse(f"{targets[0]} and {targets[1]} are both given; name one application")
    # Without quotes the shell has made two words of "GET /api/v1/tasks".
    return (targets[0] if targets else None), (" ".join(rest) if rest else None)


def _rehearse(
    app: App, request: Request, typed: TypedRequest, settings: Settings, *, analyze: bool
) -> Rehearsal:
    if not app.models:
        raise Misuse("the application has no models, so it asks nothing of a database")

    async def work(url: str) -> Rehearsal:
        return await rehearse(app, request, url=url, read_only=typed.is_safe, analyze=analyze)

    try:
        return run_on_database(work, settings)
    except RouteError as error:
        raise CommandFailure(str(error)) from None


def _print(
    app: App,
    request: Request,
    typed: TypedRequest,
    rehearsal: Rehearsal,
    *,
    shorten: bool,
    as_json: bool,
) -> None:
    statements = show_statements(rehearsal.statements, map(describe, app.models))
    needs = _needs(rehearsal, request)
    if as_json:
        document = report_document(str(typed), rehearsal, statements, needs)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for line in report_lines(str(typed), rehearsal, statements, needs, shorten=shorten):
        click.echo(line)


def _needs(rehearsal: Rehearsal, request: Request) -> tuple[Need, ...]:
    """Return what a list was asked for that no declared index serves."""
    made = generated_by(rehearsal.route)
    if made is None or made.operation != "list" or rehearsal.is_problem:
        return ()
    return needs_of_request(made.resource, read_list_request(made.resource, request.query))


def _print_declared(app: App, *, strict: bool, as_json: bool) -> None:
    try:
        resources = listed_resources(app)
    except RouteError as error:
        raise CommandFailure(str(error)) from None
    if not resources:
        raise Misuse("the application declares no resource; write app.resource(Model, …)")
    if as_json:
        document = {
            address: [need_document(one) for one in needs_of(resource)]
            for address, resource in resources.items()
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        for line in declared_lines(resources):
            click.echo(line)
    missing = sum(len(missing_indexes(one)) for one in resources.values())
    if strict and missing:
        raise CommandFailure("not everything that may be asked has its index")


def _fields(headers: Sequence[str]) -> list[tuple[str, str]]:
    fields = []
    for one in headers:
        name, colon, value = one.partition(":")
        if not colon or not name.strip():
            raise Misuse(f"{one!r} is no header field; write --header 'Name: value'")
        fields.append((name.strip(), value.strip()))
    return fields


def _content(typed: TypedRequest, data: str | None) -> bytes | None:
    if data is None:
        return None
    if typed.is_safe:
        raise Misuse(f"{typed.method} has no body; leave out --data, or name another method")
    return (sys.stdin.read() if data == "-" else data).encode()


def _caller(account: UUID | None, roles: str | None) -> Caller | None:
    if account is None:
        if roles is not None:
            raise Misuse("--roles are those of an account; write --as UUID as well")
        return None
    names = (one.strip() for one in (roles or "").split(","))
    return Caller(id=account, roles=frozenset(one for one in names if one))


def _host_of(settings: Settings) -> str:
    """Return a host that the application answers for."""
    for host in settings.allowed_hosts:
        if host != "*":
            return f"explain{host[1:]}" if host.startswith("*.") else host
    return "localhost"
