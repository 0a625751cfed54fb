"""Statements from typed fields, and their compilation to SQL with parameters."""
