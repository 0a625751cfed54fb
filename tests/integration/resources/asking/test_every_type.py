"""Each operator of each type runs on PostgreSQL, with the least and greatest values too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any, Literal

import asyncpg
import pytest
import pytest_asyncio
from tests.integration.db.query.running import fetch_all
from tests.postgres import Migrate
from tests.query_models import Thing, create_tables

from drystone.db.query.select import select
from drystone.http.parts.query import Query
from drystone.resources.asking.filters.operators import operators_of
from drystone.resources.asking.read_list import read_list_request
from drystone.resources.declaration import Resource
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.schema.model.bounds import Digits, Range
from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    BytesType,
    ChoiceType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    TextType,
    TimeType,
    UUIDType,
)
from drystone.schema.model.field import Field
from drystone.schema.model.model import Model
from drystone.schema.model.model_meta import describe


class Narrow(Model, soft_delete=False):
    """Columns that are smaller than the values that they are compared with."""

    small: Field[Annotated[int, Range(1, 5)]]
    grade: Field[Literal[1, 2, 3]]
    price: Field[Annotated[Decimal, Digits(4, 2)]]
    smalls: Field[list[Annotated[int, Range(1, 5)]]]


NARROW_TABLE = """
CREATE TABLE narrows (
    id uuid PRIMARY KEY, small integer, grade integer, price numeric(4, 2), smalls integer[],
    version bigint, created_at timestamptz, updated_at timestamptz
);
INSERT INTO narrows
VALUES ('00000000-0000-0000-0000-000000000001', 3, 2, 12.50, '{1,2}', 1, now(), now())
"""

LEAST_AND_GREATEST: dict[type, tuple[str, str]] = {
    TextType: ("", "%_\\é" * 100),
    IntegerType: (str(-(2**63)), str(2**63 - 1)),
    FloatType: ("-1.7976931348623157e308", "5e-324"),
    DecimalType: ("-" + "9" * 4_000, "0." + "0" * 4_000 + "1"),
    BooleanType: ("false", "true"),
    UUIDType: ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    DateTimeType: ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    DateType: ("0001-01-01", "9999-12-31"),
    TimeType: ("00:00:00", "23:59:59.999999"),
    DurationType: ("-P999999999D", "P999999999DT23H59M59S"),
    BytesType: ("", "/w=="),
}


def texts_of(kind: ColumnType) -> tuple[str, str]:
    match kind:
        case ChoiceType():
            return str(kind.values[0]), str(kind.values[-1])
        case ArrayType(item=IntegerType(minimum=int(), maximum=int()) as item):
            return str(item.minimum), str(item.maximum)
        case ArrayType():
            return texts_of(kind.item)
        case _:
            return LEAST_AND_GREATEST[type(kind)]


def parameters_of(resource: Resource) -> list[tuple[str, str]]:
    """Return a parameter for each field, operator and value."""
    found = []
    for field in resource.filters:
        for operator in operators_of(field.info):
            least, most = ("true", "false") if operator == "null" else texts_of(field.info.type)
            lists = [f'"{least}",{most}'] if operator in {"in", "nin", "between"} else [least, most]
            found += [(f"{field.name}[{operator}]", text) for text in lists]
    return found


def resource_of(model: type[Model]) -> Resource:
    columns = [getattr(model, column.attribute) for column in describe(model).columns]
    return declare_resource(model, filters=columns)


async def create_both(url: str) -> None:
    await create_tables(url)
    connection = await asyncpg.connect(url)
    await connection.execute(NARROW_TABLE)
    await connection.close()


@pytest.fixture
def migrate() -> Migrate:
    return create_both


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("model", [Thing, Narrow])
async def test_each_operator_runs_with_each_extreme(
    connection: asyncpg.Connection[Any], model: type[Model]
) -> None:
    resource = resource_of(model)
    parameters = parameters_of(resource)
    assert len(parameters) > 50
    for one in parameters:
        where = read_list_request(resource, Query([one])).where
        assert where is not None
        await fetch_all(connection, select(model.id).where(where))


@pytest.mark.parametrize(
    ("parameter", "text", "found"),
    [
        ("small", "3", True),
        ("small[lt]", str(2**63 - 1), True),
        ("small[in]", f"{2**40},3", True),
        ("small[nin]", f"{2**40},4", True),
        ("small[between]", f"{-(2**63)},3", True),
        ("small", str(2**40), False),
        ("grade[gte]", "2", True),
        ("grade[gt]", "2", False),
        ("price", "12.5", True),
        ("price[gt]", "12.499999", True),
        ("price[lt]", "1" * 100, True),
        ("smalls[contains]", "2", True),
        ("smalls[contains]", "3", False),
    ],
)
async def test_a_small_column_is_compared_with_any_number(
    connection: asyncpg.Connection[Any], parameter: str, text: str, found: bool
) -> None:
    where = read_list_request(resource_of(Narrow), Query([(parameter, text)])).where
    assert where is not None
    assert bool(await fetch_all(connection, select(Narrow.id).where(where))) is found
