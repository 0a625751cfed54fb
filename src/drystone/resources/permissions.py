"""What the caller of one request may do with the rows of one resource.

Stands between the rules and the statements: each act's rule is asked, and what it grants
becomes conditions that the statement of that act carries. What no row can change about
(nobody may create, a guest may change nothing) is refused before any statement.

    list, read                 scope()    read; of deleted rows `deleted` as well
    create                     of()       the row that was written, by `create`
    replace, patch, revert     of()       the row as it was and as it became, by `update`
    delete, restore, purge     of()       the row as it is
    history, as_of             of_past()  the present row, by `read` and `history`

Statuses: what is not seen is 404, what is seen and may not be changed 403; a guest gets
401 for the latter. Which rows of other models are seen, through references or beside a row,
is `visible`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from drystone.db.history.author import Author
from drystone.db.query.expansions import all_visible
from drystone.errors import Forbidden, NotFound, Problem
from drystone.resources.permission import PastPermission, Permission
from drystone.schema.model.model_meta import describe
from drystone.security.author import author_of
from drystone.security.caller import GUEST
from drystone.security.grants import Grants, both, grants_of, refuse_read, refuse_write
from drystone.security.rules import NO_RULES, RowRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from drystone.db.query.expansions import Visible
    from drystone.http.request import Request
    from drystone.resources.asking.list_request import Deleted
    from drystone.resources.context import Context
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Predicate
    from drystone.security.grants import Grant

WriteAct: TypeAlias = Literal["create", "update", "delete", "restore", "purge"]


class Permissions:
    """What one caller may do with the rows of one resource.

    Args:
        model: of the rows.
        rules: of the resource.
        grants: what rules grant the caller.
        others: the rules of every model that has some.
        author: as whom the history knows the caller; made of the grants where not given.

    Attributes:
        caller: who it is.
        author: as whom the history knows the caller.
        visible: tells which rows of a model are seen beside a row, and through references.
    """

    __slots__ = ("_grants", "_model", "_others", "_rules", "author", "caller", "visible")

    def __init__(
        self,
        model: type[Any],
        rules: RowRules = NO_RULES,
        *,
        grants: Grants | None = None,
        others: Mapping[type[Any], RowRules] | None = None,
        author: Author | None = None,
    ) -> None:
        self._model = model
        self._rules = rules
        self._grants = grants or Grants(GUEST)
        self._others = others or {}
        self.caller = self._grants.caller
        self.author = author or Author(actor=self.caller.name)
        self.visible: Visible = self._see if self._others else all_visible

    @classmethod
    def of_request(cls, request: Request, resource: Resource, context: Context) -> Self:
        """Return what the caller of a request may do."""
        return cls(
            resource.model,
            resource.rules,
            grants=grants_of(request),
            others=context.rules,
            author=author_of(request),
        )

    def for_model(self, model: type[Any]) -> Permissions:
        """Return what the caller may do with the rows of another model, by its own rules."""
        return Permissions(
            model,
            self._others.get(model, NO_RULES),
            grants=self._grants,
            others=self._others,
            author=self.author,
        )

    def scope(self, deleted: Deleted = "exclude") -> Predicate | None:
        """Return which rows a list shows; None for all.

        Args:
            deleted: whether deleted rows are asked for.

        Raises:
            Forbidden: there are none to be seen, or deleted rows are not for this caller.
            NotFound: there are none for a guest.
        """
        read = self._grants.ask(self._rules.read)
        if read is False:
            raise refuse_read(self.caller)
        return self._scope_of(both(read, self._of_deleted(deleted)))

    def scope_of_one(self, deleted: Deleted = "exclude") -> Predicate | None:
        """Return which rows can be read by their ids; None for all.

        Raises:
            Forbidden: deleted rows are asked for, and not for this caller.
            NotFound: there is no row to be seen.
        """
        of_deleted = self._of_deleted(deleted)
        read = self._grants.ask(self._rules.read)
        if read is False:
            raise NotFound
        return self._scope_of(both(read, of_deleted))

    def of(self, act: WriteAct) -> Permission:
        """Return what may be written.

        Raises:
            Forbidden: no row can be created.
            Unauthenticated: nothing can be written by a guest.
            NotFound: there is no row to be seen.
        """
        granted = self._grants.ask(self._rules.of(act))
        if granted is False and (act == "create" or self.caller.is_guest):
            raise refuse_write(self.caller)
        writes_new = act in ("create", "update") and not isinstance(granted, bool)
        if act == "create":
            seen: Grant = True
        else:
            seen = self._grants.ask(self._rules.read)
            if seen is False:
                raise NotFound
            if act in ("restore", "purge"):
                seen = both(seen, self._live_or(granted, self._grants.ask(self._rules.deleted)))
        # Said once where one rule stands for both.
        rows = True if act == "create" or granted is seen else granted
        return Permission(
            seen=self._scope_of(seen),
            rows=self._scope_of(rows),
            result=self._scope_of(granted) if writes_new else None,
            visible=self.visible,
            caller=self.caller,
        )

    def check_any(self, acts: Sequence[WriteAct]) -> None:
        """Return if one of some acts may be granted for some row.

        Raises:
            Problem: as `of` does for the first of them.
        """
        refusals: list[Problem] = []
        for act in acts:
            try:
                self.of(act)
            except Problem as refusal:
                refusals.append(refusal)
            else:
                return
        raise refusals[0]

    def of_past(self, deleted: Deleted = "exclude") -> PastPermission:
        """Return whose past may be told.

        Args:
            deleted: whether that of deleted rows is asked for.

        Raises:
            Forbidden: deleted rows are asked for, and not for this caller.
            NotFound: there is no row to be seen, or no past to be told to a guest.
        """
        self._of_deleted(deleted)
        read, past, gone = (
            self._grants.ask(one)
            for one in (self._rules.read, self._rules.history, self._rules.deleted)
        )
        if read is False or (past is False and self.caller.is_guest):
            raise NotFound
        return PastPermission(
            seen=self._scope_of(both(read, self._live_or(gone))),
            rows=self._scope_of(True if past is read else past),
            tells_gone=read is True and past is True and gone is True,
            caller=self.caller,
        )

    def granted(self, act: str) -> Grant:
        """Return what the rule of an act grants, whatever that of `read` says."""
        rule = getattr(self._rules, act)
        return self._grants.ask(rule)

    def _of_deleted(self, deleted: Deleted) -> Grant:
        """Return which rows may be shown because of `deleted=`."""
        if deleted == "exclude":
            return True
        granted = self._grants.ask(self._rules.deleted)
        if granted is False:
            raise Forbidden("Deleted rows are not for this caller.")
        return self._live_or(granted)

    def _live_or(self, *granted: Grant) -> Grant:
        """Return live rows, and those deleted ones that are granted."""
        if any(one is True for one in granted) or not describe(self._model).soft_delete:
            return True
        those = {id(one): one for one in granted if not isinstance(one, bool)}
        live: Predicate = self._model.deleted_at.is_null()
        for one in those.values():
            live |= one
        return live

    def _scope_of(self, granted: Grant) -> Predicate | None:
        if granted is True:
            return None
        return no_row(self._model) if granted is False else granted

    def _see(self, model: type[Any]) -> Predicate | None:
        rules = self._others.get(model)
        if rules is None:
            return None
        seen = self._grants.ask(rules.read)
        if describe(model).soft_delete and self._grants.ask(rules.deleted) is not True:
            live: Predicate = model.deleted_at.is_null()
            seen = both(seen, live)
        if seen is True:
            return None
        return no_row(model) if seen is False else seen


def no_row(model: type[Any]) -> Predicate:
    """Return a condition that no row fulfils; PostgreSQL knows it without looking."""
    nothing: Predicate = model.id.is_null()
    return nothing
