"""The command: measure, and write bench/results/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench import machine, report
from bench.api.contenders import CATALOGUE as API_CATALOGUE
from bench.api.report import render_markdown as render_api
from bench.api.section import measure_api
from bench.api.section import write as write_api
from bench.data.contenders import CONTENDERS, LOADS
from bench.data.report import render_markdown as render_data
from bench.data.section import measure_data
from bench.data.section import write as write_data
from bench.idle import raise_file_limit
from bench.rounds import WARM_UP_SECONDS, Plan, measure
from bench.servers import CATALOGUE
from bench.studies.section import study
from bench.studies.section import write as write_studies
from bench.workloads import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS = Path(__file__).parent / "results"

QUICK_ROUNDS = 2
QUICK_API_ROUNDS = 1
QUICK_SECONDS = 1.0
ROUNDS = 5
# Of the API, where each round takes minutes.
API_ROUNDS = 3

# These have contenders, databases and files of results of their own.
DATA = "data"
API = "api"
# No comparison, but what a page of docs/ shows: made where it is asked for by name.
STUDIES = "studies"
SECTIONS = (DATA, API, STUDIES)


class Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between them, each one of a known set."""

    name = "names"

    def __init__(self, known: Sequence[str]) -> None:
        self._known = tuple(known)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names in their known order."""
        wanted = str(value).split(",")
        unknown = [name for name in wanted if name not in self._known]
        if unknown:
            self.fail(f"{', '.join(unknown)} is not one of {', '.join(self._known)}", param, ctx)
        return tuple(name for name in self._known if name in wanted)


_SERVER_NAMES = tuple(
    dict.fromkeys([*(one.name for one in CATALOGUE), *(one.name for one in API_CATALOGUE)])
)


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--only",
    type=Names(_SERVER_NAMES),
    default=",".join(_SERVER_NAMES),
    help=f"Servers, with commas between them: {', '.join(_SERVER_NAMES)}.",
)
@click.option(
    "--workloads",
    type=Names((*NAMES, *SECTIONS)),
    default=",".join((*NAMES, DATA, API)),
    help=f"Workloads, with commas between them: {', '.join((*NAMES, *SECTIONS))}. All but "
    f"{STUDIES} where not given.",
)
@click.option(
    "--rounds", type=click.IntRange(min=1), help=f"[default: {ROUNDS}, of the API {API_ROUNDS}]"
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=2.0,
    show_default=True,
    help="Length of each load.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Rounds of one second, two or one: a look, not a measurement.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=RESULTS,
    help="Directory of the results; bench/results where not given.",
)
def main(
    only: tuple[str, ...],
    workloads: tuple[str, ...],
    rounds: int | None,
    seconds: float,
    quick: bool,
    output: Path,
) -> None:
    """Measure Drystone and its peers in turns; write JSON, Markdown and a picture."""
    if not sys.platform.startswith("linux"):
        raise click.ClickException("the measurement reads /proc and binds cores: it needs Linux")
    raise_file_limit()
    cores = machine.split_cores()
    facts = machine.describe(cores)
    api_rounds = QUICK_API_ROUNDS if quick else rounds or API_ROUNDS
    rounds = QUICK_ROUNDS if quick else rounds or ROUNDS
    seconds = QUICK_SECONDS if quick else seconds
    plan = Plan(
        servers=[server for server in CATALOGUE if server.name in only],
        workloads=[name for name in workloads if name not in SECTIONS],
        rounds=rounds,
        seconds=seconds,
        core=cores.server,
    )
    if plan.workloads:
        _measure_servers(plan, facts, output)
    if DATA in workloads:
        turns = rounds * len(CONTENDERS) * len(LOADS)
        click.echo(f"The data layer: about {turns * (seconds + 2) / 60:.0f} minutes.", err=True)
        run = measure_data(
            facts, rounds=rounds, seconds=seconds, postgres_core=cores.server, tell=_tell
        )
        write_data(run, output)
        click.echo(render_data(run))
    if API in workloads:
        run = measure_api(
            facts, names=only, rounds=api_rounds, seconds=seconds, cores=cores, tell=_tell
        )
        write_api(run, output)
        click.echo(render_api(run))
    if STUDIES in workloads:
        write_studies(study(facts, seconds=seconds, tell=_tell))


def _measure_servers(plan: Plan, facts: Mapping[str, str], output: Path) -> None:
    click.echo(f"About {estimated_minutes(plan):.0f} minutes.", err=True)
    results = measure(plan, _tell)
    measured = {server for _, server in results.samples}
    run = report.Run(
        machine=facts,
        versions={s.name: s.version() for s in plan.servers if s.name in measured},
        rounds=plan.rounds,
        seconds=plan.seconds,
        results=results,
    )
    click.echo(report.render_markdown(run))
    write(run, output)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def estimated_minutes(plan: Plan) -> float:
    """Return how long the plan will take, starts and stops of servers included."""
    start_and_stop_seconds = 1.5
    each = start_and_stop_seconds + WARM_UP_SECONDS + plan.seconds
    return sum(each for _ in plan.turns()) / 60


def write(run: report.Run, directory: Path) -> None:
    """Write the three files of a run; without matplotlib, two."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.json").write_text(report.render_json(run))
    (directory / "results.md").write_text(report.render_markdown(run))
    try:
        from bench import picture  # noqa: PLC0415 - matplotlib is slow to import, and may be absent

        picture.draw(run.results, directory / "results.svg")
    except ImportError as error:
        click.echo(f"No picture: {error}", err=True)
    click.echo(f"Written to {directory}.", err=True)


if __name__ == "__main__":
    main()
