"""Workers come and go under load, and no request fails (rolling restarts and the end)."""

import asyncio
import os
import pty
import signal
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.faults.conftest import Launch
from tests.faults.load import Address, Load, ask
from tests.faults.supervised import QUICK_LIMITS, Supervised, gone

LOOPS = ["asyncio", "uvloop"]
# Handlers that answer at once, and handlers that hold up their event loop, so that
# accepted connections and unread requests pile up in the worker that is told to end.
TARGETS = ["/", "/block/4"]


async def start_load(supervised: Supervised, *, clients: int = 10) -> list[Load]:
    """Ask for each target with new connections and with kept ones, until all answer."""
    address = Address(await supervised.port())
    loads = [
        Load(address, target=target, clients=clients, keep_alive=keep_alive)
        for target in TARGETS
        for keep_alive in (False, True)
    ]
    for load in loads:
        await load.answered(2 * clients)
    return loads


@pytest.mark.parametrize("loop", LOOPS)
async def test_replacing_workers_under_load_fails_no_request(launch: Launch, loop: str) -> None:
    supervised = await launch(workers=2, loop=loop)
    first = await supervised.ready_workers(2)
    loads = await start_load(supervised)
    for replaced in (2, 4):
        supervised.signal(signal.SIGHUP)
        await supervised.logged(r"ended \(pid", times=replaced)
    for load in loads:
        await load.answered(10)
    outcomes = [await load.stop() for load in loads]
    assert [outcome.failures for outcome in outcomes] == [[]] * len(loads)
    assert [outcome.refused for outcome in outcomes] == [0] * len(loads)
    for pid in first:
        await gone(pid, within=1)
    served_by = set().union(*(outcome.answers for outcome in outcomes))
    assert len(served_by) == 6, "the load did not reach each of the workers"


@pytest.mark.parametrize("loop", LOOPS)
async def test_the_end_under_load_fails_no_request(launch: Launch, loop: str) -> None:
    supervised = await launch(workers=2, loop=loop)
    await supervised.ready_workers(2)
    loads = await start_load(supervised)
    supervised.signal(signal.SIGTERM)
    assert await supervised.ended() == 0
    outcomes = [await load.stop() for load in loads]
    assert [outcome.failures for outcome in outcomes] == [[]] * len(loads)
    assert all(outcome.refused for outcome in outcomes), "the load ended before the server did"


async def test_readiness_has_its_time_before_the_end(launch: Launch) -> None:
    limits = QUICK_LIMITS | {"drain_delay_seconds": 0.5}
    supervised = await launch(workers=1, limits=limits)
    loads = await start_load(supervised, clients=3)
    before = sum(load.outcome.answered for load in loads)
    supervised.signal(signal.SIGTERM)
    await supervised.logged("ending in order: SIGTERM")
    await loads[0].answered(5, within=0.4)  # still accepting
    assert await supervised.ended() == 0
    outcomes = [await load.stop() for load in loads]
    assert [outcome.failures for outcome in outcomes] == [[]] * len(loads)
    assert sum(outcome.answered for outcome in outcomes) > before


async def test_a_request_in_flight_is_answered_before_the_end(launch: Launch) -> None:
    supervised = await launch()
    answer = asyncio.create_task(ask(Address(await supervised.port()), "/slow"))
    await supervised.logged("handling /slow")
    supervised.signal(signal.SIGINT)
    assert await answer
    assert await supervised.ended() == 0


@pytest.mark.parametrize("workers_first", [True, False])
async def test_a_signal_to_the_whole_process_group_fails_no_request(
    launch: Launch, workers_first: bool
) -> None:
    """As systemd sends it by default: to the supervisor and to each worker."""
    supervised = await launch(workers=2)
    pids = await supervised.ready_workers(2)
    answer = asyncio.create_task(ask(Address(await supervised.port()), "/slow"))
    await supervised.logged("handling /slow")
    order = [*pids, supervised.process.pid] if workers_first else [supervised.process.pid, *pids]
    for pid in order:
        os.kill(pid, signal.SIGTERM)
    assert await answer
    assert await supervised.ended() == 0
    assert not supervised.find("died|at once|killed")


async def test_a_second_signal_ends_at_once(launch: Launch) -> None:
    limits = QUICK_LIMITS | {"drain_seconds": 60.0}
    supervised = await launch(workers=2, limits=limits)
    pids = await supervised.ready_workers(2)
    answer = asyncio.create_task(ask(Address(await supervised.port()), "/hang"))
    await supervised.logged("handling /hang")
    supervised.signal(signal.SIGTERM)
    await supervised.logged("ending in order")
    supervised.signal(signal.SIGTERM)
    assert await supervised.ended(within=3) == 128 + signal.SIGTERM
    with pytest.raises((EOFError, OSError)):
        await answer
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


async def test_a_request_that_never_ends_does_not_hold_up_the_end(launch: Launch) -> None:
    supervised = await launch(limits=QUICK_LIMITS | {"drain_seconds": 0.3})
    answer = asyncio.create_task(ask(Address(await supervised.port()), "/hang"))
    await supervised.logged("handling /hang")
    supervised.signal(signal.SIGTERM)
    assert await supervised.ended(within=4) == 0
    with pytest.raises((EOFError, OSError)):
        await answer


async def test_code_that_does_not_start_replaces_nothing(launch: Launch, tmp_path: Path) -> None:
    source = tmp_path / "text"
    source.write_text("first")
    supervised = await launch("reads_at_start", arguments={"path": str(source)}, workers=2)
    address = Address(await supervised.port())
    await supervised.ready_workers(2)

    source.write_text("fail: no such table")
    supervised.signal(signal.SIGHUP)
    (reason,) = await supervised.logged(r"worker 1 is not replaced, the old one goes on: (.*)")
    assert reason.startswith("RuntimeError: fail: no such table (")
    assert "services.py:" in reason
    assert await ask(address, "/text") == "first"

    source.write_text("second")
    supervised.signal(signal.SIGHUP)
    await supervised.ready_workers(4)
    await supervised.logged(r"ended \(pid", times=2)
    assert await ask(address, "/text") == "second"
    assert len(supervised.find("is not replaced")) == 1


async def test_a_changed_file_replaces_the_workers(launch: Launch, tmp_path: Path) -> None:
    source = tmp_path / "page.html"
    source.write_text("first")
    supervised = await launch(
        "reads_at_start",
        arguments={"path": str(source)},
        reload=True,
        reload_dirs=[str(tmp_path)],
    )
    address = Address(await supervised.port())
    assert await ask(address, "/text") == "first"
    # The watcher may not watch yet: its process needs a moment, too.
    async with asyncio.timeout(8):
        while not supervised.find("replacing the workers"):
            source.write_text("second")
            await asyncio.sleep(0.2)
    await supervised.logged(rf"replacing the workers: {source} changed")
    await supervised.ready_workers(2)
    await supervised.logged(r"ended \(pid", times=1)
    assert await ask(address, "/text") == "second"
    supervised.signal(signal.SIGTERM)
    assert await supervised.ended() == 0


async def test_a_unix_socket_serves_through_a_replacement(launch: Launch, tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    supervised = await launch(host=None, unix=str(path), unix_mode=0o600)
    await supervised.logged(f"serving unix:{path}")
    load = Load(Address(path=str(path)), clients=5)
    await load.answered(20)
    supervised.signal(signal.SIGHUP)
    await supervised.ready_workers(2)
    await supervised.logged(r"ended \(pid")
    supervised.signal(signal.SIGTERM)
    assert await supervised.ended() == 0
    outcome = await load.stop()
    assert outcome.failures == []
    assert outcome.refused == 5
    assert not path.exists()


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
async def test_both_families_are_served(launch: Launch) -> None:
    supervised = await launch(host="::")
    port = await supervised.port()
    assert supervised.find(r"serving (.*)") == [f"http://[::]:{port}"]
    assert await ask(Address(port, host="::1")) == await ask(Address(port, host="127.0.0.1"))


async def test_sockets_of_a_service_manager_are_served(launch: Launch, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as passed,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        port = passed.getsockname()[1]
        # What systemd does between fork and exec: the socket becomes descriptor 3.
        become = f'exec 3<&{passed.fileno()}; LISTEN_PID=$$ exec "$@"'
        supervised = await launch(
            host=None,
            prefix=("bash", "-c", become, "bash"),
            pass_fds=(passed.fileno(),),
            environ={"LISTEN_FDS": "1", "NOTIFY_SOCKET": str(tmp_path / "notify")},
        )
        assert await supervised.port() == port
        assert await ask(Address(port))
        assert manager.recv(100) == b"READY=1"
        supervised.signal(signal.SIGTERM)
        assert await supervised.ended() == 0
        assert manager.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("loop", LOOPS)
async def test_a_renewed_certificate_is_served_without_a_restart(
    launch: Launch, loop: str, tmp_path: Path
) -> None:
    authority = Authority()
    issued = authority.issue(tmp_path)
    supervised = await launch(loop=loop, tls_cert=str(issued.certificate), tls_key=str(issued.key))
    address = Address(await supervised.port(), tls=authority.client())
    (pid,) = await supervised.ready_workers(1)
    load = Load(address, clients=3)
    await load.answered(3)
    first = await serial(address)

    issued.certificate.write_text("half a certifica")
    os.kill(pid, signal.SIGHUP)
    await supervised.logged("the certificate of before goes on: TLS certificate .* cannot be used")
    assert await serial(address) == first

    authority.issue(tmp_path)
    os.kill(pid, signal.SIGHUP)
    await supervised.logged("TLS certificate renewed")
    assert await serial(address) != first
    assert await ask(address) == str(pid)
    await load.answered(3)
    assert (await load.stop()).failures == []


async def serial(address: Address) -> object:
    """Return the serial number of the certificate that is served."""
    _, writer = await address.connect()
    certificate = writer.get_extra_info("peercert")
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return certificate["serialNumber"]


async def test_a_certificate_that_cannot_be_used_stops_the_start(
    launch: Launch, tmp_path: Path
) -> None:
    supervised = await launch(tls_cert=str(tmp_path / "none.pem"))
    assert await supervised.ended() == 1
    assert supervised.find(f"cannot start: TLS file {tmp_path}/none.pem: No such file")


async def test_a_lost_terminal_ends_what_was_started_from_it(launch: Launch) -> None:
    ours, theirs = pty.openpty()
    try:
        supervised = await launch(stdin=theirs)
        (pid,) = await supervised.ready_workers(1)
        os.close(theirs)
        os.close(ours)
        supervised.signal(signal.SIGHUP)
        assert await supervised.ended() == 0
        await gone(pid, within=1)
    finally:
        with suppress(OSError):
            os.close(ours)
