"""`drystone explain`: what is typed, and what is refused before anything is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from drystone.cli.explain.command import explain_command
from drystone.cli.explain.request_text import make_request, read_typed
from drystone.cli.explain.shown import write_value
from drystone.cli.failure import Misuse
from drystone.security.caller import Caller, caller_of

APP = "explained:app"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("GET /api/v1/tasks", "GET /api/v1/tasks"),
        ("  get   /api/v1/tasks  ", "GET /api/v1/tasks"),
        ("/", "GET /"),
        ("DELETE /a", "DELETE /a"),
        ("/a?search=two words&name=\u00e9", "GET /a?search=two%20words&name=%C3%A9"),
        ('/a?filter=x = "a"', "GET /a?filter=x%20=%20%22a%22"),
        ("/a?b[in]=1,2&c=%20+d", "GET /a?b[in]=1,2&c=%20+d"),
        ("https://api.example.com:8443/a?b=1#c", "GET /a?b=1"),
        ("POST http://localhost/a", "POST /a"),
        ("http://localhost", "GET /"),
    ],
)
def test_requests_are_read_as_they_are_typed(text: str, read: str) -> None:
    assert str(read_typed(text)) == read


@pytest.mark.parametrize("text", ["", "GET", "tasks", "GET tasks", "a b /c", "ftp://x/y"])
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(Misuse, match="is no request"):
        read_typed(text)


def test_a_request_is_what_the_server_would_have_read() -> None:
    caller = Caller(roles=frozenset({"admin"}))
    request = make_request(
        read_typed("PATCH /a?b=c%20d"),
        host="api.example.com",
        headers=[("X-One", "1")],
        content=b"{}",
        caller=caller,
    )
    assert (request.method, request.path, request.query.get("b")) == ("PATCH", "/a", "c d")
    assert request.host == "api.example.com"
    assert request.headers.get("content-type") == "application/merge-patch+json"
    assert request.headers.get("x-one") == "1"
    assert caller_of(request) is caller
    asked = make_request(read_typed("http://other.example/a"), host="api.example.com")
    assert asked.host == "other.example"
    assert caller_of(asked).is_guest


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "NULL"),
        (True, "true"),
        (3, "3"),
        ("it's", "'it''s'"),
        (datetime(2026, 1, 2, tzinfo=UTC), "'2026-01-02 00:00:00+00:00'"),
        (["a", None], "{'a', NULL}"),
        ("x" * 500, f"'{'x' * 200}\u2026'"),
    ],
)
def test_parameters_are_written_as_in_sql(value: object, written: str) -> None:
    assert write_value(value) == written


def test_a_long_list_is_cut() -> None:
    assert write_value([*range(50)]).endswith("19, \u2026 30 more}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no request is given; write one"),
        (["no request"], "'no request' is no request"),
        (["BREW /pot"], "BREW cannot be explained"),
        (["/x", "--declared"], "a request and --declared are both given"),
        (["/x", "--strict"], "--strict is for --declared"),
        (["/x", "--roles", "admin"], "write --as UUID as well"),
        (["/x", "--header", "nothing"], "'nothing' is no header field"),
        (["/x", "--header", "a b: c"], "this is no request that could be sent"),
        (["/x", "--data", "{}"], "GET has no body"),
        (["/x"], "the application has no models"),
        (["--declared"], "the application declares no resource"),
        (["other:app", "/x"], "are both given; name one application"),
    ],
)
def test_misuse_is_one_line(project: Path, words: list[str], told: str) -> None:
    (project / "explained.py").write_text("from drystone import App\n\napp = App()\n")
    result = CliRunner().invoke(explain_command, [APP, *words])
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
