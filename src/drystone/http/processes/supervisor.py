"""Keeps workers serving: starts them, restarts the dead, replaces and ends them.

`serve` is what `drystone serve` calls. The process that runs it holds the listening
sockets and little else: no application, no event loop of asyncio, so that there is
little in it that could fail, and each worker is a fresh interpreter. There is a
supervisor even for a single worker.

    SIGTERM, SIGINT   end all workers in order, then exit 0; a second one: at once
    SIGHUP            replace the workers one by one, each new one ready before the
                      old one is told to end; where the terminal that we were
                      started from is gone, the same as SIGTERM
    SIGCHLD           a worker ended: start another, after a delay that doubles

What happens when a worker cannot start:

    none was ever ready     its reason is logged, exit 1: the mend is somebody's work
    it replaces another     its reason is logged, the other goes on serving
    it was a restart        its reason is logged, and it is tried again

This file is the loop around `worker_pool`, where the above is decided: it waits for
a signal, a line from a worker, a changed file or a deadline, and lets the pool look.

Left out: watching over workers whose event loop is blocked (that is the business of
whoever asks `/healthz`), and SIGTTIN and SIGTTOU for more and fewer workers: a
terminal sends those for reasons of its own.
"""

from __future__ import annotations

import logging
import math
import os
import select
import signal
import time
from typing import Final

from drystone.http.processes.reload import ReloadUnavailable, Watcher
from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.signal_queue import SignalQueue
from drystone.http.processes.systemd import notify, take_listeners
from drystone.http.processes.worker_pool import WorkerPool
from drystone.http.server.listener import (
    AddressInvalid,
    Listener,
    ListenError,
    close_all,
    describe,
    open_listeners,
)

log = logging.getLogger("drystone.server")

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
# Longer than a round trip: handshakes that had begun come to their end.
_LAST_CALL_SECONDS: Final = 0.1
_STDIN: Final = 0


def serve(config: ServeConfig) -> int:
    """Serve until a signal ends it; return the exit code of this process.

    0 after SIGTERM or SIGINT, 1 when it could not start (the log says why), 128 and
    the signal's number when a second signal cut the end short.
    """
    # Nobody writes to this pipe. Its reader sees the end when we end, even by SIGKILL.
    lifeline_out, lifeline_in = os.pipe()
    listeners: list[Listener] = []
    watcher: Watcher | None = None
    try:
        listeners = find_listeners(config)
        if config.reload:
            watcher = Watcher.start(config.reload_dirs, lifeline_fd=lifeline_out)
        pool = WorkerPool(config, listeners, lifeline_fd=lifeline_out)
        return Supervisor(config, listeners, pool, watcher).run()
    except (ListenError, ReloadUnavailable) as error:
        log.critical("cannot start: %s", error)
        return 1
    finally:
        close_all(listeners)
        if watcher is not None:
            watcher.close()
        os.close(lifeline_in)
        os.close(lifeline_out)


def find_listeners(config: ServeConfig) -> list[Listener]:
    """Return the sockets that a service manager passed; else open the configured ones.

    Raises:
        ListenError: there are none, or they cannot be had.
    """
    passed = take_listeners(os.environ)
    if passed:
        return passed
    if not config.hosts and config.unix is None:
        raise AddressInvalid("nothing to listen on; give a host and port, or a Unix socket")
    return open_listeners(
        hosts=config.hosts,
        port=config.port,
        unix=config.unix,
        unix_mode=config.unix_mode,
        backlog=config.backlog,
    )


class Supervisor:
    """The loop of the process that holds the sockets.

    Args:
        config: what was asked for.
        listeners: the open sockets.
        pool: the workers.
        watcher: tells of changed files.
    """

    def __init__(
        self,
        config: ServeConfig,
        listeners: list[Listener],
        pool: WorkerPool,
        watcher: Watcher | None = None,
    ) -> None:
        self._config = config
        self._listeners = listeners
        self._pool = pool
        self._watcher = watcher
        self._has_terminal = os.isatty(_STDIN)
        self._manager = os.environ.get("NOTIFY_SOCKET")
        self._silence_at = math.inf
        self._announced = False
        self._ending = False
        self._exit_code = 0

    def run(self) -> int:
        """Serve; return the exit code."""
        with SignalQueue(_SIGNALS) as signals:
            log.info("starting, workers: %d", self._config.workers)
            while not self._pool.finished:
                self._advance()
                self._wait(signals)
                for number in signals.read():
                    self._obey(number)
        log.info("ended")
        return self._exit_code

    def _advance(self) -> None:
        """Take every step that is due."""
        if self._watcher is not None and not self._watcher.ended and not self._ending:
            self._look_for_changes(self._watcher)
        self._pool.advance()
        if self._pool.ever_ready and not self._announced and not self._ending:
            self._announce()
        if self._pool.failed and not self._ending:
            self._ending = True
            self._exit_code = 1
            self._pool.stop()
            self._pool.advance()
        if time.monotonic() >= self._silence_at:
            self._silence()

    def _wait(self, signals: SignalQueue) -> None:
        """Sleep until something happens or is due; what, `_advance` finds out."""
        if self._pool.finished:
            return
        poll = select.poll()
        poll.register(signals, select.POLLIN)
        if self._watcher is not None and not self._watcher.ended:
            poll.register(self._watcher, select.POLLIN)
        for worker in self._pool.workers:
            if not worker.heard_out:
                poll.register(worker, select.POLLIN)
        deadline = min(self._pool.next_deadline, self._silence_at)
        seconds = max(deadline - time.monotonic(), 0.0)
        poll.poll(None if math.isinf(seconds) else math.ceil(seconds * 1000))

    def _obey(self, number: signal.Signals) -> None:
        if number in {signal.SIGTERM, signal.SIGINT}:
            self._end(number)
        elif number is signal.SIGHUP:
            if self._has_terminal and not os.isatty(_STDIN):
                self._end(number)
            else:
                self._replace("SIGHUP")

    def _announce(self) -> None:
        self._announced = True
        secure = self._config.tls_cert is not None
        for listener in self._listeners:
            log.info("serving %s", describe(listener.socket, secure=secure))
        notify("READY=1", self._manager)

    def _replace(self, reason: str) -> None:
        if not self._ending:
            log.info("replacing the workers: %s", reason)
            self._pool.replace()

    def _look_for_changes(self, watcher: Watcher) -> None:
        for change in watcher.read():
            self._replace(f"{change} changed")
        if watcher.ended:
            log.error("the watcher for --reload ended; changes are no longer noticed")

    # Ending.

    def _end(self, number: signal.Signals) -> None:
        """Begin to end in order; at the second time, end at once."""
        if self._ending:
            log.warning("ending at once: %s again", number.name)
            self._exit_code = 128 + number
            self._pool.hurry()
            return
        self._ending = True
        log.info("ending in order: %s", number.name)
        notify("STOPPING=1", self._manager)
        # The workers take what is in the queue and close it at the end of their
        # delay. New clients are kept out from a moment before that.
        delay = self._config.limits.drain_delay_seconds
        if delay > _LAST_CALL_SECONDS:
            self._pool.stop()
            self._silence_at = time.monotonic() + delay - _LAST_CALL_SECONDS
        else:
            self._silence()
            self._pool.stop(after_seconds=_LAST_CALL_SECONDS)

    def _silence(self) -> None:
        """Let no new client in; from here on only the workers hold the sockets."""
        self._silence_at = math.inf
        for listener in self._listeners:
            listener.silence()
            listener.close()
