"""A B C A B C …: every contender, again and again, each time in a process of its own.

In its turn a contender is asked all its workloads, one after the other, the one that writes
last; then what it wrote is taken away. So a bad minute of the machine hits all of them, and
each begins with the same rows. The server has one core to itself; PostgreSQL's processes,
where we may say so, and the load generator share the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from bench.api.answers import Client, check_workload
from bench.api.database import remove_created
from bench.api.walk import check_walk, walk_requests
from bench.api.workloads import CREATE, WALKS, Request, requests_of
from bench.data.backends import backends, bind, running_seconds
from bench.load import put_requests
from bench.machine import busy_seconds
from bench.probe import KNOCK_SECONDS, START_TIMEOUT_SECONDS, Unmeasurable, free_port
from bench.process import RunningServer, cpu_seconds, tree_megabytes
from bench.samples import Metric, Results
from bench.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.api.contenders import Contender
    from bench.api.database import Databases
    from bench.api.workloads import Sample
    from bench.machine import Cores

WARM_UP_SECONDS = 1.0
# What a start, the checks and a stop take, about.
_AROUND_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPlan:
    """What is to be measured, and for how long.

    Attributes:
        contenders: in the order of their turns.
        rounds: how often each of them has its turn.
        seconds: how long a load lasts, after a warm-up.
        cores: the servers' and the load generator's.
        data: where PocketBase's rows lie; None where it does not take part.
    """

    contenders: Sequence[Contender]
    rounds: int
    seconds: float
    cores: Cores
    data: Path | None

    def turns(self) -> Iterator[tuple[int, Contender]]:
        """Yield each turn: its round, counted from 1, and its contender."""
        for number in range(1, self.rounds + 1):
            for one in self.contenders:
                yield number, one

    def estimated_minutes(self) -> float:
        """Return how long all of it will take, about."""
        each = self.seconds + WARM_UP_SECONDS
        seconds = (_AROUND_SECONDS + each * len(one.server.workloads) for _, one in self.turns())
        return sum(seconds) / 60


class Measurement:
    """All turns of a plan.

    Args:
        plan: what is to be measured.
        databases: for ours, and for the peers.
        sample: what is asked for.
        tell: is given one line for each load.
    """

    def __init__(
        self,
        plan: ApiPlan,
        databases: Databases,
        sample: Sample,
        tell: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._databases = databases
        self._sample = sample
        self._tell = tell
        self._results = Results()

    def run(self) -> Results:
        """Take every turn."""
        reasons = {one.name: one.server.missing() for one in self._plan.contenders}
        for number, one in self._plan.turns():
            if reason := reasons[one.name]:
                self._skip(one, reason, number)
                continue
            begun = datetime.now(UTC)
            try:
                with _started(one, self._environment(one), self._plan) as (server, port):
                    self._take(number, one, server, port)
            except Unmeasurable as failure:
                self._skip(one, str(failure), number)
            finally:
                if CREATE in one.server.workloads and not one.keeps_own_data:
                    asyncio.run(remove_created(self._url(one), since=begun))
        return self._results

    def _take(self, number: int, one: Contender, server: RunningServer, port: int) -> None:
        """Ask a contender all its workloads."""
        for workload in one.server.workloads:
            if (workload, one.name) in self._results.skipped:
                continue
            try:
                requests = self._checked(one, workload, port)
                sample = self._measure(one, server, port, requests)
            except (Unmeasurable, OSError, http.client.HTTPException) as failure:
                reason = str(failure) or repr(failure)
                self._results.skip(workload, one.name, reason)
                self._tell(f"{number}  {workload:12} {one.name:20} skipped: {reason}")
            else:
                self._results.add(workload, one.name, sample)
                self._tell(f"{number}  {workload:12} {one.name:20} {_summary(sample)}")

    def _checked(self, one: Contender, workload: str, port: int) -> Sequence[Request]:
        """Return the requests of a workload, once their answers were seen to be right."""
        with contextlib.closing(Client(port)) as client:
            if workload in WALKS:
                requests = walk_requests(client, workload)
                check_walk(client, workload, requests, self._sample)
                return requests
            check_workload(client, workload, one.dialect, self._sample)
            return requests_of(workload, one.dialect, self._sample)

    def _measure(
        self, one: Contender, server: RunningServer, port: int, requests: Sequence[Request]
    ) -> Mapping[Metric, float]:
        plan = self._plan
        with TemporaryDirectory(prefix="bench-") as scratch:
            file = Path(scratch) / "requests"
            file.write_text("".join(request.line() for request in requests))
            put_requests(port, file, seconds=WARM_UP_SECONDS)
            postgres = _Backends(None if one.keeps_own_data else self._url(one))
            postgres.bind(plan.cores.client)
            core = plan.cores.server
            cpu_before = cpu_seconds(server.tree())
            busy_before = busy_seconds(core) if core is not None else 0.0
            load = put_requests(port, file, seconds=plan.seconds)
            busy = busy_seconds(core) - busy_before if core is not None else 0.0
            tree = server.tree()
            cpu = cpu_seconds(tree) - cpu_before
            postgres_cpu = postgres.used_seconds()
        if load.errors:
            raise Unmeasurable(f"{load.errors:,} errors in {load.requests:,} requests")
        each = 1e6 / load.requests
        return {
            Metric.REQUESTS_PER_SECOND: load.requests / load.seconds,
            Metric.CPU_US: cpu * each,
            Metric.POSTGRES_CPU_US: postgres_cpu * each,
            Metric.CPU_SUM_US: (cpu + postgres_cpu) * each,
            Metric.P50_MS: load.p50_ms,
            Metric.P99_MS: load.p99_ms,
            Metric.RSS_MB: tree_megabytes(tree),
            Metric.OTHERS_SHARE: max(0.0, busy - cpu) / load.seconds,
        }

    def _skip(self, one: Contender, reason: str, number: int) -> None:
        for workload in one.server.workloads:
            self._results.skip(workload, one.name, reason)
        self._tell(f"{number}  {'':12} {one.name:20} skipped: {reason}")

    def _url(self, one: Contender) -> str:
        return self._databases.ours if one.is_ours else self._databases.peers

    def _environment(self, one: Contender) -> Mapping[str, str]:
        return {**one.server.full_environment(), "DATABASE_URL": self._url(one)}


class _Backends:
    """The CPU time of the processes behind a contender's connections.

    Args:
        url: of its database; None where PostgreSQL has no part in it.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._before = self._now()

    def bind(self, core: int | None) -> None:
        """Keep them on a core, where that is ours to say."""
        bind([*self._before], core)

    def used_seconds(self) -> float:
        """Return how long they have run since; those that have ended are not counted."""
        return sum(used - self._before.get(pid, 0.0) for pid, used in self._now().items())

    def _now(self) -> dict[int, float]:
        if self._url is None:
            return {}
        found = {}
        for pid in asyncio.run(_pids(self._url)):
            # Of another machine, or ended by now.
            with contextlib.suppress(OSError):
                found[pid] = running_seconds([pid])
        return found


async def _pids(url: str) -> list[int]:
    monitor: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(url)
    try:
        return await backends(monitor)
    finally:
        await monitor.close()


@contextlib.contextmanager
def _started(
    one: Contender, environment: Mapping[str, str], plan: ApiPlan
) -> Iterator[tuple[RunningServer, int]]:
    """Start a contender and wait until it answers anything at all.

    Raises:
        Unmeasurable: it does not.
    """
    port = free_port()
    with TemporaryDirectory(prefix="bench-") as scratch:
        data = Path(scratch) / "data"
        if one.keeps_own_data and plan.data is not None:
            # A copy for each turn, since it writes into it.
            shutil.copytree(plan.data, data)
        command = [part.replace("{data}", str(data)) for part in one.server.command_on(port)]
        try:
            running = RunningServer(
                command,
                environment=environment,
                directory=ROOT,
                core=plan.cores.server,
                log=Path(scratch) / "server.log",
            )
        except OSError as error:
            raise Unmeasurable(f"cannot be started: {error.strerror}") from error
        with running:
            await_any_answer(one, running, port)
            yield running, port


def await_any_answer(one: Contender, server: RunningServer, port: int) -> None:
    """Knock until somebody answers a request, whatever the answer.

    Raises:
        Unmeasurable: the server ended, or did not answer in time.
    """
    request = Request("GET", one.dialect.read.format(task=UUID(int=0)))
    deadline = time.perf_counter() + START_TIMEOUT_SECONDS
    while time.perf_counter() < deadline:
        with contextlib.closing(Client(port)) as client:
            try:
                client.ask(request)
            except (OSError, http.client.HTTPException):
                if server.ended:
                    raise Unmeasurable(f"did not start: {server.last_words()}") from None
                time.sleep(KNOCK_SECONDS)
            else:
                return
    raise Unmeasurable(f"no answer in {START_TIMEOUT_SECONDS:.0f} s: {server.last_words()}")


def _summary(sample: Mapping[Metric, float]) -> str:
    shown = (Metric.REQUESTS_PER_SECOND, Metric.CPU_US, Metric.POSTGRES_CPU_US, Metric.P99_MS)
    return "  ".join(f"{metric.value} {sample[metric]:,.1f}" for metric in shown)
