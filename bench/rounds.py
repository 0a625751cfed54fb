"""A B C A B C …: every server at every workload, again and again.

A machine is never quiet: it warms up, throttles, and has neighbours. Servers are
therefore not measured one after the other but in turns, so that a bad minute
hits all of them, and each turn starts from a fresh process.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.idle import IdleConnections, possible_connections
from bench.load import put_load
from bench.machine import busy_seconds
from bench.probe import Unmeasurable, await_answer, free_port
from bench.process import RunningServer, cpu_seconds, tree_megabytes, worker_megabytes
from bench.samples import Metric, Results
from bench.servers import ROOT
from bench.workloads import IDLE, LOADS, PROBED, STARTUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.servers import Server
    from bench.workloads import Workload

WARM_UP_SECONDS = 1.0

Sample = dict[Metric, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured, and for how long.

    Attributes:
        servers: in the order of their turns.
        workloads: names, in the order of their turns.
        rounds: how often each pair of them is measured.
        seconds: how long a load lasts, after a warm-up.
        core: the servers' core; None for any.
    """

    servers: Sequence[Server]
    workloads: Sequence[str]
    rounds: int
    seconds: float
    core: int | None

    def turns(self) -> Iterator[tuple[int, str, Server]]:
        """Yield each turn: its round, counted from 1, its workload and server.

        Memory does not vary from round to round, and takes long to measure: it
        is measured in the first round only.
        """
        for number in range(1, self.rounds + 1):
            for workload in self.workloads:
                if workload == IDLE and number > 1:
                    continue
                for server in self.servers:
                    if workload in server.workloads:
                        yield number, workload, server


def measure(plan: Plan, tell: Callable[[str], None]) -> Results:
    """Take every turn of the plan.

    Args:
        plan: what to measure.
        tell: is given one line per turn, for whoever waits.
    """
    results = Results()
    reasons = {
        server.name: server.missing()
        for server in plan.servers
        if not set(server.workloads).isdisjoint(plan.workloads)
    }
    for number, workload, server in plan.turns():
        if (workload, server.name) in results.skipped:
            continue
        try:
            if reason := reasons[server.name]:
                raise Unmeasurable(reason)
            sample = _take_turn(plan, workload, server)
        except Unmeasurable as failure:
            results.skip(workload, server.name, str(failure))
            tell(f"{number}  {workload:17} {server.name:15} skipped: {failure}")
        else:
            results.add(workload, server.name, sample)
            tell(f"{number}  {workload:17} {server.name:15} {_summary(sample)}")
    return results


def _take_turn(plan: Plan, workload: str, server: Server) -> Sample:
    if workload == STARTUP:
        return measure_startup(server, plan.core)
    if workload == IDLE:
        return measure_idle(server, plan.core)
    load = next(load for load in LOADS if load.name == workload)
    return measure_load(server, load, core=plan.core, seconds=plan.seconds)


def measure_load(server: Server, workload: Workload, *, core: int | None, seconds: float) -> Sample:
    """Start a server, see that it answers rightly, warm it up, and load it.

    Raises:
        Unmeasurable: it does not start, answers wrongly, or fails under load.
    """
    with _started(server, core) as (running, port):
        await_answer(running, port, workload)
        put_load(port, workload, seconds=WARM_UP_SECONDS)
        cpu_before = cpu_seconds(running.tree())
        busy_before = busy_seconds(core) if core is not None else 0.0
        load = put_load(port, workload, seconds=seconds)
        busy = busy_seconds(core) - busy_before if core is not None else None
        tree = running.tree()
        cpu = cpu_seconds(tree) - cpu_before
        if load.errors:
            raise Unmeasurable(f"{load.errors:,} errors in {load.requests:,} requests")
        sample = {
            Metric.REQUESTS_PER_SECOND: load.requests / load.seconds,
            Metric.CPU_US: cpu * 1e6 / load.requests,
            Metric.P50_MS: load.p50_ms,
            Metric.P99_MS: load.p99_ms,
            Metric.RSS_MB: tree_megabytes(tree),
        }
        if busy is not None:
            sample[Metric.OTHERS_SHARE] = max(0.0, busy - cpu) / load.seconds
        return sample


def measure_startup(server: Server, core: int | None) -> Sample:
    """Return the seconds from exec to the end of the first answer.

    Raises:
        Unmeasurable: the server does not start, or answers wrongly.
    """
    with _started(server, core) as (running, port):
        return {Metric.START_SECONDS: await_answer(running, port, PROBED)}


def measure_idle(server: Server, core: int | None) -> Sample:
    """Return the memory of a server at rest, and what idle connections add.

    Raises:
        Unmeasurable: the server does not start, answers wrongly, or does not
            keep the connections open.
    """
    with _started(server, core) as (running, port):
        await_answer(running, port, PROBED)
        alone = running.tree()
        with IdleConnections(port, PROBED.path, number=possible_connections()) as connections:
            crowded = running.tree()
            kept = connections.still_open()
        if kept < possible_connections():
            raise Unmeasurable(f"kept {kept:,} of {possible_connections():,} connections open")
        return {
            Metric.IDLE_MB: worker_megabytes(alone),
            Metric.TREE_MB: tree_megabytes(alone),
            Metric.ADDED_MB: tree_megabytes(crowded) - tree_megabytes(alone),
            Metric.CONNECTIONS: kept,
        }


@contextmanager
def _started(server: Server, core: int | None) -> Iterator[tuple[RunningServer, int]]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        try:
            running = RunningServer(
                server.command_on(port),
                environment=server.full_environment(),
                directory=ROOT,
                core=core,
                log=Path(scratch) / "server.log",
            )
        except OSError as error:
            raise Unmeasurable(f"cannot be started: {error.strerror}") from error
        with running:
            yield running, port


def _summary(sample: Sample) -> str:
    return "  ".join(f"{metric.value} {value:,.2f}" for metric, value in sample.items())
