import os
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from tests.descriptors import open_below

from drystone.errors import NotFound
from drystone.http.files.directory import Directory


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "public"
    (root / "css").mkdir(parents=True)
    (root / "css" / "site.css").write_text("body {}")
    (root / "index.html").write_text("<h1>")
    (root / "100%.txt").write_text("x")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("secret")
    (root / "a%2fb").write_text("x")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "public-too").mkdir()
    (tmp_path / "public-too" / "secret").write_text("secret")
    return root


def read(root: Path, path: str) -> bytes:
    file = Directory(root).open(path)
    try:
        return file.read(100, 0)
    finally:
        file.close()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("index.html", b"<h1>"),
        ("css/site.css", b"body {}"),
        ("100%.txt", b"x"),
        ("a%2fb", b"x"),  # a name like any other: nothing is decoded twice
    ],
)
def test_opens_what_is_there(root: Path, path: str, content: bytes) -> None:
    assert read(root, path) == content


NAMES_OF_DEVICES = (
    "con CON nul aux prn com1 lpt9 COM¹ con.txt nul.tar.gz conin$ aux. css/con".split()
)


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../secret",
        "css/../../secret",
        "css/../index.html",
        "../public-too/secret",
        "../public/index.html",
        "%2e%2e/secret",
        "..%2fsecret",
        "..\\secret",
        "css\\site.css",
        "/etc/passwd",
        "//etc/passwd",
        "/index.html",
        "css//site.css",
        "css/",
        "css",
        "C:",
        "C:/windows/win.ini",
        "index.html:stream",
        "index.html.",
        "index.html ",
        "index.html/",
        "index.html/x",
        ".git/config",
        ".git",
        "css/.hidden",
        "index.html\0",
        "\0",
        "index\n.html",
        "\ud800",
        "x" * 256,
        "é" * 200,
        "x" * 4096,
        "x/" * 2048 + "x",
        "absent",
        *NAMES_OF_DEVICES,
    ],
)
def test_everything_else_is_not_found(root: Path, path: str) -> None:
    with pytest.raises(NotFound) as refused:
        read(root, path)
    assert refused.value.detail == NotFound.title


def test_device_names_are_refused_even_where_they_are_files(root: Path) -> None:
    (root / "nul").write_text("x")
    (root / "lpt1.txt").write_text("x")
    (root / "console").write_text("x")
    for name in ("nul", "lpt1.txt"):
        with pytest.raises(NotFound):
            read(root, name)
    assert read(root, "console") == b"x"


def test_links_may_lead_within_the_root(root: Path) -> None:
    (root / "home").symlink_to("index.html")
    (root / "styles").symlink_to(root / "css")
    assert read(root, "home") == b"<h1>"
    assert read(root, "styles/site.css") == b"body {}"


@pytest.mark.parametrize("target", ["../secret", "../public-too/secret", "/etc/hostname"])
def test_links_out_are_not_found(root: Path, target: str) -> None:
    (root / "link").symlink_to(target)
    with pytest.raises(NotFound):
        read(root, "link")


def test_links_to_what_is_hidden_or_themselves_are_not_found(root: Path) -> None:
    (root / "link").symlink_to(".git/config")
    (root / "loop").symlink_to("loop")
    (root / "up").symlink_to("..")
    for path in ("link", "loop", "up/secret", "up/public/index.html"):
        if path == "up/public/index.html":
            assert read(root, path) == b"<h1>"  # it is the same file within the root
        else:
            with pytest.raises(NotFound):
                read(root, path)


def test_a_link_put_there_after_the_check_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(root)
    outside = root.parent / "public-too"
    (outside / "site.css").write_text("secret")

    def checked_and_then_swapped(path: str | os.PathLike[str]) -> str:
        (root / "css").rename(root.parent / "moved")
        (root / "css").symlink_to(outside)
        return os.fspath(path)

    monkeypatch.setattr(os.path, "realpath", checked_and_then_swapped)
    with pytest.raises(NotFound):
        directory.open("css/site.css")


def test_only_regular_files_are_opened(root: Path) -> None:
    os.mkfifo(root / "pipe")  # opening it must not wait for a writer
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        for name in ("pipe", "socket"):
            with pytest.raises(NotFound):
                read(root, name)


def test_the_root_must_be_a_directory(root: Path) -> None:
    with pytest.raises(NotADirectoryError):
        Directory(root / "index.html")
    with pytest.raises(FileNotFoundError):
        Directory(root / "absent")


def test_the_root_itself_may_be_reached_by_a_link_and_lie_in_a_hidden_place(
    tmp_path: Path,
) -> None:
    hidden = tmp_path / ".releases" / "1"
    hidden.mkdir(parents=True)
    (hidden / "a.txt").write_text("x")
    (tmp_path / "current").symlink_to(hidden)
    assert read(tmp_path / "current", "a.txt") == b"x"


def test_leaves_no_descriptor_open(root: Path) -> None:
    directory = Directory(root)
    for path in ("css/site.css", "css/absent", "css", "index.html/x") * 5:
        with suppress(NotFound):
            directory.open(path).close()
    assert open_below(root) == 0
