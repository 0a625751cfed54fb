"""Where models, migration files and database do not agree."""
