"""The triggers that a model's history asks for."""

from __future__ import annotations

from typing import Annotated

from drystone import Field, Model, Secret
from drystone.db.ddl.statements import create_statements


class Account(Model, history=True):
    name: Field[str]
    password_hash: Field[Annotated[str, Secret()]]
    token: Field[Annotated[str | None, Secret()]]


class Plain(Model):
    name: Field[str]


def test_a_history_is_two_triggers_and_secrets_are_named() -> None:
    *_, changes, truncate = create_statements([Account])
    assert changes == (
        "CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON accounts FOR EACH ROW\n"
        "    EXECUTE FUNCTION drystone.record_change('password_hash', 'token')"
    )
    assert truncate == (
        "CREATE TRIGGER history_truncate BEFORE TRUNCATE ON accounts FOR EACH STATEMENT\n"
        "    EXECUTE FUNCTION drystone.refuse_truncate()"
    )


def test_a_model_has_none_unless_it_says_so() -> None:
    assert not [one for one in create_statements([Plain]) if "history" in one]
