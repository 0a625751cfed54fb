"""Expressions over columns: typed to write, plain data to compile."""
