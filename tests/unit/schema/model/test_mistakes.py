"""Every mistake in a model stops the import, with its place and its mend."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING, Any

import pytest

from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
import datetime as dt
import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, Optional, TypeVar
from uuid import UUID
import msgspec
from drystone import *
if TYPE_CHECKING:
    from somewhere import Later

class Other(Model):
    name: Field[str]

class Flags(enum.Flag):
    A = 1

class Empty(enum.Enum):
    pass

class Mixed(enum.Enum):
    A = 1
    B = "b"

"""
FUTURE = "from __future__ import annotations\n"


def load(tmp_path: Path, source: str) -> Any:
    path = tmp_path / "models.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location("models_under_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def body(declaration: str) -> str:
    return f"{HEAD}class Task(Model):\n    title: Field[str]\n    {declaration}\n"


FIELDS = [
    ("x: int", "Task.x is annotated int; write Field[int], or Ref[…] for a reference"),
    ("x: Field", "of no type; write Field[str]"),
    ("x: Field[complex]", "is annotated complex, which no column holds; write str, int"),
    ("x: Field[object]", "no column holds"),
    ("x: Field[None]", "no column holds"),
    ("x: Field[str | int]", "is one of several types; a column has one, or one and None"),
    ("x: Field[tuple[int, int]]", "is a collection; write list[…] with the type of its items"),
    ("x: Field[list]", "is a collection; write list[…]"),
    ("x: Field[set[str]]", "is a collection; write list[…]"),
    ("x: Field[list[list[int]]]", "is a list of what a list cannot hold; use a model"),
    ("x: Field[list[int | None]]", "is a list of what a list cannot hold"),
    ("x: Field[list[dict]]", "is a list of what a list cannot hold"),
    ("x: Field[int] = 3", "has the bare default 3; write default(3)"),
    ("x: Field[int | None] = None", "has the bare default None; write default(None)"),
    ("x: Field[int] = default(None)", "may be NULL: write OptionalRef[…], or Field[… | None]"),
    ("x: Ref[Other] = default(None)", "may be NULL: write OptionalRef[…]"),
    ("x: Field[int] = default('3')", "has the default '3', which it refuses"),
    ("x: Field[Annotated[int, Range(1, 5)]] = default(6)", "has the default 6, which it refuses"),
    ("x: Field[Literal['a', 'b']] = default('c')", "has the default 'c', which it refuses"),
    (
        "x: Field[Annotated[Decimal, Digits(3, 1)]] = default(Decimal('1.25'))",
        "which it refuses (must have at most 1 digit behind the point)",
    ),
    ("x: Field[Decimal] = default(Decimal('NaN'))", "which it refuses (must be a finite number)"),
    ("x: Field[float] = default(float('inf'))", "which it refuses (must be a finite number)"),
    ("x: Field[str] = default('\\0')", "which it refuses (it holds a character that"),
    ("x: Field[datetime] = default(datetime(2026, 1, 1))", "which it refuses"),
    ("x: Field[list[str]] = default([])", "has a default that can change; write made(list)"),
    ("x: Field[dict] = default({})", "has a default that can change; write made(dict)"),
    ("x: Field[list[str]] = made(dict)", "which it refuses"),
    ("x: Field[list[str]] = made([])", "has made([]), no function; write default(…)"),
    ("x: Field[str] = generated(' ')", "has an empty SQL expression; write what is to be"),
    ("x = default(3)", "has a default and no type; write it as 'name: Field[…] = …'"),
    ("x = 3", "has a value and no type; write it as 'name: Field[…] = default(…)'"),
    ("x: Ref[int]", "refers to int, which is no model; write one"),
    ("x: Ref[Other] | None", "write Ref[…], or OptionalRef[…] where there may be none"),
    ("x: Optional[Ref[Other]]", "write Ref[…], or OptionalRef[…]"),
    ("x: Field[Ref[Other]]", "write Ref[…], or OptionalRef[…]"),
    ("x: Annotated[Ref[Other], OnDelete('null')]", 'cannot become NULL by OnDelete("null")'),
    ("x: Field[Annotated[int, OnDelete('cascade')]]", "has OnDelete, which is for Ref[…]"),
    ("x: Field[Annotated[int, Length(1, 2)]]", "which says nothing of a integer"),
    ("x: Field[Annotated[str, Range(1, 2)]]", "which says nothing of a text"),
    ("x: Field[Annotated[int, Digits(3)]]", "which says nothing of a integer"),
    ("x: Field[Annotated[Literal['a'], Length(1)]]", "which says nothing of a choice"),
    ("x: Field[Annotated[str, Length(5, 1)]]", "the first, 5, is above the second, 1"),
    ("x: Field[Annotated[str, Length(-1)]]", "has the length -1; write a whole number"),
    ("x: Field[Annotated[str, Length(1.5)]]", "has the length 1.5; write a whole number"),
    ("x: Field[Annotated[int, Range(5, 1)]]", "the first, 5, is above the second, 1"),
    ("x: Field[Annotated[int, Range(0.5, 1)]]", "is an integer of 64 bits, and 0.5 is none"),
    ("x: Field[Annotated[int, Range(0, 2**63)]]", "is an integer of 64 bits"),
    ("x: Field[Annotated[float, Range(0, float('nan'))]]", "has the bound nan; write a number"),
    ("x: Field[Annotated[Decimal, Digits(2, 3)]]", "has Digits(2, 3); write 1 to 1000"),
    (
        "x: Field[Annotated[Decimal, Range(0, 1000), Digits(4, 2)]]",
        "has a Range that reaches 1000, while Digits(4, 2) end at 99.99; write more digits",
    ),
    ("x: Field[Annotated[str, Pattern('(')]]", "which is no regular expression"),
    ("x: Field[Annotated[Email, Pattern('a')]]", "has two patterns; write one that says both"),
    ("x: Field[Annotated[str, 'what']]", "has 'what' in Annotated, which means nothing here"),
    ("x: Field[Annotated[int, Unique(ignore_case=True)]]", "which is for text; leave it out"),
    ("x: Field[Annotated[int, Index(trigram=True)]]", "which is for text; leave it out"),
    ("x: Field[Annotated[int, Unique(Other.name)]]", "has Unique with fields; write it without"),
    ("x: Field[Literal['a', 1]]", "has choices that are neither all text nor all integers"),
    ("x: Field[Literal['a', None]]", "has None among its choices; write Literal[…] | None"),
    ("x: Field[Literal[True]]", "neither all text nor all integers"),
    ("x: Field[Literal['\\0']]", "a character that PostgreSQL cannot store"),
    ("x: Field[Literal[9223372036854775808]]", "has a choice beyond 64 bits"),
    ("x: Field[Mixed]", "neither all text nor all integers"),
    ("x: Field[Empty]", "is an Enum without members"),
    ("x: Field[Flags]", "is a Flag, whose members add up"),
    ("limit: Field[int]", "is named like a parameter of lists; choose another name"),
    ("mro: Field[int]", "has a name that Python or the model needs"),
    ("rules: Field[int]", "has a name that Python or the model needs"),
    ("_x: Field[int]", "begins with an underscore"),
    ("X: Field[int]", "is not in lower case; write x"),
    ("größe: Field[int]", "has a name that Python or the model needs"),
    ("xmin: Field[int]", "is named like a column that PostgreSQL keeps"),
    (f"{'x' * 64}: Field[int]", "is longer than PostgreSQL's 63 bytes; shorten it"),
    ("version: Field[int]", "is declared already, by the platform or by a base; rename it"),
    ("def version(self) -> int: return 1", "is a column that the platform keeps"),
]


@pytest.mark.parametrize(("declaration", "said"), FIELDS)
@pytest.mark.parametrize("future", ["", FUTURE])
def test_a_wrong_field_is_told(tmp_path: Path, declaration: str, said: str, future: str) -> None:
    source = future + body(declaration)
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path, source)
    line = source.rstrip("\n").count("\n") + 1
    assert re.match(rf".*/models\.py:{line}: Task\.\w+ ", str(caught.value))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "annotation",
    [
        "Field[Later]",
        "Field[Later | None]",
        "Field[list[Later]]",
        "Field[Optional[Later]]",
        "Field[Annotated[str, Later(1)]]",
        "Field[Later.inner]",
        "Later",
        "Later[str]",
        "Annotated[Later[str], Unique()]",
    ],
)
def test_a_name_that_is_only_there_for_checkers_is_told(tmp_path: Path, annotation: str) -> None:
    with pytest.raises(DeclarationError, match=r"is annotated with Later.*, which is not defined"):
        load(tmp_path, FUTURE + body(f"x: {annotation}"))


def test_an_annotation_that_python_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        DeclarationError, match=r"Task.x has an annotation that cannot be evaluated"
    ):
        load(tmp_path, FUTURE + body("x: Field[str, int]"))


def test_two_columns_of_one_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="has the column 'x_id', as x_id does; rename one"):
        load(tmp_path, body("x_id: Field[UUID]\n    x: Ref[Other]"))


def test_an_annotated_function_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="is a function; leave the annotation out"):
        load(tmp_path, body("x: Field[int]\n    def x(self) -> int: return 1"))


@pytest.mark.parametrize("target", ["'Nowhere'", "'Base'", "'Number'"])
def test_a_reference_to_no_model_is_told_when_it_is_followed(tmp_path: Path, target: str) -> None:
    source = body(f"x: Ref[{target}]") + (
        "class Base(Model, abstract=True):\n    pass\nNumber = int\n"
    )
    reference = describe(load(tmp_path, source).Task).column("x").reference
    assert reference is not None
    with pytest.raises(DeclarationError, match=r":\d+: Task.x refers to .*; (write|import)"):
        reference.resolve()


RULES = [
    ("[Unique(Other.name)]", "names others.name in Unique, which is no field of Task"),
    ("[Index(Other.name.lower())]", "names others.name in Index, which is no field of Task"),
    ("[Index(cls.title, include=[Other.name])]", "names others.name in Index"),
    ("[Index(cls.title, where=Other.name == 'x')]", "names others.name in Index"),
    ("[Index(cls.other.to.name)]", "names others.name in Index, which is no field of Task"),
    ("[Check(Other.name == 'x', name='x')]", "names others.name in Check"),
    ("[Exclude((Other.name, '='))]", "names others.name in Exclude"),
    ("[Unique('title')]", "names 'title' in Unique, which is no field; write cls.name"),
    ("[Unique(cls.title, where=True)]", "has the condition True; write a comparison"),
    ("[Unique()]", "has Unique() without fields; name them"),
    ("[Exclude()]", "has Exclude() without fields; name them"),
    ("[cls.title]", "returns tasks.title; write Unique, Index, Check or Exclude"),
    ("[Unique(cls.titel)]", "cannot be read: type object 'Task' has no attribute 'titel'"),
    ("[Unique(cls.number, ignore_case=True)]", "of no text; leave ignore_case out"),
    ("[Index(cls.number, trigram=True)]", "of what is no text; leave it out"),
    ("[Unique(cls.title, name='A b')]", "has the name 'A b'; write lower-case letters"),
    (f"[Unique(cls.title, name='{'x' * 64}')]", "of at most 63 bytes"),
    (
        "[Check(cls.number > 1, name='x'), Check(cls.number < 9, name='x')]",
        "has two rules named 'x'; rename one",
    ),
]


@pytest.mark.parametrize(("rules", "said"), RULES)
def test_a_wrong_rule_is_told(tmp_path: Path, rules: str, said: str) -> None:
    source = body("number: Field[int]\n    other: Ref[Other]\n    @classmethod")
    source += f"    def rules(cls) -> Rules:\n        return {rules}\n"
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path, source)
    assert said in str(caught.value)
    assert re.match(r".*/models\.py:\d+: Task\.rules ", str(caught.value))


def test_rules_that_are_no_class_method_are_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="is no class method; write @classmethod"):
        load(tmp_path, body("def rules(self) -> Rules: return []"))


CLASSES = [
    ("class Task(Other): pass", "inherits from Other, which has a table; put what they share"),
    ("class Task(Model, Generic[T]): pass", "is generic, and a table is not"),
    ("class Task(S, Model): pass", "inherits from S, which is no model"),
    ("class Task(D, Model): pass", "inherits from D, which is no model"),
    ("class Task(Model, P): pass", "inherits annotations from P, which is no model"),
    ("class Task(Model, table='Task'): pass", "has a table named 'Task'; write lower-case"),
    ("class Task(Model, table='a b'): pass", "has a table named 'a b'"),
    (f"class {'T' * 64}(Model): pass", "longer than 63 bytes; write"),
    ("class Task(Model, abstract=True, table='x'): pass", "has no table, being abstract"),
    ("class Task(Model, abstract=True, soft_delete=False): pass", "has no table, being abstract"),
    ("class Task(Model, abstract=True, history=True): pass", "leave table, soft_delete and"),
]
BASES = """\
T = TypeVar("T")
class S(msgspec.Struct):
    a: int
@dataclass
class D:
    a: int
class P:
    a: Field[int]
"""


@pytest.mark.parametrize(("statement", "said"), CLASSES)
def test_a_wrong_class_is_told(tmp_path: Path, statement: str, said: str) -> None:
    source = HEAD + BASES + statement
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path, source)
    assert said in str(caught.value)
    assert f"models.py:{source.count(chr(10)) + 1}: " in str(caught.value)


def test_a_mistake_in_an_abstract_base_is_told_there(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"Base.x is annotated int"):
        load(tmp_path, HEAD + "class Base(Model, abstract=True):\n    x: int\n")
