"""A supervisor in a process of its own, seen from a test."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The factories are found in the root, beside whatever the tests were started with.
_PYTHONPATH = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
QUICK_LIMITS = {"drain_seconds": 5.0, "idle_drain_seconds": 0.2}


class Supervised:
    """The process, its log so far, and what the log says of its workers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log: list[str] = []
        self._changed = asyncio.Event()
        self._reader = asyncio.create_task(self._read_log())

    @classmethod
    async def start(
        cls,
        factory: str = "probe",
        *,
        environ: Mapping[str, str] | None = None,
        pass_fds: tuple[int, ...] = (),
        prefix: tuple[str, ...] = (),
        stdin: int = asyncio.subprocess.DEVNULL,
        **config: object,
    ) -> "Supervised":
        members = {
            "factory": f"tests.faults.services:{factory}",
            "port": 0,
            "limits": QUICK_LIMITS,
        } | config
        process = await asyncio.create_subprocess_exec(
            *prefix,
            sys.executable,
            "-m",
            "tests.faults.launcher",
            json.dumps(members),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": _PYTHONPATH} | dict(environ or {}),
            pass_fds=pass_fds,
            stderr=asyncio.subprocess.PIPE,
            stdin=stdin,
        )
        return cls(process)

    async def _read_log(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode().rstrip())
            self._changed.set()
        self._changed.set()

    async def logged(self, pattern: str, *, times: int = 1, within: float = 10.0) -> list[str]:
        """Wait until `pattern` was logged so often; return what its first group was."""
        async with asyncio.timeout(within):
            while len(found := self.find(pattern)) < times:
                if self._reader.done():
                    raise AssertionError(f"{pattern!r} was never logged: {self.log}")
                self._changed.clear()
                await self._changed.wait()
        return found

    def find(self, pattern: str) -> list[str]:
        return [
            found.group(1) if found.groups() else found.group()
            for line in self.log
            if (found := re.search(pattern, line))
        ]

    async def port(self) -> int:
        return int((await self.logged(r"serving https?://.*:(\d+)$"))[0])

    async def ready_workers(self, count: int) -> list[int]:
        """Return the ids of all workers that were ever ready, `count` at least."""
        return [int(pid) for pid in await self.logged(r"ready \(pid (\d+)", times=count)]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self, within: float = 10.0) -> int:
        """Wait for the end and the last line of the log; return the exit code."""
        async with asyncio.timeout(within):
            code = await self.process.wait()
            await self._reader
        return code

    async def dispose(self) -> None:
        """End it by force if it has not ended; its workers follow it."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        async with asyncio.timeout(15):
            await self._reader  # the workers hold the other end of this pipe
        for pid in map(int, self.find(r"ready \(pid (\d+)")):
            await gone(pid, within=10)


async def gone(pid: int, *, within: float) -> None:
    """Wait until there is no process `pid`."""
    async with asyncio.timeout(within):
        while alive(pid):
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Tell whether the process runs; one that has ended and awaits its parent does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
