"""Row rules, asked when the application starts: a mistake in one must not wait for a caller.

Each is asked about a guest, whom rules forget most often, and about somebody without roles;
what it answers is compiled.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final
from uuid import UUID

from drystone.db.query.condition_text import condition_text
from drystone.resources.declaring.site import Site
from drystone.security.caller import GUEST, Caller
from drystone.security.rules import ask_rule, name_of_rule

if TYPE_CHECKING:
    from drystone.resources.declaration import Resource
    from drystone.security.rules import Rule

_SOMEBODY: Final = Caller(id=UUID("00000000-0000-7000-8000-000000000000"))


def check_rules(resource: Resource) -> None:
    """Return if every rule of a resource has an answer that its statements can carry.

    Raises:
        DeclarationError: one fails, answers with no bool or predicate, or with a predicate
            over another model.
    """
    site = Site(resource.model, resource.origin)
    for field in fields(resource.rules):
        rule: Rule | None = getattr(resource.rules, field.name)
        if rule is None:
            continue
        for who, caller in (("a guest", GUEST), ("a caller without roles", _SOMEBODY)):
            _check_answer(site, field.name, rule, who, caller)


def _check_answer(site: Site, act: str, rule: Rule, who: str, caller: Caller) -> None:
    named = f"{act}={name_of_rule(rule)}"
    try:
        answer = ask_rule(rule, caller)
    except Exception as error:
        mend = "; begin it with: if caller.id is None: return False" if caller.is_guest else ""
        raise site.error(f"has {named}, which fails for {who}: {error}{mend}") from error
    if isinstance(answer, bool):
        return
    try:
        condition_text(site.model, answer, table="Live", after=0)
    except ValueError as error:
        raise site.error(
            f"has {named}, which is not about {site.model.__name__} alone: {error}; put what is "
            "of other models into exists(select(…).where(…))"
        ) from error
