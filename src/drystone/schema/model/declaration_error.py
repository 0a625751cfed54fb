"""A mistake in a model, told with its place and its mend."""

from __future__ import annotations


class DeclarationError(Exception):
    """A model cannot be used as it is declared: `app.py:9: Task.x …: write …`."""
