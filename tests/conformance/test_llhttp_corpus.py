"""llhttp's strict request cases: the same verdict, or a documented reason for another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conformance import llhttp_corpus
from tests.conformance.llhttp_corpus import Case
from tests.conformance.reader import Reading, byte_by_byte, read

pytestmark = pytest.mark.skipif(
    not llhttp_corpus.PATH.exists(), reason=f"the corpus is not at {llhttp_corpus.PATH}"
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "http-support.md"
cases = pytest.mark.parametrize("case", llhttp_corpus.cases(), ids=lambda case: case.id)


def documented_verdicts() -> dict[str, str]:
    """Return what docs/http-support.md says of each case where we differ from llhttp."""
    rows = re.findall(
        r"^\| `(request/[\w-]+:\d+)` \|[^|]*\| (\w+)", DOCUMENT.read_text(), re.MULTILINE
    )
    return dict(rows)


def verdict(reading: Reading) -> str:
    if reading.refused is not None:
        return "refused"
    return "accepted" if reading.complete else "unfinished"


def agrees(case: Case, reading: Reading) -> bool:
    """Tell whether a reading is llhttp's own."""
    complete = sum(message.complete for message in reading.messages)
    body_bytes = sum(len(message.body) for message in reading.messages)
    if case.expect == "ok":
        same = (complete, body_bytes) == (case.messages, case.body_bytes)
        return reading.refused is None and same
    if case.expect == "error":
        return reading.refused is not None
    if case.expect == "incomplete":
        return verdict(reading) == "unfinished"
    if case.expect == "closed":  # bytes behind a message that closes: never read
        return reading.refused is None and reading.left_over > 0 and complete == case.messages
    return False  # an upgrade: each of them is listed


@cases
def test_a_case_is_read_as_llhttp_reads_it_or_as_documented(case: Case) -> None:
    reading = read([case.with_host()])
    documented = documented_verdicts().get(case.id)
    if documented is None:
        assert agrees(case, reading)
    else:
        assert not agrees(case, reading), "no longer a difference: remove its row"
        assert verdict(reading) == documented


@cases
def test_a_case_reads_the_same_byte_by_byte(case: Case) -> None:
    assert read(byte_by_byte(case.with_host())).messages == read([case.with_host()]).messages


@cases
def test_a_case_as_it_stands_is_refused_where_its_host_is_missing(case: Case) -> None:
    as_it_stands, with_host = read([case.data]), read([case.with_host()])
    first_line, _, rest = case.data.lstrip(b"\r\n").partition(b"\r\n")
    head = rest.partition(b"\r\n\r\n")[0].lower()
    lacks_host = not re.search(rb"^host[ \t]*:", head, re.MULTILINE)
    if first_line.endswith(b"HTTP/1.1") and lacks_host and with_host.messages:
        assert as_it_stands.refused is not None
        assert not as_it_stands.messages
    elif not lacks_host:
        assert as_it_stands.messages[:1] == with_host.messages[:1]


def test_every_documented_case_exists() -> None:
    assert documented_verdicts().keys() <= {case.id for case in llhttp_corpus.cases()}
