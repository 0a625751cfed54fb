import time
from datetime import UTC, datetime, timedelta, timezone
from http.cookies import SimpleCookie
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.errors import BadRequest
from drystone.http.parts.cookies import MAX_PAIRS, expire_cookie, format_cookie, parse_cookies

TOKEN = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1, max_size=20)
OCTETS = st.text([chr(code) for code in range(0x21, 0x7F) if chr(code) not in '",;\\'], max_size=40)


@pytest.mark.parametrize("header", [None, "", ";", " ; ;\t"])
def test_no_cookies(header: str | None) -> None:
    assert parse_cookies(header) == {}


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("a=1", {"a": "1"}),
        ("a=1; b=2", {"a": "1", "b": "2"}),
        ("a=1;b=2 ;\tc = 3\t", {"a": "1", "b": "2", "c": "3"}),
        ("a=", {"a": ""}),
        ("a=b=c==", {"a": "b=c=="}),
        ('a="x y"', {"a": '"x y"'}),
        ("a=x y,z", {"a": "x y,z"}),
        ("A=1; a=2", {"A": "1", "a": "2"}),
        ("a=\xe9", {"a": "\xe9"}),
    ],
)
def test_reads_pairs(header: str, cookies: dict[str, str]) -> None:
    assert parse_cookies(header) == cookies


@pytest.mark.parametrize(
    "header",
    ["=__Host-sid=x", "= =x", "__Host-sid", "=", "s id=x", 's"id=x', "(sid)=x", "s\xa0=x"],
)
def test_ignores_pairs_without_a_proper_name(header: str) -> None:
    assert parse_cookies(f"{header}; a=1; {header}") == {"a": "1"}


def test_strips_only_what_http_calls_white_space() -> None:
    assert parse_cookies("a=\xa0x\x85") == {"a": "\xa0x\x85"}
    assert parse_cookies("\x85a=x") == {}


@pytest.mark.parametrize(
    "header", ["sid=x; sid=y", "sid=x; sid=x", "sid=x; sid=x; sid=x", "sid=x;sid =y"]
)
def test_a_repeated_name_is_dropped_altogether(header: str) -> None:
    assert parse_cookies(f"a=1; {header}; b=2") == {"a": "1", "b": "2"}


def test_refuses_too_many() -> None:
    pairs = [f"c{n}={n}" for n in range(MAX_PAIRS + 1)]
    assert len(parse_cookies("; ".join(pairs[:-1]))) == MAX_PAIRS
    with pytest.raises(BadRequest) as excinfo:
        parse_cookies("; ".join(pairs))
    assert [(v.header, v.code) for v in excinfo.value.errors] == [("Cookie", "limit")]
    with pytest.raises(BadRequest):
        parse_cookies(";;;", max_pairs=3)


@pytest.mark.parametrize("unit", ["a=", '"', "\\", " ", "=", 'a="\\', "a;"])
def test_hostile_fields_take_linear_time(unit: str) -> None:
    start = time.process_time()
    try:
        parse_cookies("a=" + unit * 500_000, max_pairs=10**6)
    except BadRequest:
        pytest.fail("under the limit")
    assert time.process_time() - start < 2


def test_writes_the_safe_attributes_by_default() -> None:
    assert format_cookie("a", "1") == "a=1; Path=/; Secure; HttpOnly; SameSite=Lax"


def test_writes_every_attribute() -> None:
    cookie = format_cookie(
        "a",
        "",
        max_age=0,
        expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
        path="/api v1",
        domain="example.org",
        secure=True,
        http_only=True,
        same_site="None",
        partitioned=True,
        priority="High",
    )
    assert cookie == (
        "a=; Path=/api v1; Domain=example.org; Max-Age=0; Expires=Wed, 02 Jan 2030 01:04:05 GMT; "
        "Secure; HttpOnly; SameSite=None; Partitioned; Priority=High"
    )


def test_attributes_can_be_left_out() -> None:
    cookie = format_cookie("a", "1", secure=False, http_only=False, same_site="Strict")
    assert cookie == "a=1; Path=/; SameSite=Strict"


BAD_CHARACTERS = ["\0", "\t", "\r", "\n", "\x1f", " ", '"', ",", ";", "\\", "\x7f", "\x80", "é"]


@pytest.mark.parametrize("bad", BAD_CHARACTERS)
@pytest.mark.parametrize("around", ["{}", "x{}", "{}x", "x{}x"])
def test_a_value_holds_only_cookie_octets(bad: str, around: str) -> None:
    with pytest.raises(ValueError, match="'a'") as excinfo:
        format_cookie("a", around.format(bad))
    assert bad not in str(excinfo.value) or bad in {" ", '"', ","}


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a;b", "é", "a\n", '"a"', "a,", "(a)"])
def test_a_name_is_a_token(name: str) -> None:
    with pytest.raises(ValueError, match="token"):
        format_cookie(name, "1")


@pytest.mark.parametrize("path", ["", "x", "/;", "/\n", "/é", "/" + "x" * 1024])
def test_a_path_is_printable(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        format_cookie("a", "1", path=path)


@pytest.mark.parametrize(
    "domain",
    [
        "",
        ".example.org",
        "example..org",
        "-a.org",
        "a-.org",
        "a;b",
        "a b",
        "a\n",
        "a" * 64,
        "[::1]",
        "abc." * 100 + "org",
    ],
)
def test_a_domain_is_a_host_name(domain: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        format_cookie("a", "1", domain=domain)


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("__Secure-a", {"secure": False}),
        ("__secure-a", {"secure": False}),
        ("__Host-a", {"secure": False}),
        ("__Host-a", {"domain": "example.org"}),
        ("__Host-a", {"path": "/api"}),
        ("__hOsT-a", {"path": "/api"}),
        ("__Http-a", {"http_only": False}),
        ("__Http-a", {"secure": False}),
        ("__Host-Http-a", {"http_only": False}),
        ("__Host-Http-a", {"path": "/api"}),
        ("a", {"same_site": "None", "secure": False}),
        ("a", {"partitioned": True, "secure": False}),
        ("a", {"same_site": "lax"}),
        ("a", {"same_site": "Lax; Domain=evil"}),
        ("a", {"priority": "Highest"}),
        ("a", {"max_age": -1}),
        ("a", {"expires": datetime(2030, 1, 1)}),
    ],
)
def test_refuses_what_a_browser_would_drop(name: str, attributes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        format_cookie(name, "1", **attributes)


@pytest.mark.parametrize("name", ["__Secure-a", "__Host-a", "__Http-a", "__Host-Http-a"])
def test_the_defaults_keep_the_promises_of_every_prefix(name: str) -> None:
    assert format_cookie(name, "1").startswith(f"{name}=1; Path=/; Secure; HttpOnly")


def test_a_pair_is_at_most_4096_bytes() -> None:
    assert format_cookie("a", "x" * 4095)
    with pytest.raises(ValueError, match="4096"):
        format_cookie("a", "x" * 4096)


def test_expires_a_cookie_under_its_own_attributes() -> None:
    assert expire_cookie("__Host-a", same_site="None", partitioned=True) == (
        "__Host-a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        "Secure; HttpOnly; SameSite=None; Partitioned"
    )
    assert "Path=/x; Domain=a.org" in expire_cookie("a", path="/x", domain="a.org")
    with pytest.raises(ValueError, match="Secure"):
        expire_cookie("__Host-a", secure=False)


@given(TOKEN, OCTETS)
def test_reads_back_what_it_writes(name: str, value: str) -> None:
    written = format_cookie(name, value, secure=True)
    pair = written.partition(";")[0]
    assert parse_cookies(pair) == {name: value}


# The standard library reads a name with `$` in front as an attribute of RFC 2109.
@given(st.dictionaries(TOKEN.filter(lambda name: name[0] != "$"), OCTETS, max_size=10))
def test_agrees_with_the_standard_library(cookies: dict[str, str]) -> None:
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert parse_cookies(header) == cookies
    theirs = SimpleCookie(header)
    for name, morsel in theirs.items():
        assert parse_cookies(header)[name] == morsel.value


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=200))
def test_any_field_is_read(header: str) -> None:
    for name, value in parse_cookies(header, max_pairs=200).items():
        assert f"{name}" in header
        assert value in header


def test_dates_are_written_in_gmt() -> None:
    cookie = format_cookie("a", "1", expires=datetime(2030, 7, 1, tzinfo=UTC))
    assert "Expires=Mon, 01 Jul 2030 00:00:00 GMT" in cookie
