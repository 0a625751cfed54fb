"""A PostgreSQL of our own, for development and tests: its binaries driven by us."""
