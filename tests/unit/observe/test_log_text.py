"""Escaping and redaction: what an event may not carry into the log."""

from __future__ import annotations

import doctest

import pytest

from drystone.observe import access, escaping, redaction
from drystone.observe.escaping import escape_block, escape_controls
from drystone.observe.redaction import REDACTED, redact


@pytest.mark.parametrize("module", [escaping, redaction, access])
def test_the_documented_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]  # a module


@pytest.mark.parametrize(
    "char", list("\0\t\n\v\f\r\x1b\x7f\x85\x9b\u2028\u2029\u202e\u2066\u200f\ud800")
)
def test_every_control_is_escaped(char: str) -> None:
    escaped = escape_controls(f"a{char}b")
    assert escaped.isascii()
    assert escaped.isprintable()
    assert len(escaped.splitlines()) == 1


def test_plain_text_of_any_script_stays() -> None:
    assert escape_controls("Übung 日本 🙂") == "Übung 日本 🙂"


def test_each_line_of_a_block_is_indented_and_escaped() -> None:
    assert escape_block("a\nb\r\n\x1b") == "    a\n    b\\r\n    \\x1b"


@pytest.mark.parametrize(
    "key",
    ["password", "NEW_PASSWORD", "Authorization", "set-cookie", "refresh_token", "x-api-key"],
)
def test_a_secret_is_known_by_its_key(key: str) -> None:
    assert redact({key: "hunter2"}) == {key: REDACTED}
    assert redact({"outer": [{"inner": {key: "hunter2"}}]}) == {
        "outer": [{"inner": {key: REDACTED}}]
    }


@pytest.mark.parametrize("key", ["token_type", "path", "passwords_checked", "cookies_read"])
def test_other_keys_stay(key: str) -> None:
    assert redact({key: "x"}) == {key: "x"}


def test_redaction_does_not_follow_an_event_into_itself_for_ever() -> None:
    event: dict[str, object] = {}
    event["self"] = event
    assert "self" in redact(event)
