"""The workshop as `drystone serve` finds it: with the settings of its environment."""

from tests.integration.resources.served.workshop import make_app

app = make_app()
