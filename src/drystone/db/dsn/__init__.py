"""Connection strings: libpq's, read by us."""
