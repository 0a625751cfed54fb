"""Connection strings, read by us and by libpq: the same parameters, or refused by both.

Left out is where we are stricter on purpose: an `@` that was not encoded after the user's
part, percent-encoded bytes that are not UTF-8, and a `?` between brackets. libpq before
18 takes spaces in a URI as they are; a line break in one is refused by us alone.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from drystone.db.dsn.error import DSNError
from drystone.db.dsn.key_value import read_key_value
from drystone.db.dsn.keywords import KEYWORDS
from drystone.db.dsn.uri import is_uri, read_uri
from tests.conformance.libpq import Libpq, find_libpqs

LIBPQS = find_libpqs()
pytestmark = pytest.mark.skipif(not LIBPQS, reason="there is no libpq here")

each_libpq = pytest.mark.parametrize("libpq", LIBPQS, ids=str)

STRICTER = ("an @ too many", "not UTF-8")
# Known to every libpq that is supported, and taken as text.
NAMES = st.sampled_from(["host", "port", "dbname", "user", "password", "options", "nonsense"])
TEXT = st.text("ab/:@?&=,[]%'\\ ä\t~é1", max_size=8)
ENCODED = TEXT.map(lambda text: quote(text, safe=""))

HOSTS = st.lists(
    st.tuples(
        st.sampled_from(["", "db", "10.0.0.1", "[::1]", "[]", "%2Frun", "[::1", "a.b"]),
        st.sampled_from(["", ":", ":5432", ":x"]),
    ).map("".join),
    min_size=1,
    max_size=3,
).map(",".join)
URIS = st.tuples(
    st.sampled_from(["postgresql://", "postgres://"]),
    st.one_of(st.just(""), st.tuples(ENCODED, st.just("@")).map("".join)),
    st.one_of(st.just(""), st.tuples(ENCODED, st.just(":"), ENCODED, st.just("@")).map("".join)),
    HOSTS,
    st.sampled_from(["", "/", "/app", "/a%20b", "/a/b", "app"]),
    st.one_of(
        st.just(""),
        st.lists(st.tuples(NAMES, st.just("="), ENCODED).map("".join), max_size=3).map(
            lambda pairs: "?" + "&".join(pairs)
        ),
    ),
).map("".join)
SCRIBBLED_URIS = st.text("ab:/@?&=,[]%420", max_size=24).map("postgresql://".__add__)

PAIRS = st.lists(
    st.tuples(NAMES, st.sampled_from(["=", " = ", "", "=="]), TEXT, st.sampled_from(["", " ", "'"]))
).map(lambda pairs: " ".join("".join(pair) for pair in pairs))
SCRIBBLED_PAIRS = st.text("ab=' \\\t\n", max_size=16).map("host=".__add__)


def ours(text: str) -> dict[str, str] | str | None:
    """Return our reading; None where it is refused, and why where only we refuse it."""
    try:
        found = dict(read_uri(text) if is_uri(text) else read_key_value(text))
    except DSNError as error:
        return next((reason for reason in STRICTER if reason in str(error)), None)
    return found if found.keys() <= KEYWORDS.keys() else None


@each_libpq
@given(text=st.one_of(URIS, SCRIBBLED_URIS))
@example(text="postgresql:///app?host=/run/postgresql")
@example(text="postgresql://%2Frun%2Fpostgresql/app")
@example(text="postgresql://")
@example(text="postgresql://?")
@example(text="postgresql://h?ssl=true&")
@example(text="postgresql://h?ssl=false")
@example(text="postgresql://u:@:5432,h2:/")
@example(text="postgresql://u:a:b@h/d")
@example(text="postgresql://h/%00")
@example(text="postgresql://h/%zz")
@example(text="postgresql://h/%4")
@example(text="postgresql://h?user=%3D&host")
@example(text="postgresql://h?user=a=b")
def test_a_uri_is_read_as_libpq_reads_it(libpq: Libpq, text: str) -> None:
    reading = ours(text)
    assume(reading not in STRICTER and not re.search(r"\[[^]]*\?", text))
    assert reading == libpq.read(text)


@each_libpq
@given(text=st.one_of(PAIRS, SCRIBBLED_PAIRS))
@example(text="host= port=1")
@example(text="host='a'port=1")
@example(text="host=a'b' port=1")
@example(text="host=a\\")
@example(text="host='a\\'")
@example(text="host = 'a\\'b' port = 1")
@example(text="host")
@example(text="=a")
@example(text="")
def test_pairs_are_read_as_libpq_reads_them(libpq: Libpq, text: str) -> None:
    assume(not text.startswith(("postgresql://", "postgres://")))
    assert ours(text) == libpq.read(text)


@each_libpq
def test_every_parameter_of_libpq_is_known(libpq: Libpq) -> None:
    for name, variable in libpq.keywords().items():
        assert name in KEYWORDS
        assert KEYWORDS[name].variable == variable, name


@pytest.mark.skipif(all(libpq.version < 18 for libpq in LIBPQS), reason="needs libpq 18")
def test_no_parameter_is_invented() -> None:
    newest = max(LIBPQS, key=lambda libpq: libpq.version)
    # `servicefile` came with libpq 19.
    assert KEYWORDS.keys() - newest.keywords().keys() <= {"servicefile"}


@pytest.mark.parametrize("libpq", [one for one in LIBPQS if one.version >= 18], ids=str)
@pytest.mark.parametrize(
    "text", ["postgresql:// h /app ", "postgresql://h/a b", "postgresql://h \n"]
)
def test_spaces_in_a_uri_are_read_as_libpq_18_reads_them(libpq: Libpq, text: str) -> None:
    assert ours(text) == libpq.read(text)
