"""Header fields, as received and as sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.protocol.headers import Headers, ResponseHeaders

ACCEPT = (b"accept", b"text/html")


class TestReceived:
    def test_names_are_found_in_any_case(self) -> None:
        headers = Headers((ACCEPT,))
        assert headers["Accept"] == headers["ACCEPT"] == headers.get("aCCept") == "text/html"
        assert "ACCEPT" in headers

    def test_what_is_not_there(self) -> None:
        headers = Headers((ACCEPT,))
        assert headers.get("host") is None
        assert headers.get("host", "x") == "x"
        assert "host" not in headers
        assert headers.get_all("host") == []
        with pytest.raises(KeyError):
            headers["host"]

    def test_something_other_than_a_name_is_not_there(self) -> None:
        assert 7 not in Headers((ACCEPT,))

    def test_repeats_are_joined_and_can_be_told_apart(self) -> None:
        headers = Headers((ACCEPT, (b"x", b"1"), (b"accept", b"*/*")))
        assert headers["accept"] == "text/html, */*"
        assert headers.get_all("Accept") == ["text/html", "*/*"]

    def test_cookies_are_joined_with_semicolons(self) -> None:
        headers = Headers(((b"cookie", b"a=1"), (b"cookie", b"b=2, 3")))
        assert headers["cookie"] == "a=1; b=2, 3"

    def test_values_are_latin_1(self) -> None:
        assert Headers(((b"x", b"caf\xe9"),))["x"] == "café"

    def test_a_name_outside_of_latin_1_is_not_there(self) -> None:
        assert Headers((ACCEPT,)).get_all("€") == []

    def test_order_of_arrival_is_kept(self) -> None:
        headers = Headers(((b"b", b"1"), (b"a", b"2"), (b"b", b"3")))
        assert list(headers) == list(headers.keys()) == ["b", "a"]
        assert list(headers.items()) == [("b", "1, 3"), ("a", "2")]
        assert len(headers) == 2
        assert repr(headers) == "Headers({'b': '1, 3', 'a': '2'})"

    @pytest.mark.parametrize("name", ["__proto__", "__class__", "_joined", "raw", "get"])
    def test_no_name_reaches_the_object_itself(self, name: str) -> None:
        headers = Headers(((name.encode(), b"v"),))
        assert headers[name] == headers.get(name) == "v"
        assert headers.get_all(name) == ["v"]
        assert "other" not in headers

    @given(
        st.lists(
            st.tuples(
                st.text("abc-_", min_size=1, max_size=4).map(str.encode),
                st.binary(max_size=9),
            ),
            max_size=12,
        )
    )
    def test_every_value_can_be_had_back(self, fields: list[tuple[bytes, bytes]]) -> None:
        headers = Headers(tuple(fields))
        for name in {name for name, _ in fields}:
            values = [value.decode("latin-1") for other, value in fields if other == name]
            assert headers.get_all(name.decode()) == values
            assert headers[name.decode()] == ", ".join(values)


class TestSent:
    def test_a_name_has_one_value(self) -> None:
        headers = ResponseHeaders()
        headers["ETag"] = '"1"'
        headers["etag"] = '"2"'
        assert list(headers.items()) == [("etag", '"2"')]
        assert headers["ETAG"] == headers.get("ETag") == '"2"'

    def test_what_is_added_is_joined(self) -> None:
        headers = ResponseHeaders.of([("Vary", "Origin"), ("vary", "Accept")])
        assert list(headers.items()) == [("Vary", "Origin, Accept")]

    def test_what_is_not_there(self) -> None:
        headers = ResponseHeaders()
        assert headers.get("x") is None
        assert headers.get("x", "d") == "d"
        assert "x" not in headers
        headers.discard("x")
        with pytest.raises(KeyError):
            headers["x"]
        with pytest.raises(KeyError):
            del headers["x"]

    def test_fields_can_be_taken_away(self) -> None:
        headers = ResponseHeaders.of([("A", "1"), ("B", "2"), ("C", "3")])
        del headers["a"]
        headers.discard("b")
        assert list(headers.items()) == [("C", "3")]

    def test_a_default_is_set_once(self) -> None:
        headers = ResponseHeaders()
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("cache-control", "public")
        assert headers["Cache-Control"] == "no-store"

    def test_cookies_are_never_joined_and_come_last(self) -> None:
        headers = ResponseHeaders.of([("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
        headers["X"] = "y"
        assert headers.cookies == ["a=1", "b=2"]
        assert list(headers.items()) == [("X", "y"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        assert "set-cookie" not in headers.fields

    def test_setting_a_cookie_replaces_the_others(self) -> None:
        headers = ResponseHeaders.of([("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        headers["Set-Cookie"] = "c=3"
        assert headers.cookies == ["c=3"]
        headers.discard("SET-COOKIE")
        assert headers.cookies is None

    def test_a_default_cookie_is_a_cookie(self) -> None:
        headers = ResponseHeaders()
        headers.setdefault("Set-Cookie", "a=1")
        headers.setdefault("set-cookie", "b=2")
        assert headers.cookies == ["a=1"]
        assert list(headers.items()) == [("Set-Cookie", "a=1")]

    def test_adding_to_one_response_leaves_others_alone(self) -> None:
        first, second = ResponseHeaders(), ResponseHeaders()
        first.add("Set-Cookie", "a=1")
        first.add("X", "y")
        assert second.cookies is None
        assert list(second.items()) == []

    @pytest.mark.parametrize(
        ("present", "named", "result"),
        [
            (None, "Origin", "Origin"),
            ("Origin", "Accept", "Origin, Accept"),
            ("Origin, accept", "Accept", "Origin, accept"),
            ("Accept-Encoding", "Accept", "Accept-Encoding, Accept"),
        ],
    )
    def test_vary_names_each_field_once(self, present: str | None, named: str, result: str) -> None:
        headers = ResponseHeaders.of([("Vary", present)] if present else ())
        headers.vary(named)
        assert headers["Vary"] == result

    def test_it_can_be_shown(self) -> None:
        assert repr(ResponseHeaders.of([("A", "1")])) == "ResponseHeaders([('A', '1')])"
