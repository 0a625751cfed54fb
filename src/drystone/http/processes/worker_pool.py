"""The workers of one supervisor: who serves, who starts, who is on the way out.

Each place for a worker is a `Slot`; it may hold a worker that serves and, while that
one is replaced, a second that starts. Workers that were told to end belong to no
slot: they are only waited for.

    slot      serving   starting
    empty     -         -          a start is due, now or after a delay
    first     -         worker     its end is a failed start
    normal    worker    -          its end is a death: start another
    replaced  worker    worker     ready: the old one is told to end;
                                   failed: the old one goes on

Nothing is remembered of what is to be done next: `advance` compares what is with what
should be and takes the steps that are due, so it can be called at any time and any
number of times. A worker is out of date when its `generation` is not the pool's.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from drystone.http.processes.backoff import Backoff
from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.worker_process import State, WorkerProcess, describe_exit
from drystone.http.server.listener import Listener

log = logging.getLogger("drystone.server")

# What a worker may take beyond its own deadlines, to stop its service.
_STOP_GRACE_SECONDS: Final = 5.0
# Once in a hurry: enough to hear that it is to end at once, if it can still hear.
_HURRY_SECONDS: Final = 1.0
# Replaced workers that may be ending at a time: each still has its memory.
_MAX_RETIRING: Final = 4


@dataclass(slots=True, eq=False)
class Slot:
    """One place for a worker; see the table in the module's description."""

    number: int
    serving: WorkerProcess | None = None
    starting: WorkerProcess | None = None
    start_at: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)

    @property
    def empty(self) -> bool:
        """Whether nobody is here, and a start is due at `start_at`."""
        return self.serving is None and self.starting is None


class WorkerPool:
    """Keep `config.workers` workers serving.

    Args:
        config: their orders.
        listeners: the sockets that they inherit.
        lifeline_fd: a pipe that ends with this process.

    Attributes:
        ever_ready: whether any worker ever was.
        failed: whether the first start failed: nobody will ever serve.
    """

    def __init__(
        self, config: ServeConfig, listeners: Sequence[Listener], *, lifeline_fd: int
    ) -> None:
        self._config = config
        self._listeners = listeners
        self._lifeline_fd = lifeline_fd
        self._slots = [Slot(number) for number in range(1, config.workers + 1)]
        self._retiring: list[WorkerProcess] = []
        self._generation = 0
        self._abandoned: int | None = None
        self._stop_at: float | None = None
        self.ever_ready = False
        self.failed = False

    @property
    def workers(self) -> Iterator[WorkerProcess]:
        """Every process that there is."""
        for slot in self._slots:
            if slot.serving is not None:
                yield slot.serving
            if slot.starting is not None:
                yield slot.starting
        yield from self._retiring

    @property
    def finished(self) -> bool:
        """Whether it was told to stop, and nobody is left."""
        return self._stop_at is not None and not any(True for _ in self.workers)

    @property
    def next_deadline(self) -> float:
        """When `advance` has something to do even if nothing happens (monotonic)."""
        deadlines = [worker.deadline for worker in self.workers]
        if self._stop_at is None:
            deadlines += [slot.start_at for slot in self._slots if slot.empty]
        elif self._stop_at != -math.inf:
            deadlines.append(self._stop_at)
        return min(deadlines, default=math.inf)

    def replace(self) -> None:
        """Replace every worker, one by one; while that goes on, once more after it."""
        self._generation += 1
        for slot in self._slots:
            slot.start_at = 0.0  # what kept it from living may be mended

    def stop(self, *, after_seconds: float = 0.0) -> None:
        """Start nobody any more; after a moment, tell everybody to end in order."""
        self._stop_at = time.monotonic() + after_seconds

    def hurry(self) -> None:
        """End everybody at once."""
        self._stop_at = -math.inf
        self._retire_all()
        for worker in self._retiring:
            worker.stop_now(within_seconds=_HURRY_SECONDS)

    def advance(self) -> None:
        """Take note of what happened, and take every step that is due."""
        now = time.monotonic()
        for worker in tuple(self.workers):
            worker.hear()
            code = worker.poll()
            if code is not None:
                self._bury(worker, code)
            elif now >= worker.deadline:
                _kill_overdue(worker)
        self._promote_ready()
        if self._stop_at is None:
            self._start_due(now)
            self._replace_next()
        elif now >= self._stop_at > -math.inf:
            self._stop_at = -math.inf
            self._retire_all()

    # Starting.

    def _start_due(self, now: float) -> None:
        for slot in self._slots:
            if slot.empty and now >= slot.start_at and not self.failed:
                self._start(slot)

    def _replace_next(self) -> None:
        """Start one worker in place of one that is out of date, if none is starting."""
        if self._generation == self._abandoned or len(self._retiring) >= _MAX_RETIRING:
            return
        if any(slot.starting is not None for slot in self._slots):
            return
        for slot in self._slots:
            if slot.serving is not None and slot.serving.generation != self._generation:
                self._start(slot)
                return

    def _start(self, slot: Slot) -> None:
        try:
            slot.starting = WorkerProcess.spawn(
                self._config,
                self._listeners,
                lifeline_fd=self._lifeline_fd,
                slot=slot.number,
                generation=self._generation,
            )
        except OSError as error:
            self._start_failed(slot, self._generation, f"no process can be started: {error}")

    def _promote_ready(self) -> None:
        for slot in self._slots:
            worker = slot.starting
            if worker is None or worker.state is not State.READY:
                continue
            log.info("worker %d ready (pid %d, after %.2f s)", slot.number, worker.pid, worker.took)
            old, slot.serving, slot.starting = slot.serving, worker, None
            self.ever_ready = True
            if old is not None:
                self._retire(old)

    # Ending.

    def _retire(self, worker: WorkerProcess) -> None:
        limits = self._config.limits
        worker.stop(
            within_seconds=limits.drain_delay_seconds + limits.drain_seconds + _STOP_GRACE_SECONDS
        )
        self._retiring.append(worker)

    def _retire_all(self) -> None:
        for slot in self._slots:
            for worker in (slot.serving, slot.starting):
                if worker is not None:
                    self._retire(worker)
            slot.serving = slot.starting = None

    def _bury(self, worker: WorkerProcess, code: int) -> None:
        """Take a worker that has ended off the books."""
        worker.close()
        if worker in self._retiring:
            self._retiring.remove(worker)
            log.info("worker %d ended (pid %d, %s)", worker.slot, worker.pid, describe_exit(code))
            return
        slot = self._slots[worker.slot - 1]
        if worker is slot.starting:
            slot.starting = None
            self._start_failed(slot, worker.generation, _explain_failure(worker, code))
            return
        slot.serving = None
        if self._stop_at is not None and code == 0:
            # It was told to by whoever told us, before we were about to.
            log.info("worker %d ended (pid %d, %s)", worker.slot, worker.pid, describe_exit(code))
            return
        delay = slot.backoff.next_delay(lived_seconds=worker.age)
        slot.start_at = time.monotonic() + delay
        log.error(
            "worker %d died (pid %d, %s); the next one starts in %.1f s",
            slot.number,
            worker.pid,
            describe_exit(code),
            delay,
        )

    def _start_failed(self, slot: Slot, generation: int, reason: str) -> None:
        if self._stop_at is not None or self.failed:
            return  # said already, or wanted
        if not self.ever_ready:
            self.failed = True
            log.critical("cannot start: %s", reason)
        elif slot.serving is not None:
            self._abandoned = generation
            log.error("worker %d is not replaced, the old one goes on: %s", slot.number, reason)
        else:
            delay = slot.backoff.next_delay(lived_seconds=0.0)
            slot.start_at = time.monotonic() + delay
            log.error(
                "worker %d cannot start; the next try is in %.1f s: %s", slot.number, delay, reason
            )


def _explain_failure(worker: WorkerProcess, code: int) -> str:
    if worker.failure is None:
        return f"{describe_exit(code)} before it was ready"
    if worker.failure.trace:
        log.debug("%s", worker.failure.trace)
    return worker.failure.failure or describe_exit(code)


def _kill_overdue(worker: WorkerProcess) -> None:
    log.error(
        "worker %d killed (pid %d): still %s after %.0f s",
        worker.slot,
        worker.pid,
        worker.state.name.lower(),
        worker.age,
    )
    worker.kill()
