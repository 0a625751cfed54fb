"""Whatever a model declares, its table holds every row to, raw SQL included."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.db.ddl.tables import Connection, connect, create
from tests.postgres import Migrate

from drystone import (
    Check,
    Comment,
    Digits,
    Email,
    Exclude,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Pattern,
    Range,
    Ref,
    Rules,
    Slug,
    Unique,
    Url,
    default,
    generated,
    made,
    made_by_database,
    period,
)
from drystone.db.ddl.constraint_fields import constraint_fields
from drystone.db.ddl.literals import typed_literal
from drystone.db.ddl.sql_types import sql_type
from drystone.schema.model.defaults import Constant, Factory
from drystone.schema.model.model_meta import describe
from drystone.schema.model.type_reader import read_type


class Grade(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Person(Model):
    """Somebody's account."""

    email: Field[Annotated[Email, Unique(ignore_case=True), Comment("Where mail goes: a'b\\c.")]]
    nick: Field[Annotated[str | None, Unique(nulls_distinct=False, deleted=True)]] = default(None)


class Room(Model, soft_delete=False):
    number: Field[Annotated[int, Unique()]]
    notes: Field[Annotated[str, Index(trigram=True)]] = default("")


class Booking(Model):
    room: Annotated[Ref[Room], OnDelete("cascade")]
    owner: Ref[Person]
    guest: Annotated[OptionalRef[Person], OnDelete("null")] = default(None)
    before: OptionalRef[Booking] = default(None)
    starts_at: Field[datetime]
    ends_at: Field[datetime]

    @classmethod
    def rules(cls) -> Rules:
        return [
            Check(cls.starts_at < cls.ends_at, name="in_order", detail="must end after it starts"),
            Exclude((cls.room, "="), (period(cls.starts_at, cls.ends_at), "&&"), name="no_overlap"),
            Index(cls.starts_at.desc(nulls="last"), cls.room, include=[cls.ends_at]),
            Unique(cls.owner, cls.starts_at, where=cls.guest.is_null(), name="one_alone"),
        ]


class Thing(Model):
    text: Field[Annotated[str, Length(1, 5)]] = default("a'\\b")
    short: Field[Annotated[str, Length(2)]] = default("éé")
    email: Field[Email] = default("a@b.org")
    url: Field[Url] = default("https://a.org/x?y=1")
    slug: Field[Slug] = default("a-b")
    code: Field[Annotated[str, Pattern(r"^[A-Z]+\d$")]] = default("A1")
    small: Field[Annotated[int, Range(-5, 5)]] = default(-5)
    large: Field[Annotated[int, Range(0)]] = default(2**62)
    real: Field[Annotated[float, Range(-0.5, 0.5)]] = default(-0.25)
    exact: Field[Annotated[Decimal, Digits(5, 2), Range(0, Decimal("99.5"))]] = default(
        Decimal("1.50")
    )
    loose: Field[Decimal] = default(Decimal("1E+3"))
    flag: Field[bool] = default(True)
    key: Field[UUID] = default(UUID(int=7))
    moment: Field[datetime] = default(datetime(2026, 1, 31, 12, 30, 1, 5, tzinfo=UTC))
    day: Field[date] = default(date(2026, 1, 31))
    hour: Field[time] = default(time(12, 30, 1))
    span: Field[timedelta] = default(timedelta(days=-1, seconds=5, microseconds=7))
    raw: Field[Annotated[bytes, Length(2, 3)]] = default(b"\x00\xff")
    word: Field[Literal["it's", "b"]] = default("it's")
    figure: Field[Literal[1, 2]] = default(2)
    grade: Field[Grade] = default(Grade.HIGH)
    anything: Field[Any] = made(dict)
    words: Field[Annotated[list[str], Length(0, 2)]] = made(list)
    marks: Field[list[Literal["x", "y"]]] = made(list)
    levels: Field[list[Annotated[int, Range(1, 5)]]] = made(list)
    keys: Field[list[UUID]] = made(list)
    maybe: Field[str | None] = default(None)
    stamp: Field[datetime] = made_by_database("now()")
    loud: Field[str] = generated("upper(text)")

    @classmethod
    def rules(cls) -> Rules:
        return [
            Check(
                (cls.small + 1 < 6) | cls.words.has("it's") | cls.text.lower().in_(["q", "r"]),
                name="odd",
            ),
            Index(cls.words, method="gin"),
            Index(cls.anything, method="gin"),
            Index(cls.text.lower(), cls.small.desc()),
            Index(cls.stamp, method="brin"),
        ]


MODELS = (Booking, Thing, Person, Room)


async def make_tables(url: str) -> None:
    connection = await connect(url)
    await create(connection, MODELS)
    await connection.close()


@pytest.fixture
def migrate() -> Migrate:
    return make_tables


@pytest_asyncio.fixture
async def db(database_url: str) -> AsyncIterator[Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


async def test_defaults_of_python_and_of_the_table_agree(db: Connection) -> None:
    row = await db.fetchrow("INSERT INTO things DEFAULT VALUES RETURNING *")
    assert row is not None
    thing = Thing()
    for column in describe(Thing).columns:
        if isinstance(column.default, Constant | Factory) and column.name != "id":
            assert row[column.name] == getattr(thing, column.attribute), column.name
    assert row["loud"] == "A'\\B"
    assert row["version"] == 1
    assert row["id"].version == 7


BROKEN = [
    ("text", "''", "text_length"),
    ("text", "'123456'", "text_length"),
    ("short", "'a'", "short_length"),
    ("email", "'a@b'", "email_pattern"),
    ("email", "'a@'", "email_length"),
    ("url", "'ftp://a'", "url_pattern"),
    ("slug", "'a--b'", "slug_pattern"),
    ("code", "'A1 '", "code_pattern"),
    ("small, words", "6, ARRAY['it''s']", "small_range"),
    ("small", "-6", "small_range"),
    ("large", "-1", "large_range"),
    ("real", "0.6", "real_range"),
    ("exact", "99.6", "exact_range"),
    ("exact", "-1", "exact_range"),
    ("raw", "'\\x01'", "raw_length"),
    ("raw", "'\\x01020304'", "raw_length"),
    ("word", "'c'", "word_choice"),
    ("figure", "3", "figure_choice"),
    ("grade", "3", "grade_choice"),
    ("words", "'{a,b,c}'", "words_length"),
    ("words", "'{a,NULL}'", "words_items"),
    ("marks", "'{x,z}'", "marks_choice"),
    ("levels", "'{1,6}'", "levels_range"),
    ("small", "5", "odd"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), BROKEN)
async def test_a_bound_is_held_by_the_table(
    db: Connection, column: str, value: str, constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await db.execute(f"INSERT INTO things ({column}) VALUES ({value})")
    assert caught.value.constraint_name == f"things_{constraint}"
    first, _, _ = column.partition(",")
    assert first in constraint_fields(Thing)[f"things_{constraint}"].columns


@pytest.mark.parametrize(
    "column", [one.name for one in describe(Thing).columns if not one.nullable]
)
async def test_null_is_refused_where_it_is_not_declared(db: Connection, column: str) -> None:
    refusals = (asyncpg.NotNullViolationError, asyncpg.GeneratedAlwaysError)
    with pytest.raises(refusals):
        await db.execute(f"INSERT INTO things ({column}) VALUES (NULL)")


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("small", "2147483648", asyncpg.NumericValueOutOfRangeError),
        ("large", "9223372036854775808", asyncpg.NumericValueOutOfRangeError),
        ("exact", "1000", asyncpg.NumericValueOutOfRangeError),
        ("words", "'{{a},{b}}'", asyncpg.FeatureNotSupportedError),
    ],
)
async def test_a_type_holds_its_own(
    db: Connection, column: str, value: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await db.execute(f"INSERT INTO things ({column}) VALUES ({value})")


async def person(db: Connection, email: str, nick: str | None = None) -> UUID:
    key = await db.fetchval(
        "INSERT INTO persons (email, nick) VALUES ($1, $2) RETURNING id", email, nick
    )
    assert isinstance(key, UUID)
    return key


async def test_uniqueness_ignores_case_and_deleted_rows(db: Connection) -> None:
    await person(db, "a@b.org", "x")
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        await person(db, "A@B.org", "y")
    fault = constraint_fields(Person)[str(caught.value.constraint_name)]
    assert (fault.columns, fault.code, fault.detail) == (
        ("email",),
        "duplicate",
        "is taken already",
    )
    await db.execute("UPDATE persons SET deleted_at = now()")
    await person(db, "a@b.org", "y")


async def test_uniqueness_may_count_deleted_rows_and_nulls(db: Connection) -> None:
    await person(db, "a@b.org")
    await db.execute("UPDATE persons SET deleted_at = now()")
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        await person(db, "c@d.org")
    assert caught.value.constraint_name == "persons_nick_key"


async def test_bookings_keep_to_every_rule(db: Connection) -> None:
    owner, guest = await person(db, "a@b.org", "x"), await person(db, "c@d.org", "y")
    room = await db.fetchval("INSERT INTO rooms (number) VALUES (1) RETURNING id")

    async def book(start: str, end: str, **values: Any) -> UUID:
        row = {"room_id": room, "owner_id": owner, "guest_id": None, **values}
        key = await db.fetchval(
            "INSERT INTO bookings (room_id, owner_id, guest_id, starts_at, ends_at) "
            "VALUES ($1, $2, $3, $4::text::timestamptz, $5::text::timestamptz) RETURNING id",
            *row.values(),
            start,
            end,
        )
        assert isinstance(key, UUID)
        return key

    first = await book("2026-01-01 10:00Z", "2026-01-01 12:00Z", guest_id=guest)
    await book("2026-01-01 12:00Z", "2026-01-01 13:00Z")
    wrong: list[tuple[str, str, dict[str, UUID], str]] = [
        ("2026-01-01 11:00Z", "2026-01-01 14:00Z", {"owner_id": guest}, "bookings_no_overlap"),
        ("2026-01-02 12:00Z", "2026-01-02 11:00Z", {}, "bookings_in_order"),
        ("2026-01-03 12:00Z", "2026-01-03 13:00Z", {"owner_id": uuid4()}, "bookings_owner_id_fkey"),
    ]
    for start, end, values, name in wrong:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
            await book(start, end, **values)
        assert caught.value.constraint_name == name
        assert name in constraint_fields(Booking)
    other = await db.fetchval("INSERT INTO rooms (number) VALUES (2) RETURNING id")
    with pytest.raises(asyncpg.UniqueViolationError) as taken:
        await book("2026-01-01 12:00Z", "2026-01-01 12:30Z", room_id=other)
    assert taken.value.constraint_name == "bookings_one_alone"

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await db.execute("DELETE FROM persons WHERE id = $1", owner)
    await db.execute("DELETE FROM persons WHERE id = $1", guest)
    row = await db.fetchrow("SELECT * FROM bookings WHERE id = $1", first)
    assert row is not None
    assert (row["guest_id"], row["version"]) == (None, 2)
    await db.execute("DELETE FROM rooms WHERE id = $1", room)
    assert await db.fetchval("SELECT count(*) FROM bookings") == 0


async def test_every_change_raises_the_version_and_no_change_does_not(db: Connection) -> None:
    await db.execute("INSERT INTO things DEFAULT VALUES")
    assert await db.fetchval("UPDATE things SET small = 1 RETURNING version") == 2
    assert await db.fetchval("UPDATE things SET small = 1 RETURNING version") == 2
    assert await db.fetchval("UPDATE things SET text = 'b' RETURNING loud") == "B"
    assert await db.fetchval("SELECT version FROM things") == 3


async def test_comments_are_kept_as_written(db: Connection) -> None:
    assert await db.fetchval("SELECT obj_description('persons'::regclass)") == "Somebody's account."
    said = await db.fetchval("SELECT col_description('persons'::regclass, 2)")
    assert said == "Where mail goes: a'b\\c."


async def test_every_reference_is_served_by_an_index(db: Connection) -> None:
    unserved = await db.fetch(
        """
        SELECT conrelid::regclass, conname FROM pg_constraint
        WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL)
        """
    )
    assert unserved == []


async def test_names_are_those_that_were_written(db: Connection) -> None:
    for model in MODELS:
        found = await db.fetch(
            "SELECT conname FROM pg_constraint WHERE conrelid = $1::text::regclass "
            "AND contype IN ('p', 'c', 'u', 'x', 'f')",
            describe(model).table,
        )
        assert {row["conname"] for row in found} <= {*constraint_fields(model)}


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    "whole": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats(allow_nan=False, allow_infinity=False),
    "exact": st.decimals(-(10**20), 10**20, places=9),
    "flag": st.booleans(),
    "key": st.uuids(),
    "moment": st.datetimes(timezones=st.just(UTC)),
    "day": st.dates(),
    "hour": st.times(),
    "span": st.timedeltas(timedelta(days=-(10**5)), timedelta(days=10**5)),
    "raw": st.binary(max_size=40),
    "words": st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=4
    ),
}
KINDS: dict[str, Any] = {
    "text": str,
    "whole": int,
    "real": float,
    "exact": Decimal,
    "flag": bool,
    "key": UUID,
    "moment": datetime,
    "day": date,
    "hour": time,
    "span": timedelta,
    "raw": bytes,
    "words": list[str],
}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(values=st.fixed_dictionaries(VALUES))
async def test_any_value_is_the_same_in_python_and_as_a_constant_of_the_table(
    db: Connection, values: dict[str, Any]
) -> None:
    constants = [
        f"({typed_literal(value, read_type(KINDS[name]).type)})::"
        f"{sql_type(read_type(KINDS[name]).type)} AS {name}"
        for name, value in values.items()
    ]
    row = await db.fetchrow(f"SELECT {', '.join(constants)}")
    assert row is not None
    assert dict(row) == values
