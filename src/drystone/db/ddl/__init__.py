"""From models to the statements that create their tables. Not needed to serve requests."""
