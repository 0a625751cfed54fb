"""A connection string that differs in the database alone.

For what is done beside an application's database: scratch databases on the same server.
The text is changed, and nothing of it is understood but where the database stands; both
forms keep every other parameter, passwords and files included.
"""

from __future__ import annotations

from urllib.parse import quote

from .key_value import read_key_value
from .uri import is_uri, split_uri

_DATABASE = "dbname"


def with_database(text: str, name: str) -> str:
    r"""Return a connection string that names another database.

    Args:
        text: in either form.
        name: the other database, as it is.

    Raises:
        DSNError: the string cannot be read.

    >>> with_database("postgresql://ann@db:5433/app?sslmode=require", "other")
    'postgresql://ann@db:5433/other?sslmode=require'
    >>> with_database("host=db dbname=app password='it\\'s me'", "other")
    "host='db' password='it\\'s me' dbname='other'"
    """
    if is_uri(text):
        return _rename_in_uri(text, name)
    kept = [pair for pair in read_key_value(text) if pair[0] != _DATABASE]
    return " ".join(f"{key}={_quoted(value)}" for key, value in (*kept, (_DATABASE, name)))


def _rename_in_uri(text: str, name: str) -> str:
    scheme, userspec, place, parameters = split_uri(text)
    hosts = place.partition("/")[0]
    # There it would win over the path.
    kept = [one for one in parameters.split("&") if one.partition("=")[0] != _DATABASE]
    query = f"?{'&'.join(kept)}" if parameters and kept else ""
    return f"{scheme}{userspec}{hosts}/{quote(name, safe='')}{query}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
