"""Models for the tests of statements, and their tables as SQL."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from drystone.schema.model.defaults import default, generated, made
from drystone.schema.model.field import Field, OptionalRef, Ref
from drystone.schema.model.model import Model
from drystone.schema.model.rules import Rules, Unique

# The part of the list of columns that every model with soft deletion ends with.
STANDARD = "version created_at updated_at deleted_at".split()


class Person(Model, table="people"):
    name: Field[str]
    nickname: Field[str | None] = default(None)


class Project(Model):
    name: Field[Annotated[str, Unique(ignore_case=True)]]
    owner: Ref[Person]


class Label(Model, soft_delete=False):
    name: Field[Annotated[str, Unique()]]
    uses: Field[int] = default(0)


class Task(Model):
    project: Ref[Project]
    title: Field[str]
    status: Field[Literal["todo", "doing", "done"]] = default("todo")
    priority: Field[int] = default(3)
    assignee: OptionalRef[Person] = default(None)
    due_at: Field[datetime | None] = default(None)
    tags: Field[list[str]] = made(list)

    @classmethod
    def rules(cls) -> Rules:
        return [Unique(cls.project, cls.title)]


class Comment(Model):
    task: Ref[Task]
    author: Ref[Person]
    body: Field[str]


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(msgspec.Struct):
    width: int
    height: int = 1


class Thing(Model):
    """A column of every type, with and without NULL."""

    text: Field[str]
    number: Field[int]
    ratio: Field[float]
    price: Field[Decimal]
    is_new: Field[bool]
    key: Field[UUID]
    moment: Field[datetime]
    day: Field[date]
    clock: Field[time]
    span: Field[timedelta]
    data: Field[bytes]
    color: Field[Color]
    grade: Field[Literal[1, 2, 3]]
    size: Field[Size]
    document: Field[Any]
    texts: Field[list[str]]
    numbers: Field[list[int]]
    ratios: Field[list[float]]
    prices: Field[list[Decimal]]
    moments: Field[list[datetime]]
    days: Field[list[date]]
    spans: Field[list[timedelta]]
    blobs: Field[list[bytes]]
    colors: Field[list[Color]]
    keys: Field[list[UUID]]
    flags: Field[list[bool]]
    maybe_text: Field[str | None] = default(None)
    maybe_number: Field[int | None] = default(None)
    maybe_ratio: Field[float | None] = default(None)
    maybe_price: Field[Decimal | None] = default(None)
    maybe_new: Field[bool | None] = default(None)
    maybe_key: Field[UUID | None] = default(None)
    maybe_moment: Field[datetime | None] = default(None)
    maybe_day: Field[date | None] = default(None)
    maybe_clock: Field[time | None] = default(None)
    maybe_span: Field[timedelta | None] = default(None)
    maybe_data: Field[bytes | None] = default(None)
    maybe_color: Field[Color | None] = default(None)
    maybe_size: Field[Size | None] = default(None)
    maybe_texts: Field[list[str] | None] = default(None)
    maybe_prices: Field[list[Decimal] | None] = default(None)
    order: Field[int] = generated("number % 7")


_KEPT = """
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()"""
_KEPT_SOFT = f"{_KEPT},\n    deleted_at timestamptz"

TABLES = f"""
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE people (
    id uuid PRIMARY KEY, name text NOT NULL, nickname text, {_KEPT_SOFT}
);
CREATE TABLE projects (
    id uuid PRIMARY KEY, name text NOT NULL, owner_id uuid NOT NULL REFERENCES people, {_KEPT_SOFT}
);
CREATE UNIQUE INDEX ON projects (lower(name)) WHERE deleted_at IS NULL;
CREATE TABLE labels (
    id uuid PRIMARY KEY, name text NOT NULL UNIQUE, uses bigint NOT NULL, {_KEPT}
);
CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects,
    title text NOT NULL,
    status text NOT NULL DEFAULT 'todo',
    priority bigint NOT NULL DEFAULT 3,
    assignee_id uuid REFERENCES people,
    due_at timestamptz,
    tags text[] NOT NULL DEFAULT '{{}}', {_KEPT_SOFT}
);
CREATE UNIQUE INDEX ON tasks (project_id, title) WHERE deleted_at IS NULL;
CREATE TABLE comments (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    author_id uuid NOT NULL REFERENCES people,
    body text NOT NULL, {_KEPT_SOFT}
);
CREATE TABLE things (
    id uuid PRIMARY KEY,
    text text NOT NULL, number bigint NOT NULL, ratio double precision NOT NULL,
    price numeric NOT NULL, is_new boolean NOT NULL, key uuid NOT NULL,
    moment timestamptz NOT NULL, day date NOT NULL, clock time NOT NULL, span interval NOT NULL,
    data bytea NOT NULL, color text NOT NULL, grade integer NOT NULL, size jsonb NOT NULL,
    document jsonb NOT NULL, texts text[] NOT NULL, numbers bigint[] NOT NULL,
    ratios double precision[] NOT NULL, prices numeric[] NOT NULL, moments timestamptz[] NOT NULL,
    days date[] NOT NULL, spans interval[] NOT NULL, blobs bytea[] NOT NULL,
    colors text[] NOT NULL, keys uuid[] NOT NULL, flags boolean[] NOT NULL,
    maybe_text text, maybe_number bigint, maybe_ratio double precision, maybe_price numeric,
    maybe_new boolean, maybe_key uuid, maybe_moment timestamptz, maybe_day date,
    maybe_clock time, maybe_span interval, maybe_data bytea, maybe_color text, maybe_size jsonb,
    maybe_texts text[], maybe_prices numeric[],
    "order" bigint GENERATED ALWAYS AS (number % 7) STORED, {_KEPT_SOFT}
);
"""


async def create_tables(url: str) -> None:
    """Create the tables in the database at `url`, empty."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLES)
    finally:
        await connection.close()
