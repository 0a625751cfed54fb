"""Every fault of a value against a type, each with its place and a plain sentence.

`msgspec` stops at the first fault. When it has refused a document, the document is
decoded untyped and walked here beside the type's description (`msgspec.inspect`), so
that the caller learns of all faults at once. This way is only taken for refusals; it
may be slow, but not without bound: the document is within its limits, and at most
`MAX_VIOLATIONS` faults are listed.

`msgspec` stays the judge: where it converts text to a value (dates, UUIDs, base64) it
is asked again, leaf by leaf (`constraints`). Fields that a type does not have are
faults here even where the type would let them pass: a mistyped field must never be
dropped silently.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_origin

import msgspec
from msgspec import inspect as mi

from drystone.errors import Violation
from drystone.schema.constraints import (
    accepts_kind,
    count_of,
    describe_type,
    judge_key,
    judge_leaf,
    judge_length,
)
from drystone.schema.json_pointer import format_pointer
from drystone.schema.json_scan import MAX_VIOLATIONS
from drystone.schema.own_bounds import compile_bounds, judge_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    DecHook = Callable[[type, Any], Any]
    Path = tuple[str | int, ...]
    WithFields = mi.StructType | mi.DataclassType | mi.TypedDictType

# Comparing names is quadratic in their length.
_MAX_SUGGESTED_CHARACTERS = 64


def collect_violations(
    node: mi.Type, value: object, *, dec_hook: DecHook | None = None
) -> list[Violation]:
    """Return every fault of an untyped JSON value, in the order of the declaration.

    Args:
        node: the description of the type, from `msgspec.inspect.type_info`.
        value: dicts, lists, strings, numbers, booleans and None.
        dec_hook: what makes the types that `msgspec` does not know.

    >>> class Point(msgspec.Struct):
    ...     x: int
    ...     y: int
    >>> for fault in collect_violations(mi.type_info(Point), {"x": "1", "z": 2}):
    ...     print(fault.pointer, fault.code, fault.detail)
    /x type must be an integer
    /y required is required
    /z unknown_field is not a known field
    """
    collector = _Collector(dec_hook)
    collector.visit(node, value, ())
    return collector.violations


def allows_unknown_fields(node: mi.Type) -> bool:
    """Tell whether `msgspec` would skip an unknown field somewhere in this type."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, mi.DataclassType | mi.TypedDictType):
            return True
        if isinstance(one, mi.StructType) and not one.forbid_unknown_fields:
            return True
        waiting.extend(_parts(one))
    return False


def _parts(node: mi.Type) -> Iterator[mi.Type]:
    """Yield the types that a type is made of."""
    match node:
        case mi.Metadata():
            yield node.type
        case mi.UnionType():
            yield from node.types
        case mi.CollectionType():
            yield node.item_type
        case mi.TupleType():
            yield from node.item_types
        case mi.DictType():
            yield from (node.key_type, node.value_type)
        case mi.StructType() | mi.NamedTupleType():
            yield from (field.type for field in node.fields)
        case _:
            pass


class _Collector:
    """Walks a type's description and a value side by side."""

    def __init__(self, dec_hook: DecHook | None) -> None:
        self.violations: list[Violation] = []
        self._dec_hook = dec_hook
        self._strict: dict[int, bool] = {}

    def visit(self, node: mi.Type, value: Any, path: Path) -> None:
        """Check one value against one type."""
        match node:
            case mi.Metadata():
                self._visit_bounded(node, value, path)
            case mi.AnyType() | mi.RawType():
                pass
            case mi.UnionType():
                self._visit_union(node, value, path)
            case mi.CustomType():
                self._visit_custom(node, value, path)
            case _ if not accepts_kind(node, value):
                self._report(path, "type", f"must be {describe_type(node)}")
            case mi.StructType() if self._is_sound(node, value):
                pass
            case mi.StructType() if node.array_like:
                self._visit_array_struct(node, value, path)
            case mi.StructType():
                self._visit_tag(node, value, path)
                self._visit_fields(node, value, path)
            case mi.DataclassType() | mi.TypedDictType():
                self._visit_fields(node, value, path)
            case mi.DictType():
                self._visit_dict(node, value, path)
            case mi.CollectionType():
                self._report_all(path, judge_length(node, len(value), "items"))
                for index, item in enumerate(value):
                    self.visit(node.item_type, item, (*path, index))
            case mi.TupleType():
                size = len(node.item_types)
                self._visit_row(node.item_types, size, value, path)
            case mi.NamedTupleType():
                required = sum(field.required for field in node.fields)
                self._visit_row([field.type for field in node.fields], required, value, path)
            case _:
                self._report_all(path, judge_leaf(node, value))

    def _is_sound(self, node: mi.StructType, value: Any) -> bool:
        """Ask `msgspec` first, where its yes is enough: most items of a bulk are sound.

        It is not where unknown fields would be skipped, or bounds are our own.
        """
        if len(self.violations) >= MAX_VIOLATIONS:
            return True
        if id(node) not in self._strict:
            self._strict[id(node)] = not (
                allows_unknown_fields(node) or compile_bounds(node) is not None
            )
        return self._strict[id(node)] and self._converts(node.cls, value)

    def _converts(self, wanted: type, value: Any) -> bool:
        try:
            msgspec.convert(value, wanted, dec_hook=self._dec_hook)
        except msgspec.ValidationError:
            return False
        return True

    def _visit_bounded(self, node: mi.Metadata, value: Any, path: Path) -> None:
        """Check a type, and then the bound that it carries for us."""
        before = len(self.violations)
        self.visit(node.type, value, path)
        judge = judge_of(node)
        if judge is not None and len(self.violations) == before:
            self._report_all(path, iter(judge(value)))

    def _visit_fields(self, node: WithFields, value: dict[str, Any], path: Path) -> None:
        """Check an object's members against declared fields, by their encoded names."""
        before = len(self.violations)
        tag = node.tag_field if isinstance(node, mi.StructType) else None
        known = {field.encode_name for field in node.fields}
        for field in node.fields:
            here = (*path, field.encode_name)
            if field.encode_name in value:
                self.visit(field.type, value[field.encode_name], here)
            elif field.required:
                self._report(here, "required", "is required")
        read_only = getattr(node.cls, "__read_only__", ())
        for name in value:
            if name in read_only and name not in known:
                self._report((*path, name), "read_only", "is kept by the server, and cannot be set")
            elif name not in known and name != tag:
                self._report((*path, name), "unknown_field", _unknown(name, sorted(known)))
        if len(self.violations) == before:
            self._visit_post_init(node, value, path)

    def _visit_post_init(self, node: WithFields, value: Any, path: Path) -> None:
        """Let the type's own rules speak, once its fields are sound."""
        # The origin, for Made[int] does not show the methods of Made.
        if not hasattr(get_origin(node.cls) or node.cls, "__post_init__"):
            return
        try:
            msgspec.convert(value, node.cls, dec_hook=self._dec_hook)
        except msgspec.ValidationError as error:
            if isinstance(error.__cause__, ValueError | TypeError):
                self._report(path, "format", str(error.__cause__))

    def _visit_tag(self, node: mi.StructType, value: dict[str, Any], path: Path) -> None:
        """Check the tag of a Struct; outside a union it may be left out."""
        name = node.tag_field
        if name is None or name not in value:
            return
        tag = value[name]
        if type(tag) is not type(node.tag) or tag != node.tag:
            self._report((*path, name), "enum", f"must be {_quote(node.tag)}")

    def _visit_array_struct(self, node: mi.StructType, value: list[Any], path: Path) -> None:
        """Check a Struct that is sent as an array, its tag first."""
        types: list[mi.Type] = [field.type for field in node.fields]
        required = max((i for i, field in enumerate(node.fields, 1) if field.required), default=0)
        if node.tag is not None:
            types.insert(0, mi.LiteralType((node.tag,)))
            required += 1
        before = len(self.violations)
        # Without forbid_unknown_fields, a longer array is a newer client's: msgspec skips it.
        self._visit_row(types, required, value, path, closed=node.forbid_unknown_fields)
        if len(self.violations) == before:
            self._visit_post_init(node, value, path)

    def _visit_row(
        self,
        types: Sequence[mi.Type],
        required: int,
        value: list[Any],
        path: Path,
        *,
        closed: bool = True,
    ) -> None:
        """Check an array in which each place has its own type."""
        if len(value) < required:
            self._report(path, "too_short", f"must hold at least {count_of(required, 'items')}")
        if closed and len(value) > len(types):
            self._report(path, "too_long", f"must hold at most {count_of(len(types), 'items')}")
        for index, (node, item) in enumerate(zip(types, value, strict=False)):
            self.visit(node, item, (*path, index))

    def _visit_dict(self, node: mi.DictType, value: dict[str, Any], path: Path) -> None:
        self._report_all(path, judge_length(node, len(value), "keys"))
        for name, item in value.items():
            self._report_all((*path, name), judge_key(node.key_type, name))
            self.visit(node.value_type, item, (*path, name))

    def _visit_union(self, node: mi.UnionType, value: Any, path: Path) -> None:
        """Check against the member that the value was meant for."""
        members = node.types
        bare = [_bare(member) for member in members]
        structs = [one for one in bare if isinstance(one, mi.StructType) and one.tag is not None]
        candidates = [member for member in members if accepts_kind(member, value)]
        if not candidates:
            choices = " or ".join(dict.fromkeys(describe_type(member) for member in members))
            self._report(path, "type", f"must be {choices}")
        elif len(structs) > 1 and any(_bare(one) in structs for one in candidates):
            self._visit_tagged(structs, value, path)
        else:
            attempts = [self._attempt(member, value, path) for member in candidates]
            for fault in min(attempts, key=len):
                self._add(fault)

    def _visit_tagged(self, structs: list[mi.StructType], value: Any, path: Path) -> None:
        """Find a tagged union's member by its tag, and check against that one."""
        field = structs[0].tag_field
        place: str | int = 0 if isinstance(value, list) else str(field)
        tag = value.get(field, _ABSENT) if isinstance(value, dict) else (value or [_ABSENT])[0]
        if tag is _ABSENT:
            self._report((*path, place), "required", "is required")
            return
        for struct in structs:
            if type(struct.tag) is type(tag) and struct.tag == tag:
                self.visit(struct, value, path)
                return
        tags = ", ".join(_quote(struct.tag) for struct in structs)
        self._report((*path, place), "enum", f"must be one of {tags}")

    def _visit_custom(self, node: mi.CustomType, value: Any, path: Path) -> None:
        try:
            msgspec.convert(value, node.cls, dec_hook=self._dec_hook)
        except msgspec.ValidationError as error:
            own = isinstance(error.__cause__, ValueError | TypeError)
            detail = str(error.__cause__) if own else "does not have the expected form"
            self._report(path, "format", detail)

    def _attempt(self, node: mi.Type, value: Any, path: Path) -> list[Violation]:
        attempt = _Collector(self._dec_hook)
        attempt.visit(node, value, path)
        return attempt.violations

    def _report(self, path: Path, code: str, detail: str) -> None:
        self._add(Violation(code=code, detail=detail, pointer=format_pointer(path)))

    def _report_all(self, path: Path, faults: Iterator[tuple[str, str]]) -> None:
        for code, detail in faults:
            self._report(path, code, detail)

    def _add(self, fault: Violation) -> None:
        if len(self.violations) < MAX_VIOLATIONS:
            self.violations.append(fault)


_ABSENT = object()


def _bare(node: mi.Type) -> mi.Type:
    return _bare(node.type) if isinstance(node, mi.Metadata) else node


def _unknown(name: str, known: list[str]) -> str:
    """Say that a field is unknown, and which known one was probably meant."""
    near = difflib.get_close_matches(name[:_MAX_SUGGESTED_CHARACTERS], known, 1)
    return f'is not a known field; did you mean "{near[0]}"?' if near else "is not a known field"


def _quote(tag: object) -> str:
    return f'"{tag}"' if isinstance(tag, str) else str(tag)
