"""What every test can ask for: see the modules named here."""

pytest_plugins = ["tests.postgres"]
