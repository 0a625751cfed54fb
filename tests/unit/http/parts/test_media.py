import time
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.parts.media import MediaType, negotiate, negotiate_encoding, parse_media_type


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("application/json", MediaType("application", "json")),
        ("Application/JSON", MediaType("application", "json")),
        ("text/plain;charset=utf-8", MediaType("text", "plain", {"charset": "utf-8"})),
        ("text/plain ; Charset=UTF-8 ", MediaType("text", "plain", {"charset": "UTF-8"})),
        ("text/plain;", MediaType("text", "plain")),
        ("a/b;x=1;y=2", MediaType("a", "b", {"x": "1", "y": "2"})),
        (
            'multipart/form-data; boundary="a b;c"',
            MediaType("multipart", "form-data", {"boundary": "a b;c"}),
        ),
        ('a/b;x="\\""', MediaType("a", "b", {"x": '"'})),
        ("application/merge-patch+json", MediaType("application", "merge-patch+json")),
    ],
)
def test_reads_media_types(value: str, media_type: MediaType) -> None:
    assert parse_media_type(value) == media_type


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "text",
        "/",
        "text/",
        "/plain",
        "text/plain/x",
        "text /plain",
        "text/ plain",
        "text/plain, text/html",
        "text/plain;charset",
        "text/plain;charset=",
        "text/plain;charset=utf-8, text/html",
        "text/plain;charset = utf-8",
        "text/plain;charset=utf-8;charset=latin-1",
        'text/plain;charset="utf-8',
        "text/plain;charset=utf-8 x",
        "t\xe9xt/plain",
        "text/plain\x85",
    ],
)
def test_a_malformed_media_type_is_none(value: str | None) -> None:
    assert parse_media_type(value) is None


def test_a_media_type_is_frozen_and_has_an_essence() -> None:
    media_type = MediaType("text", "html", {"charset": "utf-8"})
    assert media_type.essence == "text/html"
    with pytest.raises(FrozenInstanceError):
        media_type.type = "image"  # type: ignore[misc]  # that it fails is the test


OFFERED = ["application/json", "text/html;charset=utf-8", "text/plain"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "text/html;charset=utf-8"),
        ("TEXT/HTML", "text/html;charset=utf-8"),
        ("text/*", "text/html;charset=utf-8"),
        ("text/plain, application/json", "application/json"),
        ("text/plain, application/json;q=0.9", "text/plain"),
        ("text/plain;q=0.001, application/json;q=0", "text/plain"),
        ("application/json;q=0, */*", "text/html;charset=utf-8"),
        ("*/*;q=0.1, text/plain;q=0.2", "text/plain"),
        ("text/*;q=0.9, text/html;q=0.1, application/json;q=0.5", "text/plain"),
        ("text/html;charset=UTF-8, text/html;q=0, application/*;q=0.1", "text/html;charset=utf-8"),
        ("text/html;charset=utf-8;q=0.1, text/html, text/plain;q=0.5", "text/plain"),
        ("text/html;charset=latin-1, text/plain;q=0.1", "text/plain"),
        ("text/html;level=1, text/plain;q=0.1", "text/plain"),
        ("text/html;q=0.8;ext=1, text/plain;q=0.5", "text/html;charset=utf-8"),
        ("text/plain;Q=0.9, application/json;q=0.1", "text/plain"),
        ("image/png", None),
        ("*/*;q=0", None),
        ("image/*, */json", None),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", OFFERED[1]),
    ],
)
def test_negotiates_by_weight_then_specificity_then_order(
    accept: str | None, chosen: str | None
) -> None:
    assert negotiate(accept, OFFERED) == chosen


@pytest.mark.parametrize(
    "weight", ["1.001", "2", "-1", ".5", "0.1234", "0,5", "1e0", "", "\u0661", "+1"]
)
def test_a_malformed_weight_makes_its_range_unreadable(weight: str) -> None:
    assert negotiate(f'text/plain;q="{weight}", text/html;q=0.1', OFFERED) == OFFERED[1]


def test_a_field_that_cannot_be_read_is_no_preference() -> None:
    assert negotiate("garbage", OFFERED) == "application/json"
    assert negotiate("garbage, text/plain", OFFERED) == "text/plain"


def test_equal_ranges_count_once_with_the_higher_weight() -> None:
    assert negotiate("text/plain;q=0.2, text/plain;q=0.9, text/html;q=0.5", OFFERED) == "text/plain"


def test_nothing_offered_is_nothing_chosen() -> None:
    assert negotiate("*/*", []) is None
    assert negotiate("text/html", []) is None


def test_an_offer_must_be_a_media_type() -> None:
    with pytest.raises(ValueError, match="'html'"):
        negotiate("text/html", ["html"])


@pytest.mark.parametrize(
    ("field", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("br", "identity"),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("gzip;q=0, zstd;q=0", "identity"),
        ("identity", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0.6, gzip;q=0.5", "identity"),
        ("identity, *;q=0", "identity"),
        ("gzip, identity;q=0", "gzip"),
        ("br, identity;q=0", None),
        ("br, *;q=0", None),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("gzip, *;q=0", "gzip"),
        ("gzip;q=2", "identity"),
        ("garbage here", "identity"),
    ],
)
def test_negotiates_the_encoding(field: str | None, chosen: str | None) -> None:
    assert negotiate_encoding(field, ["zstd", "gzip"]) == chosen


def test_identity_may_be_offered_and_changes_nothing() -> None:
    assert negotiate_encoding("gzip", ["identity", "gzip"]) == "gzip"
    assert negotiate_encoding("br", ["identity"]) == "identity"
    assert negotiate_encoding("*;q=0", ["identity"]) is None
    assert negotiate_encoding("*", []) == "identity"


@given(st.text(st.sampled_from('a/*=;,q01. "\\-'), max_size=80))
def test_any_preference_gives_an_offer_or_none(field: str) -> None:
    assert negotiate(field, OFFERED) in [*OFFERED, None]
    assert negotiate_encoding(field, ["gzip"]) in {"gzip", "identity", None}


@pytest.mark.parametrize("unit", ["a/b;q=1,", ",", ";", "a/b;x=1", '"', 'a/b;x="\\', "*/*;"])
def test_hostile_fields_take_linear_time(unit: str) -> None:
    field = unit * 100_000
    start = time.process_time()
    negotiate(field, OFFERED)
    negotiate_encoding(field, ["gzip"])
    parse_media_type("a/b;" + field)
    assert time.process_time() - start < 2
