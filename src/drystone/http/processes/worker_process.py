"""A worker, as the supervisor sees it: a process, a pipe and two deadlines.

    spawn ──► STARTING ──► READY ──► STOPPING ──► ended
                 └───────────────────────┴──────► ended, or killed past its deadline

It is started with `posix_spawn`'s cheapness (`vfork`), never by a bare `fork`: a new
interpreter shares no state with this one.
"""

from __future__ import annotations

import enum
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.worker_config import Readiness, WorkerConfig
from drystone.http.server.listener import Listener

_HELD_BACK: Final = {signal.SIGINT, signal.SIGHUP}
_READ_BYTES: Final = 65_536
_FAILED_END_SECONDS: Final = 5.0


class State(enum.Enum):
    """Where a worker is in its life."""

    STARTING = enum.auto()
    READY = enum.auto()
    STOPPING = enum.auto()


class WorkerProcess:
    """One worker process; made by `spawn`.

    Attributes:
        slot: the number it is called by in the log.
        generation: how often the workers had been replaced when it was started.
        failure: why it will never be ready, once it has said so.
        state: where it is in its life.
        since: when it came there (monotonic).
        took: how many seconds it needed to become ready.
        deadline: when it is killed if it is still there (monotonic).
        heard_out: whether its pipe has ended or has said all there is.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        readiness_fd: int,
        *,
        slot: int,
        generation: int,
        deadline: float,
    ) -> None:
        self._process = process
        self._readiness_fd = readiness_fd
        self._said = b""
        self.heard_out = False
        self.slot = slot
        self.generation = generation
        self.failure: Readiness | None = None
        self.state = State.STARTING
        self.since = time.monotonic()
        self.took = 0.0
        self.deadline = deadline

    @classmethod
    def spawn(
        cls,
        config: ServeConfig,
        listeners: Sequence[Listener],
        *,
        lifeline_fd: int,
        slot: int,
        generation: int = 0,
    ) -> WorkerProcess:
        """Start a worker.

        Args:
            config: its orders are derived from it.
            listeners: the sockets that it inherits.
            lifeline_fd: the pipe that ends with us.
            slot: the number it is called by in the log.
            generation: how often the workers were replaced before.

        Raises:
            OSError: the system has no room for another process.
        """
        orders_out, orders_in = os.pipe()
        readiness_out, readiness_in = os.pipe()
        listener_fds = tuple(listener.socket.fileno() for listener in listeners)
        orders = WorkerConfig.derive(
            config,
            listener_fds=listener_fds,
            readiness_fd=readiness_in,
            lifeline_fd=lifeline_fd,
        )
        # Both are let in by the worker once it has said what it does with them.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
        try:
            process = subprocess.Popen(  # noqa: S603  (this interpreter, our module)
                [sys.executable, "-m", "drystone.http.processes.worker", str(orders_out)],
                pass_fds=(*listener_fds, orders_out, readiness_in, lifeline_fd),
            )
        except BaseException:
            os.close(readiness_out)
            os.close(orders_in)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(orders_out)
            os.close(readiness_in)
        # A worker that is dead already is noticed by its end.
        with suppress(BrokenPipeError), open(orders_in, "wb") as pipe:  # noqa: PTH123  (no path)
            pipe.write(orders.encode())
        os.set_blocking(readiness_out, False)
        deadline = time.monotonic() + config.start_timeout_seconds
        return cls(process, readiness_out, slot=slot, generation=generation, deadline=deadline)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds in the present state."""
        return time.monotonic() - self.since

    def fileno(self) -> int:
        """Readable when `hear` has something new, unless `heard_out`."""
        return self._readiness_fd

    def hear(self) -> None:
        """Read what a starting worker says, and take it up once it is complete."""
        if self.state is not State.STARTING or self.heard_out:
            return
        readiness = self._read_readiness()
        if readiness is None:
            return
        if readiness.failure is None:
            self.took = self.age
            self._enter(State.READY, deadline=math.inf)
        else:
            self.failure = readiness
            # It ends by itself, unless the application left a thread running.
            self.deadline = time.monotonic() + _FAILED_END_SECONDS

    def _read_readiness(self) -> Readiness | None:
        with suppress(BlockingIOError):
            while piece := os.read(self._readiness_fd, _READ_BYTES):
                self._said += piece
            self.heard_out = True
        line, newline, _ = self._said.partition(b"\n")
        if not newline:
            return None
        self.heard_out = True
        return Readiness.decode(line)

    def poll(self) -> int | None:
        """Return the exit code once it has ended; minus the signal that ended it."""
        return self._process.poll()

    def stop(self, *, within_seconds: float) -> None:
        """Tell it to end in order, and when it is killed if it has not."""
        self._enter(State.STOPPING, deadline=time.monotonic() + within_seconds)
        self._process.terminate()

    def stop_now(self, *, within_seconds: float) -> None:
        """Tell it to end at once, and when it is killed if it cannot hear."""
        self._enter(State.STOPPING, deadline=time.monotonic() + within_seconds)
        self._process.send_signal(signal.SIGQUIT)

    def kill(self) -> None:
        """End it now."""
        self.deadline = math.inf  # once is enough
        self._process.kill()

    def close(self) -> None:
        """Let go of the pipe of a worker that has ended."""
        os.close(self._readiness_fd)

    def _enter(self, state: State, *, deadline: float) -> None:
        self.state = state
        self.since = time.monotonic()
        self.deadline = deadline


def describe_exit(code: int) -> str:
    """Say how a process ended.

    >>> describe_exit(-9), describe_exit(3)
    ('killed by SIGKILL', 'exit code 3')
    """
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
