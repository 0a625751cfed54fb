"""`.env.example` names every setting with its default, and nothing else."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import re
from pathlib import Path

import pytest

from drystone.http.limits import Limits
from drystone.settings import Settings, SettingsReader, Variables
from drystone.settings.reader import variables_of

EXAMPLE = Path(__file__).parents[3] / ".env.example"
_LINE = re.compile(r"# ([A-Z][A-Z_]+)=(.*)")


def example() -> dict[str, str]:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    assert len(found) == len({match[1] for match in found}), "a name is there twice"
    return {match[1]: match[2] for match in found}


def test_it_names_every_setting_and_no_other() -> None:
    variables = [*variables_of(Settings), *variables_of(Limits)]
    files = {name for name in variables if name.removesuffix("_FILE") in {*variables} - {name}}
    assert set(example()) == set(variables) - files


def test_its_values_are_the_defaults() -> None:
    variables = Variables.from_process(example(), env_file=Path("/nonexistent/.env"))
    reader = SettingsReader(variables)
    settings, limits = reader.read(Settings), reader.read(Limits)
    reader.finish()
    assert settings == Settings()
    assert limits == Limits()


def test_nothing_in_it_is_set_and_each_name_is_explained(tmp_path: Path) -> None:
    copy = tmp_path / ".env"
    copy.write_text(EXAMPLE.read_text("utf-8"))
    variables = Variables.from_process({}, env_file=copy)
    assert (list(variables), variables.faults) == ([], ())
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        if _LINE.fullmatch(line):
            assert re.match(r"# .*[.;)*]$", before), f"{line} has no explanation"


@pytest.mark.parametrize("kind", [Settings, Limits])
def test_every_field_is_documented_where_it_is_declared(kind: type) -> None:
    for field in dataclasses.fields(kind):
        # Python 3.13 takes the common indentation away by itself.
        assert f"    {field.name}: " in inspect.cleandoc(kind.__doc__ or "")
