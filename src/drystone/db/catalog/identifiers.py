"""Identifiers in SQL text: quoted only where PostgreSQL would not read them as they are.

The rule is that of the server's own `quote_ident`: lower-case letters, digits and
underscores stand plainly unless they spell a keyword that is not free to be a name
(appendix "SQL Key Words"). The list is the union over PostgreSQL 15 to 18, and a test
holds it against the server's `pg_get_keywords()`.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z", re.ASCII)

_KEYWORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint
    binary bit boolean both case cast char character check coalesce collate collation
    column concurrently constraint create cross current_catalog current_date
    current_role current_schema current_time current_timestamp current_user dec decimal
    default deferrable desc distinct do else end except exists extract false fetch
    float for foreign freeze from full grant greatest group grouping having ilike in
    initially inner inout int integer intersect interval into is isnull join json
    json_array json_arrayagg json_exists json_object json_objectagg json_query
    json_scalar json_serialize json_table json_value lateral leading least left like
    limit localtime localtimestamp merge_action national natural nchar none normalize
    not notnull null nullif numeric offset on only or order out outer overlaps overlay
    placing position precision primary real references returning right row select
    session_user setof similar smallint some substring symmetric system_user table
    tablesample then time timestamp to trailing treat trim true union unique user using
    values varchar variadic verbose when where window with xmlattributes xmlconcat
    xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
    xmltable
    """.split()
)


def quote_identifier(name: str) -> str:
    """Return a name as it is written in SQL.

    Raises:
        ValueError: the name is empty or holds a NUL, which PostgreSQL cannot name.

    >>> quote_identifier("title"), quote_identifier("order"), quote_identifier('a"B')
    ('title', '"order"', '"a""B"')
    """
    if not name or "\0" in name:
        raise ValueError(f"{name!r} cannot name anything in PostgreSQL")
    if _PLAIN.match(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    r"""Return a text as a constant in SQL, where no parameter can stand (DDL, comments).

    Raises:
        ValueError: the text holds a NUL, which PostgreSQL cannot store.

    >>> print(quote_literal("Ann's"), quote_literal("a\\b"))
    'Ann''s' E'a\\b'
    """
    if "\0" in text:
        raise ValueError("PostgreSQL stores no NUL in text")
    doubled = text.replace("'", "''")
    # E'' reads backslashes the same whatever standard_conforming_strings says.
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"
