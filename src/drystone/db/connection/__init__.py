"""One connection to PostgreSQL: statements held prepared, deadlines, errors translated."""
