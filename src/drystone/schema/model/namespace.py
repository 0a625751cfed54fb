"""Annotations as written → Python objects, while the module is still being imported.

With `from __future__ import annotations` an annotation is text. Names in it are looked up
where the class stands: in the function around it, if any, then in the module. A model
that is declared further down does not exist yet; its name becomes a `LaterName`, which
only a reference may be, and which is looked up again when it is needed.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, ForwardRef


@dataclass(frozen=True, slots=True)
class LaterName:
    """A name that is not defined yet; whatever an annotation does with it, it stays one."""

    name: str

    def __or__(self, other: object) -> LaterName:
        return self

    __ror__ = __or__

    def __getitem__(self, _arguments: object) -> LaterName:
        return self

    def __call__(self, *_arguments: object, **_named: object) -> LaterName:
        """Return the same: `Length(1, 200)` in an annotation, not imported."""
        return self

    def __getattr__(self, name: str) -> LaterName:
        # `typing` asks what it is given for attributes of this form.
        if name.startswith("__"):
            raise AttributeError(name)
        return LaterName(f"{self.name}.{name}")


class _Names(dict[str, Any]):
    """Names as a function's body would see them; an unknown one is a `LaterName`."""

    def __init__(self, local: Mapping[str, Any], module: Mapping[str, Any]) -> None:
        super().__init__()
        self._places = (local, module, vars(builtins))

    def __missing__(self, name: str) -> Any:
        for place in self._places:
            if name in place:
                return place[name]
        return LaterName(name)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a class is declared.

    Attributes:
        file: its path as Python knows it.
        line: of the `class` statement.
        module: the names of its module.
        local: the names of the function around it; of the module again outside of any.
    """

    file: str
    line: int
    module: Mapping[str, Any]
    local: Mapping[str, Any]

    def __str__(self) -> str:
        return self.place(self.line)

    def place(self, line: int) -> str:
        """Return `file:line`, the file relative to the working directory if it is below."""
        path = Path(self.file)
        here = Path.cwd()
        return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{line}"

    def evaluate(self, annotation: Any) -> Any:
        """Return what an annotation means; names that are not known become `LaterName`s."""
        if isinstance(annotation, ForwardRef):
            annotation = annotation.__forward_arg__
        if not isinstance(annotation, str):
            return annotation
        return eval(annotation, {}, _Names(self.local, self.module))  # noqa: S307  (the module's own text)

    def look_up(self, name: str) -> Any:
        """Return what a name means by now; None where it is still unknown."""
        found = _Names(self.local, self.module)[name]
        return None if isinstance(found, LaterName) else found

    def line_of(self, class_name: str, attribute: str) -> int:
        """Return the line on which a class declares an attribute; that of the class if unsure."""
        source = "".join(linecache.getlines(self.file))
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return self.line
        classes = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.name == class_name
        ]
        # Of several of one name, in functions for example, the one that is meant.
        for node in sorted(classes, key=lambda one: abs(one.lineno - self.line))[:1]:
            for statement in node.body:
                if attribute in _declared_by(statement):
                    return statement.lineno
        return self.line


def _declared_by(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case _:
            return []


def find_origin(depth: int) -> Origin:
    """Return where the class statement stands, so many calls above the caller."""
    frame: FrameType | None = sys._getframe(depth + 1)  # noqa: SLF001  (the one way to the names around a class)
    if frame is None or inspect.currentframe() is None:  # pragma: no cover  (CPython has frames)
        return Origin("<unknown>", 0, {}, {})
    return Origin(
        file=frame.f_code.co_filename,
        line=frame.f_lineno,
        module=frame.f_globals,
        local=frame.f_locals,
    )
