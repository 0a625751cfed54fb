import os
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from drystone.http.server.listener import (
    AddressForbidden,
    AddressInUse,
    AddressInvalid,
    Listener,
    describe,
    open_listeners,
    open_tcp,
    open_unix,
)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def keep(closing: ExitStack, opened: list[Listener]) -> list[Listener]:
    for listener in opened:
        closing.callback(listener.close)
    return opened


def port_of(listener: Listener) -> int:
    return int(listener.socket.getsockname()[1])


needs_ipv6 = pytest.mark.skipif(
    not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6"
)


# TCP.


def test_a_free_port_is_chosen_and_answers(closing: ExitStack) -> None:
    (listener,) = keep(closing, open_tcp("127.0.0.1", 0))
    with socket.create_connection(("127.0.0.1", port_of(listener))) as client:
        accepted, _ = listener.socket.accept()
        with accepted:
            assert accepted.getpeername() == client.getsockname()


def test_the_socket_neither_blocks_nor_leaks_into_children(closing: ExitStack) -> None:
    (listener,) = keep(closing, open_tcp("127.0.0.1", 0))
    assert not listener.socket.getblocking()
    assert not listener.socket.get_inheritable()


def test_a_port_can_be_taken_again_while_old_connections_time_out(closing: ExitStack) -> None:
    (first,) = open_tcp("127.0.0.1", 0)
    port = port_of(first)
    with socket.create_connection(("127.0.0.1", port)):
        accepted, _ = first.socket.accept()
        accepted.close()  # the side that closes first keeps the address in TIME_WAIT
        first.close()
        (second,) = keep(closing, open_tcp("127.0.0.1", port))
    assert port_of(second) == port


def test_a_port_in_use_is_named(closing: ExitStack) -> None:
    (first,) = keep(closing, open_tcp("127.0.0.1", 0))
    with pytest.raises(AddressInUse, match=rf"^127\.0\.0\.1:{port_of(first)} is in use .*--port$"):
        open_tcp("127.0.0.1", port_of(first))


@needs_ipv6
def test_every_ipv6_address_means_ipv4_too(closing: ExitStack) -> None:
    (listener,) = keep(closing, open_tcp("[::]", 0))
    for host in ("127.0.0.1", "::1"):
        with socket.create_connection((host, port_of(listener))):
            listener.socket.accept()[0].close()


@needs_ipv6
def test_one_ipv6_address_leaves_ipv4_alone(closing: ExitStack) -> None:
    (listener,) = keep(closing, open_tcp("::1", 0))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(listener))).close()
    assert describe(listener.socket) == f"http://[::1]:{port_of(listener)}"


@needs_ipv6
def test_a_name_with_several_addresses_has_one_port(
    closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    opened = keep(closing, open_tcp("localhost", 0))
    assert [listener.socket.family for listener in opened] == [socket.AF_INET, socket.AF_INET6]
    assert len({port_of(listener) for listener in opened}) == 1


@pytest.mark.parametrize("host", ["no-such-host.invalid", "300.1.1.1", "", "a" * 300])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        open_tcp(host, 0)
    assert "\n" not in str(caught.value)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(AddressInvalid, match=r"cannot listen on 192\.0\.2\.1:8000: Cannot assign"):
        open_tcp("192.0.2.1", 8000)


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(AddressInvalid, match="port 65536 is not between 0 and 65535"):
        open_tcp("127.0.0.1", 65536)


def test_a_forbidden_port_names_the_privilege(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The tests may run as root, who may do anything.
    monkeypatch.setattr(socket.socket, "bind", refuse, raising=False)
    with pytest.raises(AddressForbidden, match=r"80; ports below 1024 need CAP_NET_BIND"):
        open_tcp("127.0.0.1", 80)


def test_all_are_opened_or_none(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    opened = open_listeners(hosts=["127.0.0.1"], unix=str(path))
    port = port_of(opened[0])
    with pytest.raises(AddressInUse):
        open_listeners(hosts=["127.0.0.1"], unix=str(path))
    with pytest.raises(AddressInUse):
        open_listeners(hosts=["127.0.0.2", "127.0.0.1"], port=port)
    with socket.socket() as free:
        free.bind(("127.0.0.2", port))  # what was opened before the failure is closed again
    for listener in opened:
        listener.close()
    assert not path.exists()


def test_the_description_names_the_scheme(closing: ExitStack) -> None:
    (listener,) = keep(closing, open_tcp("127.0.0.1", 0))
    assert describe(listener.socket, secure=True) == f"https://127.0.0.1:{port_of(listener)}"


# The last call.


def test_a_silenced_socket_keeps_who_is_there_and_lets_nobody_in(closing: ExitStack) -> None:
    (listener,) = keep(closing, open_tcp("127.0.0.1", 0))
    address = listener.socket.getsockname()
    with socket.create_connection(address) as early:
        listener.silence()
        late = socket.socket()
        closing.callback(late.close)
        late.settimeout(0.1)
        with pytest.raises(TimeoutError):
            late.connect(address)
        accepted, _ = listener.socket.accept()
        with accepted:
            early.sendall(b"question")
            assert accepted.recv(100) == b"question"
            accepted.sendall(b"answer")
            assert early.recv(100) == b"answer"
    with pytest.raises(BlockingIOError):
        listener.socket.accept()


def test_a_kernel_without_filters_is_no_reason_to_fail(
    closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drystone.http.server.syn_filter.sys.platform", "plan9")
    (listener,) = keep(closing, open_tcp("127.0.0.1", 0))
    listener.silence()
    socket.create_connection(listener.socket.getsockname()).close()


# Unix sockets.


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "api.sock"


def test_a_unix_socket_has_the_mode_that_was_asked_for(path: Path) -> None:
    umask = os.umask(0o022)
    try:
        listener = open_unix(str(path), mode=0o666)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(umask)
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        assert describe(listener.socket) == f"unix:{path}"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    finally:
        listener.close()
    assert not path.exists()


def test_a_file_that_a_dead_server_left_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    open_unix(str(path)).close()


def test_a_socket_that_answers_is_left_alone(path: Path) -> None:
    first = open_unix(str(path))
    try:
        with pytest.raises(AddressInUse, match=f"unix:{path} is in use by another process"):
            open_unix(str(path))
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    finally:
        first.close()


def test_a_file_of_another_kind_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(AddressInvalid, match="is not a socket"):
        open_unix(str(path))
    assert path.read_text() == "precious"


def test_somebody_elses_new_socket_outlives_ours(path: Path) -> None:
    ours = open_unix(str(path))
    path.unlink()
    theirs = open_unix(str(path))
    ours.close()
    try:
        assert path.exists()
    finally:
        theirs.close()


def test_a_silenced_unix_socket_loses_its_name_but_keeps_its_queue(path: Path) -> None:
    listener = open_unix(str(path))
    try:
        with socket.socket(socket.AF_UNIX) as early:
            early.connect(str(path))
            listener.silence()
            assert not path.exists()
            listener.socket.accept()[0].close()
    finally:
        listener.close()


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(AddressInvalid, match=f"{tmp_path}/none is not a directory"):
        open_unix(str(tmp_path / "none" / "api.sock"))


def test_a_path_too_long_for_the_kernel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AddressInvalid, match="too long"):
        open_unix(str(tmp_path / ("x" * 120)))


def test_a_forbidden_directory_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse, raising=False)
    with pytest.raises(AddressForbidden, match=f"may not make unix:{path}"):
        open_unix(str(path))
