"""PostgreSQL: the only layer that speaks SQL."""
