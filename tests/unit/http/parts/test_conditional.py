import time

import pytest

from drystone.http.parts.conditional import Outcome, allows_range, evaluate
from drystone.http.parts.dates import format_date
from drystone.http.protocol.headers import Headers

ETAG = '"v1"'
MODIFIED = 1_700_000_000
BEFORE, AT, AFTER = (format_date(MODIFIED + shift) for shift in (-1, 0, 1))
GO, SAME, FAILED = Outcome.PROCEED, Outcome.NOT_MODIFIED, Outcome.FAILED


def headers(**fields: str) -> Headers:
    return Headers(
        tuple(
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in fields.items()
        )
    )


def outcome(
    method: str = "GET",
    *,
    etag: str | None = ETAG,
    last_modified: float | None = MODIFIED,
    **fields: str,
) -> Outcome:
    return evaluate(method, headers(**fields), etag=etag, last_modified=last_modified)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_without_conditions_it_proceeds(method: str) -> None:
    assert outcome(method) is GO


@pytest.mark.parametrize(
    ("condition", "etag", "expected"),
    [
        ('"v1"', ETAG, GO),
        ("*", ETAG, GO),
        ("*", None, GO),
        ('"v0", "v1"', ETAG, GO),
        (',, "v0" ,\t"v1",', ETAG, GO),
        ('"v0"', ETAG, FAILED),
        ('W/"v1"', ETAG, FAILED),  # strong comparison
        ('W/"v1"', 'W/"v1"', FAILED),
        ('"v1"', 'W/"v1"', FAILED),
        ('"v1"', None, FAILED),
        ("v1", ETAG, FAILED),
        ('"v1', ETAG, FAILED),
        ('"v1" "v2"', ETAG, FAILED),
        ('"v1", *', ETAG, FAILED),
        ('w/"v1"', ETAG, FAILED),
        ("", ETAG, FAILED),
        ('"a,b"', '"a,b"', GO),  # a comma within a tag separates nothing
        ('"\xe9"', '"\xe9"', GO),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_if_match(method: str, condition: str, etag: str | None, expected: Outcome) -> None:
    assert outcome(method, etag=etag, if_match=condition) is expected


@pytest.mark.parametrize(
    ("condition", "etag", "matches"),
    [
        ('"v1"', ETAG, True),
        ('W/"v1"', ETAG, True),  # weak comparison
        ('"v1"', 'W/"v1"', True),
        ("*", ETAG, True),
        ('"v0", W/"v1"', ETAG, True),
        ('"v0"', ETAG, False),
        ('"V1"', ETAG, False),
        ("v1", ETAG, False),
        ('"v1', ETAG, False),
        ('"v1"', None, False),
    ],
)
def test_if_none_match(condition: str, etag: str | None, matches: bool) -> None:
    for method in ("GET", "HEAD"):
        assert outcome(method, etag=etag, if_none_match=condition) is (SAME if matches else GO)
    assert outcome("PUT", etag=etag, if_none_match=condition) is (FAILED if matches else GO)


@pytest.mark.parametrize(
    ("date", "expected"), [(BEFORE, GO), (AT, SAME), (AFTER, SAME), ("soon", GO)]
)
def test_if_modified_since(date: str, expected: Outcome) -> None:
    assert outcome("GET", if_modified_since=date) is expected
    assert outcome("HEAD", if_modified_since=date) is expected
    assert outcome("POST", if_modified_since=date) is GO


@pytest.mark.parametrize(
    ("date", "expected"), [(BEFORE, FAILED), (AT, GO), (AFTER, GO), ("soon", GO)]
)
def test_if_unmodified_since(date: str, expected: Outcome) -> None:
    assert outcome("GET", if_unmodified_since=date) is expected
    assert outcome("PUT", if_unmodified_since=date) is expected


def test_dates_have_whole_seconds() -> None:
    assert outcome("GET", last_modified=MODIFIED + 0.9, if_modified_since=AT) is SAME
    assert outcome("PUT", last_modified=MODIFIED + 0.9, if_unmodified_since=AT) is GO


def test_dates_say_nothing_of_what_has_none() -> None:
    assert outcome("GET", last_modified=None, if_modified_since=AFTER) is GO
    assert outcome("PUT", last_modified=None, if_unmodified_since=BEFORE) is GO


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # A tag counts where a date is beside it, whatever the date says.
        ({"if_match": '"v1"', "if_unmodified_since": BEFORE}, GO),
        ({"if_match": '"v0"', "if_unmodified_since": AFTER}, FAILED),
        ({"if_none_match": '"v0"', "if_modified_since": AFTER}, GO),
        ({"if_none_match": '"v1"', "if_modified_since": BEFORE}, SAME),
        # 412 comes before 304.
        ({"if_match": '"v0"', "if_none_match": '"v1"'}, FAILED),
        ({"if_match": '"v1"', "if_none_match": '"v1"'}, SAME),
        ({"if_unmodified_since": BEFORE, "if_modified_since": AFTER}, FAILED),
    ],
)
def test_precedence(fields: dict[str, str], expected: Outcome) -> None:
    assert evaluate("GET", headers(**fields), etag=ETAG, last_modified=MODIFIED) is expected


@pytest.mark.parametrize(
    ("condition", "etag", "expected"),
    [
        (None, ETAG, True),
        ('"v1"', ETAG, True),
        ('"v0"', ETAG, False),
        ('W/"v1"', 'W/"v1"', False),
        ('"v1"', 'W/"v1"', False),
        ('"v1", "v2"', ETAG, False),
        (AT, ETAG, True),
        (BEFORE, ETAG, False),
        (AFTER, ETAG, False),
        ("*", ETAG, False),
        ("soon", ETAG, False),
    ],
)
def test_if_range(condition: str | None, etag: str, expected: bool) -> None:
    fields = headers() if condition is None else headers(if_range=condition)
    assert allows_range(fields, etag=etag, last_modified=MODIFIED) is expected


def test_a_long_list_takes_linear_time() -> None:
    began = time.perf_counter()
    for condition in ('"a",' * 2000, "," * 8000, '"' * 8001, 'W/"' * 2700, " \t" * 4000 + "x"):
        assert outcome("GET", if_none_match=condition) is GO
    assert time.perf_counter() - began < 0.5
