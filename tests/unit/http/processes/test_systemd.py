import os
import socket
from pathlib import Path

import pytest

from drystone.http.processes import systemd
from drystone.http.processes.systemd import notify, take_listeners
from drystone.http.server.listener import AddressInvalid


def environ(count: str = "1", pid: int | None = None) -> dict[str, str]:
    return {
        "LISTEN_FDS": count,
        "LISTEN_PID": str(pid or os.getpid()),
        "LISTEN_FDNAMES": "api",
        "HOME": "/",
    }


def test_sockets_passed_to_us_are_taken_and_hidden_from_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as passed:
        address = passed.getsockname()
        # Which descriptor is the first is a constant of systemd; another here, since
        # the third belongs to whoever runs the tests.
        monkeypatch.setattr(systemd, "_FIRST_FD", passed.fileno())
        passed.set_inheritable(True)
        environment = environ()
        (listener,) = take_listeners(environment)
        assert environment == {"HOME": "/"}
        assert listener.socket.getsockname() == address
        assert not listener.socket.get_inheritable()
        listener.socket.detach()


def test_sockets_passed_to_another_process_are_not_ours() -> None:
    assert take_listeners(environ(pid=1)) == []


def test_none_passed_is_the_usual_case() -> None:
    assert take_listeners({"HOME": "/"}) == []


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(AddressInvalid, match="LISTEN_FDS is 'two'"):
        take_listeners(environ("two"))


def test_a_file_is_not_a_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        monkeypatch.setattr(systemd, "_FIRST_FD", file.fileno())
        with pytest.raises(AddressInvalid, match=f"{file.fileno()}, .* is not a socket"):
            take_listeners(environ())


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_socket_that_does_not_listen_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_INET, kind) as passed:
        monkeypatch.setattr(systemd, "_FIRST_FD", passed.fileno())
        with pytest.raises(AddressInvalid, match="does not listen"):
            take_listeners(environ())


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_is_told(tmp_path: Path, abstract: bool) -> None:
    name = f"@drystone-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0", 1))
        manager.settimeout(5)
        notify("READY=1", name)
        assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", [None, "", "/nonexistent/notify"])
def test_nobody_to_tell_is_no_error(address: str | None) -> None:
    notify("READY=1", address)
