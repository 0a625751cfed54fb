"""Query parameters → an instance of the class that declares them; every fault at once.

    class Asked(msgspec.Struct):
        project: UUID
        limit: Annotated[int, Meta(ge=1, le=100)] = 20
        tags: list[str] = []

    asked = request.query.read(Asked)

`Query.read` stands before this, and adds the parameters that no field declares. The text
of each parameter becomes what stands for it in JSON (`query_texts`), and is judged from
there on like a member of a body: by `msgspec`, by bounds of our own, and for refusals by
`schema/validation.py`.

Invariants:
- A field without a default is a parameter that must be there. None is the value of one
  that is absent and says so by its default; no text means it.
- A list is one parameter with commas, as in `id[in]=a,b`, and not one that is repeated.
- What a class cannot be read as is said when it is declared, and not by a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import msgspec
from msgspec import inspect as mi

from drystone.errors import InvalidParameter, Violation
from drystone.http.parts.query_texts import bare_type, text_reader, without_null
from drystone.http.parts.text_fault import TextFault
from drystone.http.parts.value_list import split_list
from drystone.schema.own_bounds import compile_bounds
from drystone.schema.validation import collect_violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from drystone.http.parts.query_texts import ReadText

T = TypeVar("T")

_MEND: Final = (
    "write str, int, float, Decimal, bool, date, datetime, UUID, a Literal or an enum, "
    "or a list of one of these"
)


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A field, as it is read.

    Attributes:
        attribute: what the class calls it.
        name: what the query calls it.
        node: what its value is judged by; null is none of it.
        read: reads the text of a value, or of each value of a list.
        is_list: whether it has several.
        keeps: tells whether a value keeps to the bounds that `msgspec` does not know.
    """

    attribute: str
    name: str
    required: bool
    node: mi.Type
    read: ReadText
    is_list: bool
    keeps: Callable[[Any], bool] | None


class QueryReader(Generic[T]):
    """Reads one class.

    Args:
        wanted: a msgspec Struct or a dataclass.

    Raises:
        TypeError: it is something else, or has a field that no text can say.
    """

    __slots__ = ("_node", "_parameters", "_wanted", "names")

    names: tuple[str, ...]
    """The parameters, in the order of the fields."""

    def __init__(self, wanted: type[T]) -> None:
        node = _describe(wanted)
        self._wanted = wanted
        self._node = node
        self._parameters = [_parameter(wanted, field) for field in node.fields]
        self.names = tuple(one.name for one in self._parameters)

    def read(self, values: Mapping[str, Sequence[str]]) -> T:
        """Return the instance.

        Args:
            values: what was sent under each name; those that no field declares are not
                looked at.

        Raises:
            InvalidParameter: lists every fault, in the order of the fields.
        """
        plain: dict[str, Any] = {}
        faults: list[Violation] = []
        for one in self._parameters:
            texts = values.get(one.name)
            if texts is not None:
                plain[one.name] = _read(one, texts, faults)
            elif one.required:
                faults.append(_violation(one.name, "required", "is required"))
        if not faults:
            try:
                made = msgspec.convert(plain, self._wanted)
            except msgspec.ValidationError:
                raise InvalidParameter(errors=self._explain(plain)) from None
            if all(one.keeps is None or self._keeps(one, made, plain) for one in self._parameters):
                return made
        sound = {name: value for name, value in plain.items() if value is not _UNREAD}
        raise InvalidParameter(errors=[*faults, *self._judge(sound)])

    def _keeps(self, one: _Parameter, made: T, plain: dict[str, Any]) -> bool:
        # Defaults are the program's own word, as in bodies.
        return one.name not in plain or one.keeps is None or one.keeps(getattr(made, one.attribute))

    def _judge(self, plain: dict[str, Any]) -> Iterator[Violation]:
        for one in self._parameters:
            if one.name in plain:
                for fault in collect_violations(one.node, plain[one.name]):
                    yield _violation(one.name, fault.code, fault.detail, fault.pointer or "")

    def _explain(self, plain: dict[str, Any]) -> list[Violation]:
        """Return the faults of parameters that are none by themselves, or none together."""
        return list(self._judge(plain)) or [
            Violation(code=fault.code, detail=fault.detail)
            for fault in collect_violations(self._node, plain)
        ]


# The value of a parameter whose text cannot be read.
_UNREAD: Final = object()


def query_reader(wanted: type[T]) -> QueryReader[T]:
    """Return the reader of a class; it is built once and kept.

    Raises:
        TypeError: as for `QueryReader`.
    """
    made: QueryReader[T] = _kept_reader(cast("Any", wanted))
    return made


@lru_cache(maxsize=256)
def _kept_reader(wanted: Any) -> QueryReader[Any]:
    return QueryReader(wanted)


def _describe(wanted: Any) -> mi.StructType | mi.DataclassType:
    try:
        node = mi.type_info(wanted)
    except TypeError:
        node = mi.AnyType()
    except NameError as error:
        raise TypeError(
            f"{wanted.__name__} names a type that is not there when it is declared: {error}"
        ) from None
    if isinstance(node, mi.StructType) and (node.array_like or node.tag_field is not None):
        raise TypeError(f"{wanted.__name__} has a tag or is an array; write a plain Struct")
    if not isinstance(node, mi.StructType | mi.DataclassType):
        raise TypeError(f"{wanted!r} has no fields; write a msgspec Struct or a dataclass")
    return node


def _parameter(wanted: type, field: mi.Field) -> _Parameter:
    node = without_null(field.type)
    bare = bare_type(node)
    is_list = isinstance(bare, mi.ListType)
    try:
        read = text_reader(bare.item_type if isinstance(bare, mi.ListType) else node)
    except TypeError as error:
        what = f"holds what is {error}" if is_list else f"is {error}"
        raise TypeError(
            f"{wanted.__name__}.{field.name} {what}, which no query parameter can say; {_MEND}"
        ) from None
    keeps = compile_bounds(node)
    return _Parameter(field.name, field.encode_name, field.required, node, read, is_list, keeps)


def _read(one: _Parameter, texts: Sequence[str], faults: list[Violation]) -> Any:
    if len(texts) > 1:
        mend = "; write its values with commas between them" if one.is_list else ""
        faults.append(_violation(one.name, "duplicate", f"is there more than once{mend}"))
        return _UNREAD
    try:
        if not one.is_list:
            return one.read(texts[0])
        items = split_list(texts[0])
    except TextFault as fault:
        faults.append(_violation(one.name, fault.code, fault.phrase))
        return _UNREAD
    values = []
    for place, item in enumerate(items):
        try:
            values.append(one.read(item))
        except TextFault as fault:
            faults.append(_violation(one.name, fault.code, fault.phrase, f"/{place}"))
    return values if len(values) == len(items) else _UNREAD


def _violation(name: str, code: str, phrase: str, pointer: str = "") -> Violation:
    """Return a fault of a parameter, or of the value in its list that the pointer names."""
    if pointer:
        phrase = f"holds what it cannot: value {int(pointer[1:]) + 1} {phrase}"
    return Violation(code=code, detail=f'The parameter "{name}" {phrase}.', parameter=name)
