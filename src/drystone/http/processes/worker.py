"""One worker process: `python -m drystone.http.processes.worker CONFIG_FD`.

The supervisor starts it, hands it the listening sockets and its orders
(`worker_config`), and waits for one line. From then on they speak by signals:

    SIGTERM             end in order: see `server`; exit 0. Again, it says nothing new:
                        a service manager sends it to the whole process group, and
                        the supervisor sends it as well
    SIGQUIT             end now; exit 5
    SIGHUP              look for a renewed TLS certificate now, not within ten seconds
    SIGINT              ignored: Ctrl-C reaches the whole process group, and the
                        supervisor is the one to act on it
    lifeline ends       the supervisor is dead: let go of the sockets, finish what is
                        in flight, exit 4

    exit code   means
    0           ended in order, as it was told
    1           an error of ours, after it was ready; the traceback is on stderr
    2           called wrongly: there is no configuration
    3           could not start; the one line says why
    4           ended in order because the supervisor was gone
    5           ended at once, at SIGQUIT

A worker that was told to end before it was ready ends by SIGTERM's default action.

This process, and only it, imports the application, the event loop and TLS.
"""

from __future__ import annotations

import asyncio
import enum
import gc
import importlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

from drystone.http.parts.forwarded import TrustedProxies
from drystone.http.processes.serve_config import LoopName
from drystone.http.processes.service_factory import make_service
from drystone.http.processes.start_failure import describe_failure
from drystone.http.processes.worker_config import Readiness, WorkerConfig
from drystone.http.server.server import Server
from drystone.http.server.tls import CertificateFiles, ServerTLS, TLSError
from drystone.http.service import Service

log = logging.getLogger("drystone.server")

_CERTIFICATE_CHECK_SECONDS: Final = 10.0


class Exit(enum.IntEnum):
    """How a worker ended; see the table in the module's description."""

    ENDED = 0
    MISUSED = 2
    NOT_STARTED = 3
    ORPHANED = 4
    CUT_SHORT = 5


class Worker:
    """Serves until it is told to end.

    Args:
        config: the orders.
        service: what is served.
        tls: set for https.
    """

    def __init__(self, config: WorkerConfig, service: Service, tls: ServerTLS | None) -> None:
        self._config = config
        self._tls = tls
        self._server = Server(
            service,
            [socket.socket(fileno=fd) for fd in config.listener_fds],
            limits=config.limits,
            proxies=parse_proxies(config.trusted_proxies),
            tls=tls.context if tls is not None else None,
        )
        self._end: asyncio.Future[Exit] | None = None

    async def run(self, *, on_ready: Callable[[], None]) -> Exit:
        """Serve; return why it ended."""
        loop = asyncio.get_running_loop()
        end: asyncio.Future[Exit] = loop.create_future()
        self._end = end
        await self._server.start()
        # What is alive now lives as long as the process: the collector need not
        # look at it again and again.
        gc.collect()
        gc.freeze()
        loop.add_signal_handler(signal.SIGTERM, self._terminate)
        loop.add_signal_handler(signal.SIGQUIT, _end_now)
        loop.add_signal_handler(signal.SIGHUP, self._check_certificate)
        loop.add_reader(self._config.lifeline_fd, self._supervisor_died)
        if self._tls is not None:
            self._check_certificate_regularly(loop)
        on_ready()
        reason = await end
        # Without a supervisor the address is let go at once: the next one wants it.
        await self._server.stop(delay_seconds=0.0 if reason is Exit.ORPHANED else None)
        return reason

    def _terminate(self) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_result(Exit.ENDED)

    def _supervisor_died(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._config.lifeline_fd)
        if self._end is None or self._end.done():
            return
        log.error("worker ends: its supervisor is gone")
        self._end.set_result(Exit.ORPHANED)

    def _check_certificate_regularly(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(_CERTIFICATE_CHECK_SECONDS, self._check_certificate_regularly, loop)
        self._check_certificate()

    def _check_certificate(self) -> None:
        if self._tls is None:
            return
        try:
            renewed = self._tls.refresh()
        except TLSError as error:
            log.error(  # noqa: TRY400  (one line says it all)
                "the certificate of before goes on: %s", error
            )
            return
        if renewed:
            log.info("TLS certificate renewed")
            if self._tls.warning:
                log.warning("%s", self._tls.warning)


def _end_now() -> None:
    log.warning("worker ends at once: told to")
    os._exit(Exit.CUT_SHORT)


def load_tls(config: WorkerConfig) -> ServerTLS | None:
    """Return the TLS that the orders ask for.

    Raises:
        TLSError: the certificate cannot be used.
    """
    if config.tls_cert is None:
        return None
    tls = ServerTLS(
        CertificateFiles(
            certificate=config.tls_cert,
            key=config.tls_key,
            password_file=config.tls_password_file,
        )
    )
    if tls.warning:
        log.warning("%s", tls.warning)
    return tls


def parse_proxies(text: str) -> TrustedProxies | None:
    """Return the trusted proxies; None where none are named."""
    return TrustedProxies.parse(text) if text.strip() else None


def choose_loop(name: LoopName) -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes the event loop.

    Raises:
        ImportError: uvloop is asked for and not installed.
    """
    if name != "asyncio":
        try:
            uvloop = importlib.import_module("uvloop")
        except ImportError:
            if name == "uvloop":
                raise
        else:
            new_event_loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
            return new_event_loop
    return asyncio.new_event_loop


def run(config: WorkerConfig) -> Exit:
    """Start, tell the supervisor, serve; return how it ended."""
    told = False

    def tell(readiness: Readiness) -> None:
        nonlocal told
        told = True
        _write(config.readiness_fd, readiness.encode())

    try:
        worker = Worker(config, make_service(config.factory, config.arguments), load_tls(config))
        with asyncio.Runner(loop_factory=choose_loop(config.loop)) as runner:
            return runner.run(worker.run(on_ready=lambda: tell(Readiness())))
    except (Exception, SystemExit) as error:
        if told:
            raise
        tell(describe_failure(error))
        return Exit.NOT_STARTED


def _write(fd: int, data: bytes) -> None:
    """Write all of it and close; nobody reading is no reason not to serve."""
    try:
        with open(fd, "wb") as pipe:
            pipe.write(data)
    except BrokenPipeError:
        log.debug("nobody waits for this worker")


def _settle_signals() -> None:
    """Take the dispositions of the table above, and let in what was held back.

    The supervisor starts us with these two blocked, so that neither can end us
    before this line.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGHUP})


def main(arguments: list[str]) -> int:
    """Read the orders from the descriptor that `arguments` name, and serve."""
    _settle_signals()
    if len(arguments) != 1 or not arguments[0].isdecimal():
        sys.stderr.write("this is started by the supervisor: see drystone serve\n")
        return Exit.MISUSED
    with open(int(arguments[0]), "rb") as orders:  # noqa: PTH123  (a descriptor has no path)
        config = WorkerConfig.decode(orders.read())
    # Children of the application must not hold our sockets and pipes open.
    for fd in (*config.listener_fds, config.readiness_fd, config.lifeline_fd):
        os.set_inheritable(fd, False)
    return run(config)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
