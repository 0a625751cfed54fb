"""A connection string that names another database, and differs in nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drystone.db.dsn.parse import parse_dsn
from drystone.db.dsn.renaming import with_database


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ann:s%40fe@db1:5433,db2/app?connect_timeout=5",
        "postgres://db",
        "postgresql://",
        "postgresql://ann:a?b#c@db/app",
        "postgresql://ann@[::1]:5433/app?",
        "postgresql:///app?host=%2Frun%2Fpostgresql&port=5433",
        "postgresql://db/app?dbname=wins&sslmode=require",
        "host=db dbname=app user=ann",
        r"host = /run/postgresql password='it\'s a \\ here' options='-c x=1'",
        "dbname=a dbname=b host=db1,db2 port=5433,5434",
        "",
    ],
)
@pytest.mark.parametrize("name", ["other", "it's", "o/p?q&r=s #", "a\\b"])
def test_only_the_database_is_another(text: str, name: str) -> None:
    renamed = parse_dsn(with_database(text, name))
    assert renamed == replace(parse_dsn(text), database=name)


def test_the_form_stays() -> None:
    url = "postgresql://ann@/app?host=%2Ftmp%2Fx&port=5433"
    assert with_database(url, "o/p") == "postgresql://ann@/o%2Fp?host=%2Ftmp%2Fx&port=5433"
    assert with_database("host=db", "app") == "host='db' dbname='app'"
