"""A server process and its children: seen, and ended."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest
from bench.process import RunningServer, parse_stat, process_tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the harness reads /proc"
)

# A supervisor that ignores the polite signal, and its worker.
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("up", flush=True)
signal.pause()
"""


def test_a_name_with_a_parenthesis_does_not_shift_the_fields() -> None:
    fields = "S 3 7 7 0 -1 0 0 0 0 0 25 5 2 1 20 0 1 0 9 4096 12"
    stat = parse_stat(f"7 (worker ) 0 (x) {fields} 18446744073709551615 1 1\n")
    assert (stat.pid, stat.parent, stat.cpu_ticks, stat.rss_pages) == (7, 3, 33, 12)


def test_this_process_is_the_root_of_its_tree() -> None:
    assert process_tree(os.getpid())[0].parent == os.getppid()


def test_a_stopped_server_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.process.STOP_SECONDS", 0.05)
    with RunningServer(
        [sys.executable, "-c", STUBBORN],
        environment=dict(os.environ),
        directory=tmp_path,
        core=None,
        log=tmp_path / "log",
    ) as server:
        deadline = time.monotonic() + 10
        while server.log.read_text() != "up\n" and time.monotonic() < deadline:
            time.sleep(0.01)
        pids = [stat.pid for stat in server.tree()]
        assert len(pids) == 2
        assert server.last_words() == "up"
    assert server.ended
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    # A killed orphan may still be on its way to being reaped.
    return any(stat.pid == pid and stat.rss_pages for stat in process_tree(pid))
