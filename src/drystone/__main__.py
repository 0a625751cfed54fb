"""`python -m drystone` is the `drystone` command."""

from drystone.cli.main import main

if __name__ == "__main__":
    main()
