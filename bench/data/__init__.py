"""The data layer against other ways from Python to PostgreSQL, without HTTP."""
