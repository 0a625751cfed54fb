"""Fields that will go: whoever uses one is told so in the answer.

    app.resource(Task, deprecated_fields={Task.estimate_hours: Deprecation(since=…)})

A request uses a field where it names it: in its body, in `fields`, `sort` or `expand`, as a
filter or in `filter=`. That a row shows it unasked is no use: `Deprecation` speaks of the
whole answer (RFC 9745, section 2), so every row's answer would tell of a field that most
callers never look at, and a warning that is always there is read by nobody. The
description marks the field in rows and bodies alike.

The body is read ahead and put back, for resources that have such fields and no others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from drystone.errors import InvalidParameter
from drystone.http.body import Body
from drystone.http.request import MAX_JSON_BYTES
from drystone.observe.deprecated_use import DEPRECATED_USE
from drystone.routing.middleware.deprecated import proceed_and_announce

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.resources.declaration import Resource
    from drystone.routing.chain import Handler

_LISTS: Final = frozenset({"fields", "sort", "expand"})
# Names in an expression; what stands in quotes is a value.
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class DeprecatedFields:
    """Tell of the deprecated fields that a request uses.

    Args:
        resource: declares them.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._by_name: dict[str, str] = {}
        for name in resource.deprecated_fields:
            self._by_name[name] = name
            for column in resource.info.columns:
                if column.name == name:
                    self._by_name[column.attribute] = name

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Find the fields, go on, and complete the answer."""
        said = {*_names_of_query(request), *await _names_of_body(request)}
        used = {self._by_name[name] for name in said if name in self._by_name}
        if not used:
            return await proceed(request)
        for name in sorted(used):
            DEPRECATED_USE.count("field", f"{self._resource.name}.{name}")
        deprecations = [self._resource.deprecated_fields[name] for name in sorted(used)]
        return await proceed_and_announce(request, proceed, deprecations)


def _names_of_query(request: Request) -> Iterator[str]:
    try:
        query = request.query
    except InvalidParameter:
        return  # refused by whoever reads it for what it says
    for name in query:
        for value in query.get_all(name):
            if name in _LISTS:
                for listed in value.split(","):
                    whole = listed.removeprefix("-")
                    yield from (whole, whole.partition(".")[0])
            elif name == "filter":
                yield from _NAME.findall(_QUOTED.sub("", value))
        yield name.partition("[")[0]


async def _names_of_body(request: Request) -> Iterator[str]:
    if request.body.is_empty:
        return iter(())
    content = await request.bytes(max_bytes=MAX_JSON_BYTES)
    request.body = Body.of(content)
    try:
        body: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return iter(())  # likewise
    return _names_in(body)


def _names_in(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        return
    yield from body
    for kind in ("create", "update"):  # of a bulk request
        items = body.get(kind)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield from item
