"""A command as a process of its own: started, listened to, ended by its id."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60.0
# Nothing that the machine happens to have set may decide a test.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


class Running:
    """A process in a session of its own, so that a signal to its group reaches no test.

    Attributes:
        output: every line of its standard output so far.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.output: list[str] = []

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    async def wait_for(self, text: str) -> str:
        """Return the first line from here on that holds the text.

        Raises:
            AssertionError: the output ended before.
        """
        if self._process.stdout is None:
            raise RuntimeError("the output is a pipe")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while line := (await self._process.stdout.readline()).decode():
                self.output.append(line)
                if text in line:
                    return line
        raise AssertionError(f"{text!r} never came: {''.join(self.output)}{await self.errors()}")

    async def errors(self) -> str:
        """Return what came on standard error until its end."""
        if self._process.stderr is None:
            raise RuntimeError("standard error is a pipe")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return (await self._process.stderr.read()).decode()

    async def read_error(self) -> str:
        """Return the next line of standard error."""
        if self._process.stderr is None:
            raise RuntimeError("standard error is a pipe")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return (await self._process.stderr.readline()).decode()

    def press_ctrl_c(self) -> None:
        """Send SIGINT to the whole group, as a terminal does."""
        self.signal_group(signal.SIGINT)

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and to those that it has started."""
        os.killpg(self.pid, number)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        self._process.send_signal(number)

    async def ended(self) -> tuple[int, str, str]:
        """Wait for the end; return the exit code, the rest of the output, and the errors.

        Raises:
            AssertionError: it did not end; says what it was doing.
        """
        finished = asyncio.create_task(self._process.communicate())
        await asyncio.wait([finished], timeout=_PATIENCE_SECONDS)
        if not finished.done():
            # With PYTHONFAULTHANDLER it prints where every thread is, and dies of it.
            self._process.send_signal(signal.SIGABRT)
            output, errors = await finished
            said = "".join(self.output) + output.decode() + errors.decode()
            raise AssertionError(f"the process did not end: {said}")
        output, errors = await finished
        return self._process.returncode or 0, output.decode(), errors.decode()


@asynccontextmanager
async def run_module(
    *arguments: str, directory: Path, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Running]:
    """Run `python -m ARGUMENTS` in a directory; what is left of it is ended afterwards."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        cwd=directory,
        env=kept | {"PYTHONPATH": path, "PYTHONFAULTHANDLER": "1"} | dict(environ or {}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    running = Running(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def has_group(group: int) -> bool:
    """Tell whether any process of the group is alive."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
