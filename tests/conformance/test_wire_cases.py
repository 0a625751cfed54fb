"""The project's own table of wire cases: whole, byte by byte, and with more behind."""

from __future__ import annotations

import pytest

from tests.conformance.reader import SECOND_REQUEST, Reading, byte_by_byte, read
from tests.conformance.wire_cases import ACCEPTED, REFUSED, Accepted, Refused

accepted = pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
refused = pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)


def requests_of(reading: Reading) -> tuple[tuple[str, bytes, bytes], ...]:
    return tuple((m.method, m.target, m.body) for m in reading.messages)


@accepted
def test_an_accepted_case_holds_its_requests(case: Accepted) -> None:
    reading = read([case.data])
    assert reading.complete
    assert requests_of(reading) == case.requests


@accepted
def test_an_accepted_case_reads_the_same_byte_by_byte(case: Accepted) -> None:
    whole = read([case.data])
    split = read(byte_by_byte(case.data))
    assert split == whole


@accepted
def test_an_accepted_case_leaves_the_next_request_alone(case: Accepted) -> None:
    reading = read([case.data + SECOND_REQUEST])
    if not reading.messages[-1].keep_alive:
        assert reading.left_over == len(SECOND_REQUEST)
    else:
        assert requests_of(reading) == (*case.requests, ("GET", b"/second", b""))


@accepted
def test_an_accepted_case_is_never_complete_too_early(case: Accepted) -> None:
    reading = read([case.data[:-1]])
    assert reading.refused is None
    assert not (reading.complete and len(reading.messages) == len(case.requests))


@refused
def test_a_refused_case_is_refused_with_its_status(case: Refused) -> None:
    reading = read([case.data])
    assert reading.refused == case.status
    assert sum(message.complete for message in reading.messages) == case.before


@refused
def test_a_refused_case_is_refused_byte_by_byte(case: Refused) -> None:
    assert read(byte_by_byte(case.data)).refused == case.status


@refused
def test_a_refused_case_hides_no_second_request(case: Refused) -> None:
    reading = read([case.data + SECOND_REQUEST])
    assert reading.refused == case.status
    assert not any(message.target == b"/second" for message in reading.messages)
