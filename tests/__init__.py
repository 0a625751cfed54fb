"""The tests; `tests.postgres` is the database they share."""
