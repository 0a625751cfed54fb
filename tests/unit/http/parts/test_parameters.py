import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.parts.parameters import read_list, read_parameter, read_parameters, read_value

TOKEN = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1, max_size=20)
QUOTABLE = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
    | st.just("\t"),
    max_size=30,
)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [
        ("abc", "abc", 3),
        ("abc;d", "abc", 3),
        ('""', "", 2),
        ('"a;b,c"', "a;b,c", 7),
        ('"a\\\\"', "a\\", 5),
        ('"\\a"', "a", 4),
        ('"\xe9\t "', "\xe9\t ", 5),
    ],
)
def test_reads_values(text: str, value: str, end: int) -> None:
    assert read_value(text, 0) == (value, end)


@pytest.mark.parametrize(
    "text", ["", " a", ";", "=", '"', '"a', '"a\\"', '"a\n"', '"\x7f"', "\xe9"]
)
def test_refuses_other_values(text: str) -> None:
    assert read_value(text, 0) is None


@pytest.mark.parametrize("text", ["a", "a=", "=b", "a =b", "a= b", 'a="b', " a=b", ""])
def test_a_parameter_has_no_spaces_and_a_value(text: str) -> None:
    assert read_parameter(text, 0) is None


@pytest.mark.parametrize(
    ("text", "parameters", "end"),
    [
        ("", {}, 0),
        (";", {}, 1),
        (" ; ; a=1 ;; b=2; ", {"a": "1", "b": "2"}, 17),
        (";A=1;b=X", {"a": "1", "b": "X"}, 8),
        (";a=1,;b=2", {"a": "1"}, 4),
        (";a=1 b", {"a": "1"}, 5),
        (';a=";b=2"', {"a": ";b=2"}, 9),
    ],
)
def test_reads_parameters(text: str, parameters: dict[str, str], end: int) -> None:
    assert read_parameters(text, 0) == (parameters, end)


@pytest.mark.parametrize("text", [";a", ";a=1;A=2", ";a=1;=2", ';a="', ";a=1;b"])
def test_refuses_malformed_and_repeated_parameters(text: str) -> None:
    assert read_parameters(text, 0) is None


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("", []),
        (" ,, ", []),
        ("a", [("a", {})]),
        ("a,b", [("a", {}), ("b", {})]),
        (" a ; x=1 ,, b", [("a", {"x": "1"}), ("b", {})]),
        ('a;x="1,2",b', [("a", {"x": "1,2"}), ("b", {})]),
        ("a;x,b", [("b", {})]),
        ("a b,c", [("c", {})]),
        ('"a",b', [("b", {})]),
        (";x=1,b", [("b", {})]),
        ("a;x=1 y,b", [("b", {})]),
        ("a,b;x", [("a", {})]),
    ],
)
def test_reads_lists_and_leaves_out_what_is_malformed(
    text: str, elements: list[tuple[str, dict[str, str]]]
) -> None:
    assert list(read_list(text, max_elements=10)) == elements


def test_a_list_is_bounded() -> None:
    assert [name for name, _ in read_list("a,b,c,d", max_elements=2)] == ["a", "b"]
    assert list(read_list(";,;,a", max_elements=2)) == []


@given(st.lists(st.tuples(TOKEN, st.dictionaries(TOKEN.map(str.lower), QUOTABLE))))
def test_reads_back_what_is_written(elements: list[tuple[str, dict[str, str]]]) -> None:
    text = ", ".join(
        name + "".join(f"; {key}={quote(value)}" for key, value in parameters.items())
        for name, parameters in elements
    )
    assert list(read_list(text, max_elements=100)) == elements


@given(st.text(st.sampled_from('a/*=;," \\\t\xe9'), max_size=60))
def test_any_text_is_read_to_its_end_or_refused(text: str) -> None:
    for name, parameters in read_list(text, max_elements=100):
        assert name
        assert all(parameters)
    parsed = read_parameters(text, 0)
    assert parsed is None or 0 <= parsed[1] <= len(text)


@pytest.mark.parametrize(
    "unit", [";", "; ", ' ;a="', '"', "\\", ';a="\\', ",", " ", 'a;x="\\",', "a=", ";a=b"]
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    start = time.process_time()
    list(read_list("a" + unit * 200_000, max_elements=64))
    read_parameters(";a=" + unit * 200_000, 0)
    assert time.process_time() - start < 2
