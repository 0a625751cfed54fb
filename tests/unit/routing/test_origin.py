from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.origin import caller_origin
from drystone.routing.router import Router


def test_the_origin_is_the_line_of_the_caller_outside_of_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Path(__file__)
    monkeypatch.chdir(here.parent)
    frame = inspect.currentframe()
    assert frame is not None
    line = frame.f_lineno + 1
    assert caller_origin() == f"{here.name}:{line}"


def test_a_file_elsewhere_is_named_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert caller_origin().rpartition(":")[0] == __file__


def test_frames_of_the_package_are_stepped_over() -> None:
    router = Router()

    @router.get("/a")
    async def handler(_request: Request) -> Response:
        return Response()

    (route,) = router.routes()
    assert "test_origin.py:" in route.origin
    assert handler is route.handler
