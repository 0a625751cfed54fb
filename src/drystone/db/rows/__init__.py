"""Rows from the database: as models, structs, tuples, or as JSON that PostgreSQL wrote."""
