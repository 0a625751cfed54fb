"""Who sends a request, as row rules and handlers see them.

A middleware finds out who it is and leaves it with the request; whoever has not been told
apart is a guest, with the role `guest` and no other. Plain data: what a caller may do is
said by rules, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.http.request import Request

_KEY: Final = "drystone.caller"
GUEST_ROLE: Final = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody, or nobody in particular.

    Attributes:
        id: of the account; None for a guest.
        roles: those that the account has.
    """

    id: UUID | None = None
    roles: frozenset[str] = frozenset()

    @property
    def is_guest(self) -> bool:
        """Whether nobody knows who it is."""
        return self.id is None

    @property
    def name(self) -> str:
        """What the caller is called where one name is needed: the id, or `guest`.

        >>> Caller().name
        'guest'
        """
        return "guest" if self.id is None else str(self.id)


GUEST: Final = Caller(roles=frozenset({GUEST_ROLE}))


def caller_of(request: Request) -> Caller:
    """Return who sends a request; a guest, where nobody has found out."""
    found = request.state.get(_KEY)
    return found if isinstance(found, Caller) else GUEST


def set_caller(request: Request, caller: Caller) -> None:
    """Leave with a request who sends it; for the middleware that finds out."""
    request.state[_KEY] = caller
