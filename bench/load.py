"""Many requests: run a load generator and read its summary.

Both generators end their output with one line of JSON: wrk by wrk/summary.lua,
the built-in one by itself. The generator runs in a process of its own, on the
core that the harness is bound to and the server is not.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.probe import ANSWER_TIMEOUT_SECONDS, HOST, Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.workloads import Workload

CONNECTIONS = 64

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Load:
    """What a load generator saw.

    Attributes:
        requests: answered requests.
        seconds: how long it ran.
        p50_ms: half of the answers came within this.
        p99_ms: all but one in a hundred did.
        errors: answers other than 2xx and 3xx, broken connections, time-outs.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int


def parse_summary(output: str) -> Load:
    """Read the last line of a load generator's output.

    Raises:
        Unmeasurable: the output does not end with a summary.

    >>> parse_summary('{"requests":9,"duration_us":3000000,"p50_us":200,"p99_us":900,"errors":0}')
    Load(requests=9, seconds=3.0, p50_ms=0.2, p99_ms=0.9, errors=0)
    """
    last = output.strip().rpartition("\n")[2]
    try:
        summary = json.loads(last)
        return Load(
            requests=summary["requests"],
            seconds=summary["duration_us"] / 1e6,
            p50_ms=summary["p50_us"] / 1e3,
            p99_ms=summary["p99_us"] / 1e3,
            errors=summary["errors"],
        )
    except (ValueError, KeyError, TypeError):
        raise Unmeasurable(f"the load generator said {last[:80]!r}") from None


def generator_name() -> str:
    """Return which load generator this machine has."""
    return "wrk" if shutil.which("wrk") else "built-in"


def put_load(port: int, workload: Workload, *, seconds: float) -> Load:
    """Load a server with one workload and return what came of it.

    Raises:
        Unmeasurable: the load generator failed, or nothing was answered.
    """
    command = _wrk_command if generator_name() == "wrk" else _builtin_command
    return _run(command(port, workload, seconds), seconds=seconds)


def put_requests(port: int, requests: Path, *, seconds: float) -> Load:
    """Load a server with the requests of a file, again and again.

    Args:
        port: of the server.
        requests: a file as `wrk/requests.lua` describes it.
        seconds: how long.

    Raises:
        Unmeasurable: the load generator failed, or nothing was answered.
    """
    if generator_name() == "wrk":
        url = f"http://{HOST}:{port}"
        options = (*_wrk_options(seconds), f"--timeout={ANSWER_TIMEOUT_SECONDS:g}s")
        command = (*options, "--script=requests.lua", url, "--", str(requests))
    else:
        command = (*_builtin_options(port, "/", seconds), f"--requests={requests}")
    return _run(command, seconds=seconds)


def _run(command: Sequence[str], *, seconds: float) -> Load:
    done = subprocess.run(
        command,
        cwd=_HERE / "wrk" if generator_name() == "wrk" else _HERE.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 30,
    )
    if done.returncode:
        raise Unmeasurable(f"the load generator failed: {done.stderr.strip()[-80:]}")
    load = parse_summary(done.stdout)
    if not load.requests:
        raise Unmeasurable("no request was answered under load")
    return load


def _wrk_command(port: int, workload: Workload, seconds: float) -> Sequence[str]:
    script = "varied.lua" if workload.varied else "identical.lua"
    return (*_wrk_options(seconds), f"--script={script}", f"http://{HOST}:{port}{workload.path}")


def _wrk_options(seconds: float) -> Sequence[str]:
    duration = f"--duration={max(1, round(seconds))}s"
    return ("wrk", "--threads=1", f"--connections={CONNECTIONS}", duration)


def _builtin_command(port: int, workload: Workload, seconds: float) -> Sequence[str]:
    varied = ("--varied",) if workload.varied else ()
    return (*_builtin_options(port, workload.path, seconds), *varied)


def _builtin_options(port: int, path: str, seconds: float) -> Sequence[str]:
    command = (sys.executable, "-m", "bench.generator", HOST, str(port), path)
    return (*command, f"--connections={CONNECTIONS}", f"--seconds={seconds}")
