"""Drystone whole: the application with its default middleware chain."""

from __future__ import annotations
