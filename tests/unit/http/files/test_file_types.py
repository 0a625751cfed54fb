import mimetypes

import pytest

from drystone.http.files import file_types
from drystone.http.files.file_types import guess_media_type


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("A.CSS", "text/css; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.svg", "image/svg+xml"),
        ("a.woff2", "font/woff2"),
        ("a.tar.gz", "application/gzip"),
        ("a.css.gz", "application/gzip"),
        ("a.txt.br", "application/octet-stream"),
        ("noext", "application/octet-stream"),
        ("a.unknown-to-all", "application/octet-stream"),
        ("data:text/html,x", "application/octet-stream"),
    ],
)
def test_by_suffix(name: str, media_type: str) -> None:
    assert guess_media_type(name) == media_type


def test_the_machine_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    mimetypes.init()
    monkeypatch.setitem(mimetypes.types_map, ".css", "text/evil")
    assert file_types._build_table().guess_type("a.css") == ("text/css", None)
