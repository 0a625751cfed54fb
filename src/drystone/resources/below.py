"""A resource below the rows that one of its references leads to: `/projects/{id}/tasks`.

The list is the whole list with one filter more, which the address gives: all parameters
but that filter are there, and cursors are bound to the row. A new row has its reference
from the address; its own address is the usual one. Of a row that is not there, deleted or
not to be seen, everything below is 404.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.query.select import select
from drystone.errors import NotFound
from drystone.resources.asking.read_list import ListReader
from drystone.resources.writing.bodies import creation_body
from drystone.resources.writing.fixed_reference import FixedReference
from drystone.schema.strict_json import JSONDecoder

if TYPE_CHECKING:
    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.resources.declaration import Resource
    from drystone.resources.handlers import Handlers
    from drystone.resources.named_field import NamedField


class Below:
    """The handlers of a resource below one kind of rows.

    Args:
        resource: the resource.
        parent: its reference to those.
        handlers: of the whole resource.
    """

    def __init__(self, resource: Resource, parent: NamedField, handlers: Handlers) -> None:
        self._parent = parent
        self._handlers = handlers
        self._lists = ListReader(resource, parent=parent)
        self._body = JSONDecoder(creation_body(resource, parent=parent))

    async def list(self, request: Request) -> Response:
        """Answer the list of rows that refer to the one in the address."""
        asked = self._lists.read(request.query, parent_id=request.params["id"])
        await self._find_parent(request)
        return await self._handlers.answer_list(request, asked)

    async def create(self, request: Request) -> Response:
        """Answer with a new row that refers to the one in the address."""
        # Whoever may create none is told so, whatever row it would be below.
        self._handlers.permissions(request).of("create")
        await self._find_parent(request)
        fixed = FixedReference(self._parent.info, request.params["id"], self._body)
        return await self._handlers.answer_creation(request, fixed)

    async def _find_parent(self, request: Request) -> None:
        """Return if there is such a live row that the caller may see.

        Raises:
            NotFound: there is none.
        """
        model = self.target
        scope = self._handlers.permissions(request).for_model(model).scope_of_one()
        query = select(model.id).where(model.id == request.params["id"])
        if scope is not None:
            query = query.within(scope)
        if await self._handlers.db.joined(query) is None:
            raise NotFound

    @property
    def target(self) -> type[Any]:
        """The model of the rows below which the resource is."""
        reference = self._parent.info.reference
        assert reference is not None, "it is declared as one"  # noqa: S101  (our own fault)
        return reference.resolve()
