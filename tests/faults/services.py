"""Services that the workers of these tests serve, each made by a factory by its name."""

import asyncio
import logging
import os
import sys
import time
from pathlib import Path

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service

# As an application does when it is loaded.
logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)


class Probe(Service):
    """Answers with its process id; some paths take their time in one way or another."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    async def handle(self, request: Request) -> Response:
        if request.path.startswith("/block/"):
            # A handler that holds up its event loop.
            time.sleep(int(request.path.rpartition("/")[2]) / 1000)
        elif request.path == "/slow":
            _tell("handling /slow")
            await asyncio.sleep(0.5)
        elif request.path == "/hang":
            _tell("handling /hang")
            await asyncio.sleep(3600)
        elif request.path == "/text":
            return Response.text(self.text)
        return Response.text(str(os.getpid()))


def _tell(text: str) -> None:
    """Let the test know, which reads the log."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def probe() -> Service:
    return Probe()


def reads_at_start(path: str) -> Service:
    """Serve a file's text as it is now; fails where it says so."""
    text = Path(path).read_text("utf-8")
    if text.startswith("fail"):
        raise RuntimeError(text)
    return Probe(text)


class FailsToStart(Probe):
    async def start(self) -> None:
        raise LookupError("no database by that name")


def fails_to_start() -> Service:
    return FailsToStart()


class DiesSoon(Probe):
    """Ends its process a moment after it is ready."""

    async def start(self) -> None:
        asyncio.get_running_loop().call_later(0.02, os._exit, 9)


def dies_soon() -> Service:
    return DiesSoon()


def dies_at_once() -> Service:
    os._exit(7)


def never_ready() -> Service:
    time.sleep(60)
    return Probe()


def ledger() -> Service:
    """Serve rows of a database; see `tests.faults.ledger`."""
    # Here, since no other service wants a database.
    from tests.faults.ledger import DEATHS, make_ledger  # noqa: PLC0415  (see above)

    return make_ledger(os.environ["LEDGER_DATABASE"], Path(os.environ[DEATHS]))
