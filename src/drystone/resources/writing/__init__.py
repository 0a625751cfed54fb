"""Writes: create, replace, change, delete, restore, purge, and many at once."""
