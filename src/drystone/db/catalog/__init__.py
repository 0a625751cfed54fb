"""What a PostgreSQL schema holds, as plain records read from its catalogue."""
