"""Reads variables into frozen dataclasses, and collects every mistake on the way.

    reader = SettingsReader(Variables.from_process())
    settings = reader.read(Settings)
    limits = reader.read(Limits)
    reader.finish()

Any dataclass whose fields have defaults can be read: a field is the variable
`DRYSTONE_` and its name in capitals, of its annotated type, unless `setting` declares
it otherwise. So a layer above keeps its own settings (`http/limits.py`) and this one
need not know it.

Invariant: what `read` returned is only to be used once `finish` was passed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, TypeVar, get_type_hints

from drystone.settings.values import Parser, integer, parse_amount, parse_boolean, parse_text
from drystone.settings.variables import Variable, VariableFault, Variables

T = TypeVar("T")

PREFIX: Final = "DRYSTONE_"
# The test suite's own, read by nothing in the package.
_FOREIGN: Final = "DRYSTONE_TEST_"
_DECLARATION: Final = "drystone.setting"
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

_BY_TYPE: Final[Mapping[object, Parser[Any]]] = {
    int: integer(0),
    float: parse_amount,
    bool: parse_boolean,
    str: parse_text,
}


class SettingsError(Exception):
    """Settings cannot be used.

    Args:
        mistakes: one line for each: variable, value, what is wrong, how to mend it.
    """

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class _Declaration:
    variable: str
    parse: Parser[Any]
    secret: bool


@dataclass(frozen=True, slots=True)
class DescribedSetting:
    """One setting as it is in force.

    Attributes:
        variable: the name that sets it.
        value: as text; `(hidden)` for a secret that is set, empty where there is none.
        source: where it comes from: `default`, or as in `Variable.source`.
    """

    variable: str
    value: str
    source: str


def setting(
    variable: str, parse: Parser[Any], *, default: object, secret: bool = False
) -> Any:  # the field's own type is what the dataclass annotates
    """Declare a field of a settings class.

    Args:
        variable: the variable that sets it.
        parse: from its text to its value.
        default: the value where it is not set.
        secret: it is never shown, and `<variable>_FILE` may name a file that holds it.
    """
    metadata = {_DECLARATION: _Declaration(variable, parse, secret)}
    return field(default=default, metadata=metadata, repr=not secret)


def variables_of(kind: type[Any]) -> Iterator[str]:
    """Yield the name of each variable that sets a field of the dataclass."""
    for declaration in _declarations(kind).values():
        yield declaration.variable
        if declaration.secret:
            yield f"{declaration.variable}_FILE"


class SettingsReader:
    """Fills settings classes from variables.

    Args:
        variables: what is set.
    """

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self._mistakes = list(variables.faults)
        self._known: list[str] = []
        self._described: list[DescribedSetting] = []

    def read(self, kind: type[T], *, defaults: Mapping[str, object] = _NOTHING) -> T:
        """Return an object of the class; each mistake is kept for `finish`.

        Args:
            kind: a dataclass all of whose fields have defaults. What its
                `__post_init__` raises as ValueError is a mistake, one for each line.
            defaults: by field, in place of the class's own.
        """
        self._known.extend(variables_of(kind))
        mistakes_before = len(self._mistakes)
        values = dict(defaults)
        for name, declaration in _declarations(kind).items():
            variable = self._find(declaration)
            if variable is not None:
                values |= self._parse(name, declaration, variable)
            self._describe(kind, name, declaration, variable, values)
        if len(self._mistakes) == mistakes_before:
            try:
                return kind(**values)
            except ValueError as error:
                self._mistakes.extend(str(error).splitlines())
        return kind()

    def finish(self) -> None:
        """Pass if there was no mistake.

        Raises:
            SettingsError: names all of them.
        """
        if self._mistakes:
            raise SettingsError(tuple(self._mistakes))

    def unknown(self) -> list[str]:
        """Return a warning for each `DRYSTONE_` variable that nothing has read."""
        return [
            self._describe_unknown(name)
            for name in sorted(self._variables)
            if name.startswith(PREFIX) and not name.startswith(_FOREIGN) and name not in self._known
        ]

    def describe(self) -> list[DescribedSetting]:
        """Return every setting that was read, as it is in force; secrets are hidden."""
        return list(self._described)

    def _find(self, declaration: _Declaration) -> Variable | None:
        if not declaration.secret:
            return self._variables.get(declaration.variable)
        try:
            return self._variables.get_secret(declaration.variable)
        except VariableFault as fault:
            self._mistakes.append(str(fault))
            return None

    def _parse(self, name: str, declaration: _Declaration, variable: Variable) -> dict[str, object]:
        """Return the field's value by its name; nothing where there is a mistake."""
        try:
            return {name: declaration.parse(variable.text)}
        except ValueError as error:
            self._mistakes.append(f"{variable.show(secret=declaration.secret)}: {error}")
            return {}

    def _describe(
        self,
        kind: type[Any],
        name: str,
        declaration: _Declaration,
        variable: Variable | None,
        values: Mapping[str, object],
    ) -> None:
        value = values.get(name, _default_of(kind, name))
        source = "default" if variable is None else variable.source
        shown = "(hidden)" if declaration.secret and value is not None else _show(value)
        self._described.append(DescribedSetting(declaration.variable, shown, source))

    def _describe_unknown(self, name: str) -> str:
        # Compared without what all of them begin with, or all of them would be near.
        known = {one.removeprefix(PREFIX): one for one in self._known}
        near = get_close_matches(name.removeprefix(PREFIX), known, n=1)
        mend = f"did you mean {known[near[0]]}?" if near else "remove it, or see .env.example"
        variable = self._variables.get(name)
        place = (
            "" if variable is None or variable.source == "environment" else f" ({variable.source})"
        )
        return f"{name}{place}: there is no such setting; {mend}"


def _declarations(kind: type[Any]) -> dict[str, _Declaration]:
    """Return how each field of the dataclass is read, in order."""
    types = get_type_hints(kind)
    found: dict[str, _Declaration] = {}
    for one in dataclasses.fields(kind):
        declared = one.metadata.get(_DECLARATION)
        if declared is None:
            parse = _BY_TYPE.get(types[one.name])
            if parse is None:
                raise TypeError(
                    f"{kind.__name__}.{one.name} is {types[one.name]}, which no variable can "
                    "hold by itself; declare it with setting(...)"
                )
            declared = _Declaration(PREFIX + one.name.upper(), parse, secret=False)
        found[one.name] = declared
    return found


def _default_of(kind: type[Any], name: str) -> object:
    for one in dataclasses.fields(kind):
        if one.name == name and one.default is not MISSING:
            return one.default
    return None


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)
