"""Importing an application by name, and every way in which that can go wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drystone.cli.loading import LoadError, load_asgi, load_service
from drystone.http.service import Service

SERVICES = """
from drystone.http.service import Service

class Bare(Service):
    pass

app = Bare()

class Holder:
    inner = app

def make():
    return app

async def asgi(scope, receive, send):
    pass

class ASGI:
    async def __call__(self, scope, receive, send):
        pass

instance = ASGI()
number = 7
"""


@pytest.fixture
def services(project: Path) -> None:
    (project / "shop_services.py").write_text(SERVICES)


@pytest.mark.usefixtures("services")
class TestKinds:
    @pytest.mark.parametrize("attribute", ["app", "Holder.inner"])
    def test_a_service_is_loaded(self, attribute: str) -> None:
        assert isinstance(load_service(f"shop_services:{attribute}"), Service)

    @pytest.mark.parametrize("attribute", ["asgi", "instance"])
    def test_an_asgi_application_is_hosted(self, attribute: str) -> None:
        assert isinstance(load_asgi(f"shop_services:{attribute}"), Service)

    @pytest.mark.parametrize(
        ("attribute", "what"),
        [
            ("Bare", "is a class; name an instance of it"),
            ("asgi", "serve it with --asgi"),
            ("instance", "serve it with --asgi"),
            ("make", "is a function; name the application itself"),
            ("number", "is of type int, which cannot be served"),
        ],
    )
    def test_what_is_no_service_is_refused(self, attribute: str, what: str) -> None:
        with pytest.raises(LoadError) as caught:
            load_service(f"shop_services:{attribute}")
        assert str(caught.value).startswith(f"shop_services:{attribute} is ")
        assert what in str(caught.value)

    @pytest.mark.parametrize(
        ("attribute", "what"),
        [
            ("app", "is a Drystone application; serve it without --asgi"),
            ("ASGI", "is a class; name an instance of it"),
            ("make", "is no ASGI application"),
            ("number", "is no ASGI application"),
        ],
    )
    def test_what_is_no_asgi_application_is_refused(self, attribute: str, what: str) -> None:
        with pytest.raises(LoadError) as caught:
            load_asgi(f"shop_services:{attribute}")
        assert what in str(caught.value)

    def test_a_missing_attribute_suggests_the_service(self) -> None:
        with pytest.raises(LoadError) as caught:
            load_service("shop_services:application")
        assert str(caught.value) == (
            "shop_services has no 'application'; did you mean shop_services:app?"
        )


def test_a_missing_attribute_suggests_the_nearest_name(project: Path) -> None:
    (project / "shop_plain.py").write_text("application = 1\n")
    with pytest.raises(LoadError, match=r"did you mean shop_plain:application\?"):
        load_service("shop_plain:aplication")
    with pytest.raises(LoadError, match="name the application that it defines"):
        load_service("shop_plain:zzz")


@pytest.mark.parametrize("name", ["shop_missing", "shop_missing.app", "email.shop_missing"])
def test_a_missing_module_says_where_it_was_looked_for(project: Path, name: str) -> None:
    with pytest.raises(LoadError) as caught:
        load_service(f"{name}:app")
    assert str(caught.value).startswith("there is no module '")
    assert str(project) in str(caught.value)


def test_a_module_that_fails_shows_the_application_s_lines_alone(project: Path) -> None:
    (project / "shop_inner.py").write_text("import json\n\njson.loads('{')\n")
    (project / "shop_broken.py").write_text("\nimport shop_inner\n")
    with pytest.raises(LoadError) as caught:
        load_service("shop_broken:app")
    message = str(caught.value)
    assert message.splitlines()[0] == "shop_broken cannot be imported:"
    assert f'File "{project / "shop_broken.py"}", line 2, in <module>' in message
    assert f'File "{project / "shop_inner.py"}", line 3, in <module>' in message
    assert "    import shop_inner" in message
    assert message.splitlines()[-1].strip().startswith("json.decoder.JSONDecodeError: ")
    assert "importlib" not in message
    assert "json/decoder.py" not in message


def test_an_import_that_is_missing_inside_is_not_taken_for_the_module(project: Path) -> None:
    (project / "shop_needs.py").write_text("import shop_not_there\n")
    with pytest.raises(LoadError) as caught:
        load_service("shop_needs:app")
    assert "shop_needs cannot be imported:" in str(caught.value)
    assert "No module named 'shop_not_there'" in str(caught.value)


def test_a_syntax_error_shows_its_line(project: Path) -> None:
    (project / "shop_syntax.py").write_text("app = = 1\n")
    with pytest.raises(LoadError) as caught:
        load_service("shop_syntax:app")
    assert f'File "{project / "shop_syntax.py"}", line 1' in str(caught.value)
    assert "app = = 1" in str(caught.value)


def test_the_working_directory_is_searched_once(project: Path) -> None:
    (project / "shop_app.py").write_text(
        "from drystone.http.service import Service\napp = Service()\n"
    )
    load_service("shop_app:app")
    load_service("shop_app:app")
    assert sys.path.count(str(project)) == 1
