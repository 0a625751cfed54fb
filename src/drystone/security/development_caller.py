"""`X-Drystone-Caller`: in development a request may say by itself who sends it.

    X-Drystone-Caller: 01890000-0000-7000-8000-000000000001
    X-Drystone-Caller: 01890000-0000-7000-8000-000000000001; roles=admin,editor

    caller  = id [ OWS ";" OWS "roles=" roles ]
    id      = UUID                                RFC 9562, section 4, in any case
    roles   = role *( OWS "," OWS role )          at most 32
    role    = 1*64( ALPHA / DIGIT / "_" / "-" / "." / ":" )

It stands inside of what makes answers of errors, and before the application's own
middleware. Nothing is checked: whoever can send the field is whom they say. So production
never honours it, and does not pass over it either: a request that carries it is refused,
for whoever sent it counts on being somebody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import UUID

from drystone.errors import BadRequest, Violation
from drystone.security.caller import GUEST_ROLE, Caller, set_caller

if TYPE_CHECKING:
    from drystone.http.request import Request
    from drystone.http.response import Response
    from drystone.routing.chain import Handler

HEADER: Final = "X-Drystone-Caller"
MAX_ROLES: Final = 32

_FIELD: Final = HEADER.lower()
_ID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ROLE: Final = r"[A-Za-z0-9_.:-]{1,64}"
_CALLER: Final = re.compile(rf"({_ID})(?:[ \t]*;[ \t]*roles=({_ROLE}(?:[ \t]*,[ \t]*{_ROLE})*+))?")


class DevelopmentCaller:
    """Make whom a request names its caller.

    Args:
        is_refused: whether a request that names one is refused, as in production.
    """

    def __init__(self, *, is_refused: bool) -> None:
        self._is_refused = is_refused

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Leave the caller with the request, then go on.

        Raises:
            BadRequest: the field is not of its form, or not for this environment.
        """
        field = request.headers.get(_FIELD)
        if field is not None:
            if self._is_refused:
                raise _refuse("unknown_field", "is for development alone")
            set_caller(request, read_caller(field))
        return await proceed(request)


def read_caller(field: str) -> Caller:
    """Return whom a field names.

    Args:
        field: its value; repeated fields, joined by commas, name nobody.

    Raises:
        BadRequest: it is not of its form.

    >>> read_caller("01890000-0000-7000-8000-000000000001; roles=admin").roles
    frozenset({'admin'})
    """
    found = _CALLER.fullmatch(field)
    if found is None:
        raise _refuse("format", "must be a UUID, or a UUID; roles=one,another")
    roles = frozenset(one.strip(" \t") for one in found[2].split(",")) if found[2] else frozenset()
    if len(roles) > MAX_ROLES:
        raise _refuse("limit", f"must name at most {MAX_ROLES} roles")
    if GUEST_ROLE in roles:
        raise _refuse("format", "names the role guest; leave the field out to be a guest")
    return Caller(id=UUID(found[1]), roles=roles)


def _refuse(code: str, what: str) -> BadRequest:
    detail = f"{HEADER} {what}."
    return BadRequest(detail, errors=[Violation(code=code, detail=detail, header=HEADER)])
