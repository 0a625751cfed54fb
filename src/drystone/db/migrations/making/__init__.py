"""From models to migration files: what changed, what a person says of it, the files."""
