import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.parts.dates import format_date, parse_date

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_reads_all_three_forms(text: str) -> None:
    assert parse_date(text, now=NOW) == 784111777


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "784111777",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, now=NOW) is None


@pytest.mark.parametrize(("two", "year"), [("23", 2023), ("73", 2073), ("74", 1974), ("99", 1999)])
def test_a_short_year_is_at_most_fifty_years_ahead(two: str, year: int) -> None:
    moment = parse_date(f"Sunday, 01-Jan-{two} 00:00:00 GMT", now=NOW)
    assert moment is not None
    assert f" {year} " in format_date(moment)


@given(st.integers(0, 253402300799))
def test_reads_what_it_writes(moment: int) -> None:
    assert parse_date(format_date(moment), now=NOW) == moment
