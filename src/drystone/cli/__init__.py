"""The `drystone` command."""
