"""From one catalogue to another: the differences, their SQL, and migrations of it."""
