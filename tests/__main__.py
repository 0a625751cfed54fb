"""`make test`: every test and every documented example, with branch coverage of src/.

    python -m tests                  all of them; fails below 90 % coverage
    python -m tests tests/unit -k x  any arguments of pytest; no coverage

Processes that tests start are measured as well, wherever they inherit the environment:
a `sitecustomize` of this run begins the measurement in each of them. The last line is
pytest's own summary, so that it is not lost above the table of coverage.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
MIN_COVERAGE_PERCENT = 90
MAX_WORKERS = 8

_SUMMARY = re.compile(r"\b\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s")
# pytest's exit codes after which every test was run: all passed, some failed.
_FINISHED = (0, 1)
_START_MEASURING = "import coverage\ncoverage.process_startup()\n"


def main(arguments: Sequence[str]) -> int:
    """Run the tests; return the exit code of this process."""
    if arguments:
        return subprocess.run([*_pytest(), *arguments], cwd=ROOT, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="drystone-coverage-") as directory:
        environ = _measured(Path(directory))
        places = ("tests", "src", "examples")
        code, summary = _run([*_pytest(), "--doctest-modules", *places], environ)
        covered = _report(environ)
    print(f"\n{summary or 'pytest gave no summary; see above'}")
    if code not in _FINISHED:
        print(f"pytest broke off with exit code {code}: not every test was run, see above")
    if not covered:
        print(f"branch coverage of src/ is below {MIN_COVERAGE_PERCENT} %: see the table above")
    return code or int(not covered)


def count_workers() -> int:
    """Return how many processes run tests: one for each processor that we may use."""
    return max(1, min(len(os.sched_getaffinity(0)), MAX_WORKERS))


def find_summary(lines: Sequence[str]) -> str:
    """Return pytest's closing line; empty where there is none.

    >>> find_summary(["x", "=== 1 failed, 2 passed in 0.10s ===", ""])
    '=== 1 failed, 2 passed in 0.10s ==='
    """
    return next((line for line in reversed(lines) if _SUMMARY.search(line)), "")


def _pytest() -> list[str]:
    workers = ["-n", str(count_workers()), "--dist", "worksteal"]
    return [sys.executable, "-m", "pytest", "-q", "-p", "tests.reporting", *workers]


def _measured(directory: Path) -> dict[str, str]:
    """Return an environment in which every Python process is measured."""
    (directory / "sitecustomize.py").write_text(_START_MEASURING)
    path = os.pathsep.join(filter(None, [str(directory), os.environ.get("PYTHONPATH")]))
    return os.environ | {
        "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"),
        # Absolute: processes run in directories of their own.
        "COVERAGE_FILE": str(directory / "data"),
        "PYTHONPATH": path,
    }


def _run(command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str]:
    """Run pytest and show what it says; return its exit code and closing line."""
    lines = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return process.returncode, find_summary(lines)


def _report(environ: Mapping[str, str]) -> bool:
    """Print the table of coverage; tell whether it is enough."""
    coverage = [sys.executable, "-m", "coverage"]
    plain = {name: text for name, text in environ.items() if name != "COVERAGE_PROCESS_START"}
    subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, env=plain, check=False)
    report = [*coverage, "report", f"--fail-under={MIN_COVERAGE_PERCENT}"]
    return subprocess.run(report, cwd=ROOT, env=plain, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
