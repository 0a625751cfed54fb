import json
import os
import signal
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from drystone.http.limits import Limits
from drystone.http.processes import reload
from drystone.http.processes.backoff import HEALTHY_AFTER_SECONDS, LONGEST_SECONDS, Backoff
from drystone.http.processes.reload import ReloadUnavailable, Watcher, describe_burst
from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.signal_queue import SignalQueue
from drystone.http.processes.supervisor import Supervisor, find_listeners, serve
from drystone.http.processes.worker_config import Readiness, WorkerConfig
from drystone.http.processes.worker_pool import WorkerPool
from drystone.http.processes.worker_process import describe_exit
from drystone.http.server.listener import AddressInvalid, open_listeners

# The supervisor is light because of what it leaves to the workers.
HEAVY = [
    "asyncio",
    "uvloop",
    "ssl",
    "msgspec",
    "drystone.http.server.server",
    "watchfiles",
    "anyio",
]


def test_the_supervisor_imports_nothing_heavy() -> None:
    script = (
        "import json, sys, drystone.http.processes.supervisor\n"
        "print(json.dumps([open('/proc/self/status').read(), sorted(sys.modules)]))"
    )
    # Without site: what a virtual environment loads at start is not ours.
    source = str(Path(reload.__file__).parents[3])
    output = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        check=True,
    ).stdout
    status, modules = json.loads(output)
    assert not set(HEAVY) & set(modules)
    peak_kib = int(status.partition("VmHWM:")[2].split()[0])
    assert peak_kib < 20 * 1024


# Back-off.


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff()
    delays = [backoff.next_delay(lived_seconds=1) for _ in range(12)]
    assert delays[0] == 0.1
    assert all(later in (2 * sooner, LONGEST_SECONDS) for sooner, later in pairwise(delays))
    assert delays[-1] == LONGEST_SECONDS


def test_a_minute_of_health_forgives() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.next_delay(lived_seconds=HEALTHY_AFTER_SECONDS - 1)
    assert backoff.next_delay(lived_seconds=HEALTHY_AFTER_SECONDS) == 0.1
    assert backoff.next_delay(lived_seconds=0) == 0.2


# Signals.


def test_signals_are_read_in_order_and_handlers_restored() -> None:
    before = signal.getsignal(signal.SIGUSR1)
    with SignalQueue([signal.SIGUSR1, signal.SIGUSR2]) as signals:
        assert signals.read() == []
        os.kill(os.getpid(), signal.SIGUSR2)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert set(signals.read()) == {signal.SIGUSR1, signal.SIGUSR2}
        assert signals.read() == []
    assert signal.getsignal(signal.SIGUSR1) is before


# What passes between the processes.


def test_a_workers_orders_survive_the_pipe() -> None:
    config = ServeConfig(
        factory="app:service",
        arguments={"app": "shop:app", "debug": True},
        limits=Limits(max_connections=7, drain_seconds=0.5),
        trusted_proxies="10.0.0.0/8, unix",
        tls_cert="/c.pem",
        loop="asyncio",
    )
    orders = WorkerConfig.derive(config, listener_fds=(5, 6), readiness_fd=7, lifeline_fd=8)
    assert WorkerConfig.decode(orders.encode()) == orders
    assert orders.limits == config.limits


def test_arguments_that_are_no_json_are_refused() -> None:
    with pytest.raises(TypeError):
        ServeConfig(factory="app:service", arguments={"app": object()})


def test_a_workers_line_is_one_line_whatever_the_reason() -> None:
    readiness = Readiness("two\nlines", "trace\nback\n")
    line = readiness.encode()
    assert line.count(b"\n") == 1
    assert Readiness.decode(line) == readiness


@pytest.mark.parametrize(
    ("code", "text"),
    [(0, "exit code 0"), (-15, "killed by SIGTERM"), (-250, "killed by signal 250")],
)
def test_an_end_is_told_in_words(code: int, text: str) -> None:
    assert describe_exit(code) == text


# The configuration.


def test_several_hosts_are_taken_apart() -> None:
    assert ServeConfig(factory="a:b", host="127.0.0.1,::1").hosts == ("127.0.0.1", "::1")
    assert ServeConfig(factory="a:b", host=None).hosts == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workers": 0}, "workers must be at least 1, not 0"),
        ({"tls_key": "k.pem"}, "a TLS key needs its certificate"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(
    wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ServeConfig(factory="a:b", **wrong)  # type: ignore[arg-type]  # that is the point


def test_nothing_to_listen_on_is_refused() -> None:
    with pytest.raises(AddressInvalid, match="nothing to listen on"):
        find_listeners(ServeConfig(factory="a:b", host=None))


def test_a_port_in_use_ends_the_start_without_a_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve(ServeConfig(factory="a:b", port=port)) == 1
    (message,) = caplog.messages
    assert message.startswith(f"cannot start: 127.0.0.1:{port} is in use by another process;")


# Reload.


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ReloadUnavailable, match=r"pip install 'drystone\[reload\]'"):
        Watcher.start(["."], lifeline_fd=0)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReloadUnavailable, match=f"cannot watch {tmp_path}/none"):
        Watcher.start([str(tmp_path / "none")], lifeline_fd=0)


def test_reload_without_its_library_releases_the_port(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert serve(ServeConfig(factory="a:b", port=port, reload=True)) == 1
    assert "--reload needs watchfiles" in caplog.text
    socket.create_server(("127.0.0.1", port)).close()


def test_a_burst_is_told_in_one_line() -> None:
    assert describe_burst(["/a\nb.py"]) == "/a?b.py"
    assert describe_burst(["/a.py", "/a.py"]) == "/a.py"


class ReadyPool:
    """Workers of which one became ready in the very moment that the end began."""

    ever_ready = True
    failed = False

    def advance(self) -> None:
        """There is nothing to do."""


def test_a_server_that_is_ending_is_not_announced(caplog: pytest.LogCaptureFixture) -> None:
    config = ServeConfig(factory="a:b")
    (listener,) = open_listeners(hosts=["127.0.0.1"], port=0)
    listener.close()  # as the end does; its address can no longer be asked for
    ending = Supervisor(config, [listener], cast(WorkerPool, ReadyPool()))
    ending._ending = True
    caplog.set_level("INFO")
    ending._advance()
    assert "serving" not in caplog.text
