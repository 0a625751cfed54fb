"""Where statements end, by us and by psql.

psql in single-step mode prints each statement before it would send it, and is told every
time not to. Compared are the tokens, since psql keeps comments.

psql reads line by line, and so misses that an E string goes on in the next line with its
escapes. The server does not; there it is the one that is asked.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from drystone.db.migrations.lexer import Kind, LexicalError, tokenize
from drystone.db.migrations.statements import split_statements
from tests.postgres import PostgresServer
from tests.unit.db.migrations.awkward_sql import SCRIPTS

PSQL = shutil.which("psql")
pytestmark = pytest.mark.skipif(PSQL is None, reason="psql is not installed")

_SHOWN = re.compile(r"(?ms)^[^\n]*verify command[^\n]*\n(.*?)\n[^\n]*\(press return")
PIECES = st.sampled_from(
    [
        *["SELECT", "BEGIN ATOMIC", "END", "CASE", "CREATE FUNCTION", "CREATE PROCEDURE"],
        *["CREATE OR REPLACE FUNCTION", "f", "E", "U&", "1", "a$b$c", "ä", "1.5"],
        *["'x'", "''", "'a\\'", "E'\\''", "$$;$$", "$t$ $$;$t$"],
        *['"a;b"', '"a""b"', "U&'\\0061'", "-- ;\n", "/* ; /* ; */ */", "(", ")", ";", ";", ";"],
        *[" ", "\n", ",", "+", "-", "*"],
    ]
)


async def ask_psql(url: str, text: str, path: Path) -> list[str]:
    """Return what psql would send, statement by statement."""
    path.write_text(text, "utf-8")
    assert PSQL is not None
    process = await asyncio.create_subprocess_exec(
        *(PSQL, "-X", "-q", "-s", "-f", str(path), _for_psql(url)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PGCLIENTENCODING": "UTF8", "PATH": "/usr/bin:/bin"},
    )
    output, _ = await process.communicate(b"x\n" * 1000)
    return _SHOWN.findall(output.decode())


def _for_psql(url: str) -> str:
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    port = parse_qs(parts.query).get("port", [str(parts.port or 5432)])[0]
    return f"host='{host}' port={port} user='{unquote(parts.username or '')}' dbname=postgres"


def tokens(text: str) -> list[str]:
    found = [token.text for token in tokenize(text) if token.kind is not Kind.COMMENT]
    return found[:-1] if found and found[-1] == ";" else found


async def compare(server: PostgresServer, text: str, path: Path) -> None:
    ours = [tokens(one.text) for one in split_statements(text)]
    theirs = [
        found for one in await ask_psql(server.admin_url, text, path) if (found := tokens(one))
    ]
    assert ours == theirs


CONTINUED = "E'a'\n'"


@pytest.mark.parametrize("script", [one for one in SCRIPTS if CONTINUED not in "".join(one)])
async def test_awkward_scripts(
    postgres_server: PostgresServer, tmp_path: Path, script: list[str]
) -> None:
    await compare(postgres_server, ";\n".join(script) + ";", tmp_path / "script.sql")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(text=st.lists(PIECES, max_size=30).map(" ".join))
def test_generated_scripts(postgres_server: PostgresServer, tmp_path: Path, text: str) -> None:
    # In a body, psql takes a column called begin for another one.
    assume(text.count("BEGIN") <= 1)
    try:
        split_statements(text)
    except LexicalError:
        return  # psql waits for the rest, and sends what it has at the end of the file
    asyncio.run(compare(postgres_server, f"{text};", tmp_path / "script.sql"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SELECT E'a'\n'b\\';c'", "ab';c"),
        ("SELECT E'a' -- ;\n -- ;\n 'b\\';c'", "ab';c"),
        ("SELECT 'a'\n'b;\\'", "ab;\\"),
        ("SELECT E'a\\\\'\n\t'\\\\;'", "a\\\\;"),
    ],
)
async def test_strings_that_go_on_in_the_next_line(
    database_url: str, text: str, value: str
) -> None:
    (statement,) = split_statements(f"{text};")
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval(statement.text) == value
    finally:
        await connection.close()
