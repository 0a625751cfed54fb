"""RFC 7396: a patch laid over a JSON document."""

from __future__ import annotations

from typing import Any


def merge_patch(target: object, patch: object) -> Any:
    """Return the document that a patch makes of another; neither is changed.

    Members of the patch replace those of the target, and null takes one away; anything
    but an object replaces the whole (section 2).

    >>> merge_patch({"a": {"b": 1, "c": 2}}, {"a": {"b": None}, "d": [1]})
    {'a': {'c': 2}, 'd': [1]}
    >>> merge_patch([1], {"a": {"b": None}})
    {'a': {}}
    """
    if not isinstance(patch, dict):
        return patch
    merged: dict[str, Any] = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
