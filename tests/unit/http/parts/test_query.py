import time
from typing import assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.errors import BadRequest, InvalidParameter, UnknownParameter
from drystone.http.parts.query import MAX_PARAMETERS, Query


def refusal(excinfo: pytest.ExceptionInfo[BadRequest]) -> list[tuple[str | None, str]]:
    return [(violation.parameter, violation.code) for violation in excinfo.value.errors]


def test_an_empty_query_is_shared() -> None:
    assert Query.parse(b"") is Query.EMPTY
    assert len(Query.EMPTY) == 0


def test_keeps_order_and_repeats() -> None:
    query = Query.parse(b"b=2&a=1&b=3")
    assert query.items() == (("b", "2"), ("a", "1"), ("b", "3"))
    assert query.names() == list(query) == ["b", "a"]
    assert query.get_all("b") == ["2", "3"]
    assert query.get_all("c") == []
    assert "a" in query
    assert "c" not in query
    assert len(query) == 3


def test_shows_what_it_holds() -> None:
    assert repr(Query.parse(b"a=1&a=%22")) == "Query([('a', '1'), ('a', '\"')])"


def test_what_it_returns_cannot_change_it() -> None:
    query = Query.parse(b"a=1")
    query.get_all("a").append("2")
    query.names().clear()
    assert query.get("a") == "1"
    assert query.names() == ["a"]


def test_get_returns_the_value_or_the_default() -> None:
    query = Query.parse(b"a=1&empty=")
    assert query.get("a") == "1"
    assert query.get("empty", "x") == ""
    assert query.get("b") is None
    assert query.get("b", "x") == "x"


@pytest.mark.parametrize("read", ["get", "integer", "boolean"])
def test_a_repeated_scalar_is_refused(read: str) -> None:
    query = Query.parse(b"a=1&a=1")
    with pytest.raises(InvalidParameter) as excinfo:
        getattr(query, read)("a")
    assert excinfo.value.status == 400
    assert refusal(excinfo) == [("a", "duplicate")]


def test_lists_every_malformed_parameter() -> None:
    with pytest.raises(InvalidParameter) as excinfo:
        Query.parse(b"a=%zz&b=1&c=%00&d=%ff")
    assert refusal(excinfo) == [("a", "format"), ("c", "format"), ("d", "format")]


def test_refuses_too_many() -> None:
    assert len(Query.parse(b"&".join([b"a=1"] * MAX_PARAMETERS))) == 100
    with pytest.raises(InvalidParameter) as excinfo:
        Query.parse(b"&".join([b"a=1"] * (MAX_PARAMETERS + 1)))
    assert refusal(excinfo) == [(None, "limit")]
    with pytest.raises(InvalidParameter):
        Query.parse(b"a&b&c", max_parameters=2)


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"0", 0), (b"7", 7), (b"-7", -7), (b"9223372036854775807", 2**63 - 1)],
)
def test_reads_integers(text: bytes, value: int) -> None:
    assert Query.parse(b"n=" + text).integer("n") == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"+7",
        b"%2B7",
        b"07",
        b"-0",
        b"1_000",
        b"%207",
        b"7%0A",
        b"0x7",
        b"7.0",
        b"1e3",
        b"%D9%A7",
        b"true",
    ],
)
def test_an_integer_has_one_spelling(text: bytes) -> None:
    with pytest.raises(InvalidParameter) as excinfo:
        Query.parse(b"n=" + text).integer("n")
    assert refusal(excinfo) == [("n", "type")]


def test_an_integer_keeps_its_bounds() -> None:
    query = Query.parse(b"n=5")
    assert query.integer("n", minimum=5, maximum=5) == 5
    with pytest.raises(InvalidParameter) as small:
        query.integer("n", minimum=6)
    assert refusal(small) == [("n", "too_small")]
    with pytest.raises(InvalidParameter) as large:
        query.integer("n", maximum=4)
    assert refusal(large) == [("n", "too_large")]
    with pytest.raises(InvalidParameter) as huge:
        Query.parse(b"n=9223372036854775808").integer("n")
    assert refusal(huge) == [("n", "too_large")]


@pytest.mark.parametrize("digits", [20, 5000])
def test_an_integer_of_many_digits_is_out_of_range(digits: int) -> None:
    for sign, code in ((b"", "too_large"), (b"-", "too_small")):
        with pytest.raises(InvalidParameter) as excinfo:
            Query.parse(b"n=" + sign + b"9" * digits).integer("n", minimum=1, maximum=9)
        assert refusal(excinfo) == [("n", code)]


def test_defaults_decide_the_type() -> None:
    query = Query.EMPTY
    assert assert_type(query.integer("n", 3, minimum=10), int) == 3
    assert assert_type(query.integer("n"), int | None) is None
    assert assert_type(query.get("n", ""), str) == ""
    assert assert_type(query.get("n"), str | None) is None
    assert assert_type(query.boolean("n", True), bool) is True
    assert assert_type(query.boolean("n"), bool | None) is None


def test_reads_booleans() -> None:
    query = Query.parse(b"yes=true&no=false")
    assert query.boolean("yes", False) is True
    assert query.boolean("no", True) is False


@pytest.mark.parametrize("text", [b"", b"True", b"1", b"0", b"yes", b"on", b"true%20"])
def test_a_boolean_has_one_spelling(text: bytes) -> None:
    with pytest.raises(InvalidParameter) as excinfo:
        Query.parse(b"b=" + text).boolean("b", False)
    assert refusal(excinfo) == [("b", "type")]


def test_expect_only_lists_every_unknown_name_with_the_nearest() -> None:
    query = Query.parse(b"limti=1&page=2&zzz=3&limti=4")
    with pytest.raises(UnknownParameter) as excinfo:
        query.expect_only(["limit", "page", "sort"])
    assert excinfo.value.code == "unknown_parameter"
    assert [(v.parameter, v.code, v.detail) for v in excinfo.value.errors] == [
        ("limti", "unknown_field", 'There is no parameter "limti"; did you mean "limit"?'),
        ("zzz", "unknown_field", 'There is no parameter "zzz".'),
    ]
    query.expect_only({"limti", "page", "zzz"})
    Query.EMPTY.expect_only(())


def test_suggestions_stay_cheap() -> None:
    known = [f"field_number_{n}_of_a_wide_table" for n in range(100)]
    names = [f"field_number_{n}_of_a_wide_tabel" for n in range(100)]
    query = Query([(name, "") for name in names] + [("f" * 8000, "")])
    start = time.process_time()
    with pytest.raises(UnknownParameter) as excinfo:
        query.expect_only(known)
    assert time.process_time() - start < 1
    assert sum("did you mean" in violation.detail for violation in excinfo.value.errors) == 5
    assert len(excinfo.value.errors[-1].parameter or "") == 100


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        query = Query.parse(raw)
    except InvalidParameter as problem:
        assert problem.errors  # noqa: PT017  (either outcome is right; a refusal must say why)
    else:
        assert sum(len(query.get_all(name)) for name in query) == len(query)
