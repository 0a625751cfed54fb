"""The same as the reports, as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from drystone.cli.explain.rehearsal import Rehearsal
    from drystone.cli.explain.shown import ShownStatement
    from drystone.db.explain.index_wish import IndexWish
    from drystone.resources.index_check import Need


def report_document(
    title: str, rehearsal: Rehearsal, statements: Sequence[ShownStatement], needs: Iterable[Need]
) -> dict[str, Any]:
    """Return the report of a request; see `report_lines`."""
    made, route = rehearsal.generated, rehearsal.route
    return {
        "request": title,
        "status": rehearsal.status,
        "problem": _problem(rehearsal),
        "resource": made.resource.name if made else None,
        "operation": made.operation if made else None,
        "declared_at": route.origin if route else None,
        "statements": [_statement(one) for one in statements],
        "unserved": [need_document(one) for one in needs],
    }


def need_document(need: Need) -> dict[str, Any]:
    """Return what a resource may be asked for, and the index that it lacks."""
    return {
        "parameter": need.parameter,
        "served": need.is_served,
        "index": None if need.wish is None else _wish(need.wish),
        "note": need.note,
    }


def _problem(rehearsal: Rehearsal) -> Any:
    if not rehearsal.is_problem:
        return None
    try:
        return json.loads(rehearsal.body)
    except ValueError:
        return {"status": rehearsal.status}


def _statement(one: ShownStatement) -> dict[str, Any]:
    return {
        "sql": one.sql,
        "parameters": list(one.parameters),
        "milliseconds": round(one.milliseconds, 3),
        "times": one.times,
        "plan": None if one.plan is None else dataclasses.asdict(one.plan),
        "no_plan_because": one.reason,
        "tables": [dataclasses.asdict(way) for way in one.accesses],
        "rows_examined": one.examined,
        "rows_in_result": one.returned,
        "warnings": [
            {"text": each.text, "mend": each.mend, "indexes": [_wish(wish) for wish in each.wishes]}
            for each in one.warnings
        ],
    }


def _wish(wish: IndexWish) -> dict[str, str]:
    return {
        "declaration": wish.declaration,
        "model": wish.model.model.__name__,
        "origin": wish.model.origin,
    }
