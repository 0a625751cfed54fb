"""The application as its routes know it: its models, its migrations, and so its database."""

from __future__ import annotations

from pathlib import Path

from drystone import App
from examples.tasks.models import MODELS

app = App("Tasks", models=MODELS, migrations=Path(__file__).with_name("migrations"))
