"""Lists and single rows: what was asked for, as bytes that PostgreSQL wrote."""
