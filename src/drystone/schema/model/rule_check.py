"""The rules of a model, its abstract bases' included, and the mistakes in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from drystone.schema.expressions.expression import Expression, Order, Predicate
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.class_body import ClassBody
from drystone.schema.model.column import Column
from drystone.schema.model.column_info import ColumnInfo
from drystone.schema.model.column_types import TextType
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.names import MAX_NAME_BYTES
from drystone.schema.model.rules import EXCLUSIONS, Check, Exclude, Index, Rule, Unique

_NAME: Final = re.compile(rf"[a-z_][a-z0-9_]{{0,{MAX_NAME_BYTES - 1}}}")


def read_rules(
    body: ClassBody, model: type[Any], columns: tuple[ColumnInfo, ...]
) -> tuple[Rule, ...]:
    """Return the rules of a model: those of its abstract bases first.

    A base's rules hold whether or not the class calls `super().rules()`.

    Raises:
        DeclarationError: something in them is wrong.
    """
    rules: dict[object, Rule] = {}
    for base in reversed(model.__mro__):
        function = base.__dict__.get("rules")
        if function is None:
            continue
        if not isinstance(function, classmethod):
            body.fail("rules", "is no class method; write @classmethod above it")
        for rule in _ask(body, function, model):
            _check_rule(body, rule, columns)
            rules.setdefault(_content(rule), rule)
    _check_names(body, [*rules.values()])
    return tuple(rules.values())


def _ask(body: ClassBody, function: Any, model: type[Any]) -> list[Any]:
    try:
        return [*function.__get__(None, model)()]
    except DeclarationError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever an application's code raises)
        body.fail("rules", f"cannot be read: {error}; mend it")


def _content(rule: Rule) -> tuple[object, ...]:
    """Return what a rule says, so that one given twice is one."""
    return (type(rule), *(_key(getattr(rule, slot)) for slot in sorted(rule.__slots__)))


def _key(part: object) -> object:
    if isinstance(part, Expression | Order):
        return (part.shape, repr(part.values))
    if isinstance(part, tuple):
        return tuple(_key(one) for one in part)
    return part


def _check_rule(body: ClassBody, rule: object, columns: tuple[ColumnInfo, ...]) -> None:
    if not isinstance(rule, Unique | Index | Check | Exclude):
        body.fail("rules", f"returns {rule!r}; write Unique, Index, Check or Exclude")
    if rule.name is not None and not _NAME.fullmatch(rule.name):
        body.fail(
            "rules",
            f"has the name {rule.name!r}; write lower-case letters, digits and _, of at most "
            f"{MAX_NAME_BYTES} bytes",
        )
    parts = [*_parts(rule)]
    word = type(rule).__name__
    if not parts:
        body.fail("rules", f"has {word}() without fields; name them")
    for part in (*parts, *_conditions(body, rule)):
        if not isinstance(part, Expression | Order):
            body.fail("rules", f"names {part!r} in {word}, which is no field; write cls.name")
        for column in columns_of(part.shape):
            if column.path or column.scope or column.column not in columns:
                body.fail(
                    "rules", f"names {column.column!r} in {word}, which is no field of {body.name}"
                )
    _check_text(body, rule, parts)
    for _, operator in rule.elements if isinstance(rule, Exclude) else ():
        if operator not in EXCLUSIONS:
            body.fail(
                "rules", f"excludes by {operator!r}; write one of {' '.join(sorted(EXCLUSIONS))}"
            )


def _parts(rule: Rule) -> Iterator[Any]:
    """Yield what a rule is made of, its conditions aside."""
    match rule:
        case Unique():
            yield from rule.fields
        case Index():
            yield from (*rule.fields, *rule.include)
        case Check():
            yield rule.predicate
        case Exclude():
            for element in rule.elements:
                yield element[0]


def _conditions(body: ClassBody, rule: Rule) -> Iterator[Any]:
    condition = rule.predicate if isinstance(rule, Check) else rule.where
    if condition is None:
        return
    if not isinstance(condition, Predicate):
        body.fail("rules", f"has the condition {condition!r}; write a comparison of fields")
    yield condition


def _check_text(body: ClassBody, rule: Rule, parts: list[Any]) -> None:
    """Refuse what is for text where there is none."""
    is_text = [_may_be_text(part) for part in parts]
    if isinstance(rule, Unique) and rule.ignore_case and not any(is_text):
        body.fail("rules", "has Unique(ignore_case=True) of no text; leave ignore_case out")
    if isinstance(rule, Index) and rule.trigram and not all(is_text):
        body.fail("rules", "has Index(trigram=True) of what is no text; leave it out")


def _may_be_text(part: Any) -> bool:
    """Tell whether a field is text; of an expression, PostgreSQL will say."""
    return not isinstance(part, Column) or isinstance(part.info.type, TextType)


def _check_names(body: ClassBody, rules: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.name is not None and rule.name in seen:
            body.fail("rules", f"has two rules named {rule.name!r}; rename one")
        seen.add(rule.name or "")


def columns_of(shape: object) -> Iterator[ColumnShape]:
    """Yield every column that an expression's shape names, in its order."""
    if isinstance(shape, ColumnShape):
        yield shape
    elif isinstance(shape, tuple):
        for part in shape:
            yield from columns_of(part)
