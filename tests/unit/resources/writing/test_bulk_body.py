"""What a bulk body may hold: items of those kinds that its resource takes one by one as well."""

from __future__ import annotations

from typing import Any

import pytest

from drystone import Field, Model
from drystone.errors import ValidationFailed
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.operation import Operation
from drystone.resources.permissions import Permissions
from drystone.resources.writing.bulk_body import BulkReader
from drystone.schema.json_encode import encode_json

KEY = "01890000-0000-7000-8000-000000000001"
ITEMS: dict[str, Any] = {"create": {"name": "a"}, "update": {"id": KEY}, "delete": KEY}


class Brick(Model):
    name: Field[str]


@pytest.mark.parametrize("is_atomic", [True, False])
@pytest.mark.parametrize(
    ("operation", "kind"), [("create", "create"), ("patch", "update"), ("delete", "delete")]
)
def test_a_kind_needs_its_operation(operation: Operation, kind: str, is_atomic: bool) -> None:
    reader = BulkReader(declare_resource(Brick, operations=[operation, "bulk"]))
    for one, item in ITEMS.items():
        body = encode_json({one: [item], "atomic": is_atomic})
        if one == kind:
            (read,) = reader.read(body, permissions=Permissions(Brick)).items
            assert read.pointer == f"/{kind}/0"
            continue
        with pytest.raises(ValidationFailed) as refused:
            reader.read(body, permissions=Permissions(Brick))
        (fault,) = refused.value.errors
        assert (fault.code, fault.pointer) == ("unknown_field", f"/{one}")
