"""Text to values: what is taken, and what the refusal says."""

from __future__ import annotations

from typing import Any

import pytest

from drystone.settings.values import (
    Parser,
    integer,
    list_of,
    one_of,
    parse_amount,
    parse_boolean,
    parse_database_url,
    parse_host,
    parse_origin,
    parse_proxy,
    parse_secret_key,
    parse_target,
)

GOOD: list[tuple[Parser[Any], str, object]] = [
    (integer(0, 65535), "0", 0),
    (integer(0, 65535), "65535", 65535),
    (integer(-5), "-5", -5),
    (parse_amount, "2.5", 2.5),
    (parse_amount, "0", 0.0),
    (parse_boolean, "true", True),
    (parse_boolean, "False", False),
    (one_of("a", "b"), "b", "b"),
    (list_of(parse_host), "A.example , *.b.example,a.example,", ("a.example", "*.b.example")),
    (parse_host, "*.Example", "*.example"),
    (parse_host, "[::1]", "[::1]"),
    (parse_proxy, "10.0.0.0/8", "10.0.0.0/8"),
    (parse_proxy, "::1", "::1"),
    (parse_proxy, "unix", "unix"),
    (parse_origin, "https://App.example:8443", "https://app.example:8443"),
    (parse_origin, "*", "*"),
    (parse_database_url, "postgresql://u:p@h/d", "postgresql://u:p@h/d"),
    (parse_database_url, "postgres:///d?host=/run", "postgres:///d?host=/run"),
    (parse_database_url, "postgresql://a:1,b:2/d", "postgresql://a:1,b:2/d"),
    (parse_database_url, "host=/run dbname=d", "host=/run dbname=d"),
    (parse_secret_key, "k" * 32, "k" * 32),
    (parse_target, "examples.tasks.app:app", "examples.tasks.app:app"),
    (parse_target, "a:b.c", "a:b.c"),
]

BAD: list[tuple[Parser[Any], str, str]] = [
    (integer(1, 8), "two", "is not a whole number; write one such as 4"),
    (integer(1, 8), "1_0", "is not a whole number"),
    (integer(1, 8), "١", "is not a whole number"),
    (integer(1, 8), " 1", "is not a whole number"),
    (integer(1, 8), "9" * 5000, "is not a whole number"),
    (integer(1, 8), "9", "is out of range; write at least 1 and at most 8"),
    (integer(1, 8), "0", "is out of range"),
    (parse_amount, "10s", "the unit is in the name"),
    (parse_amount, "nan", "is not a plain number"),
    (parse_amount, "inf", "is not a plain number"),
    (parse_amount, "1e9", "is not a plain number"),
    (parse_amount, "-1", "is negative"),
    (parse_boolean, "yes", "is neither true nor false"),
    (one_of("a", "b", "c"), "d", "is not known; write a, b or c"),
    (parse_host, "https://a.example", "without scheme and port"),
    (parse_host, "a.example:8000", "without scheme and port"),
    (parse_host, "a..b", "is no host name"),
    (parse_host, "*", "is no host name"),
    (parse_proxy, "10.0.0.1/8", "host bits are zero"),
    (parse_proxy, "proxy.example", "is no network"),
    (parse_origin, "app.example", "is no origin"),
    (parse_origin, "https://app.example/", "without a path"),
    (parse_origin, "https://app.example:port", "is no origin"),
    (parse_origin, "https://[::1", "is no origin"),
    (parse_database_url, "mysql://h/d", "is no PostgreSQL address"),
    (parse_database_url, "db.example/d?a=b", "is no PostgreSQL address"),
    (parse_secret_key, "k" * 31, "is shorter than 32 characters"),
    (parse_target, "app", "write module:attribute"),
    (parse_target, "app.py:app:", "write module:attribute"),
    (parse_target, "../app:app", "write module:attribute"),
]


@pytest.mark.parametrize(("parse", "text", "value"), GOOD)
def test_good_text_becomes_its_value(parse: Parser[Any], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(("parse", "text", "what"), BAD)
def test_bad_text_is_refused_with_its_mend(parse: Parser[Any], text: str, what: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the text is compared)
        parse(text)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)
