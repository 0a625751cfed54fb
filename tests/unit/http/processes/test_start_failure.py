import json
from pathlib import Path

import pytest

from drystone.http.processes.service_factory import FactoryError, make_service
from drystone.http.processes.start_failure import describe_failure
from drystone.http.server.listener import AddressInUse
from drystone.http.service import Service


def caught(module: str, text: str, directory: Path) -> BaseException:
    """Return what importing a module of this text and calling its `make` raises."""
    (directory / f"{module}.py").write_text(text)
    try:
        make_service(f"{module}:make", {})
    except (Exception, SystemExit) as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_the_place_is_the_applications_not_the_librarys(directory: Path) -> None:
    error = caught("broken_call", "import json\ndef make():\n    json.loads('{')\n", directory)
    readiness = describe_failure(error)
    assert readiness.failure is not None
    assert readiness.failure.startswith("JSONDecodeError: Expecting property name")
    assert readiness.failure.endswith(f"({directory}/broken_call.py:3)")
    assert "Traceback" in readiness.trace


def test_a_syntax_error_is_where_it_is_written(directory: Path) -> None:
    error = caught("broken_syntax", "x = 1\nx = = 1\n", directory)
    failure = describe_failure(error).failure
    assert failure == f"SyntaxError: invalid syntax ({directory}/broken_syntax.py:2)"


def test_a_module_that_the_application_misses_is_the_applications_error(directory: Path) -> None:
    error = caught("broken_import", "\n\nimport no_such_module\n", directory)
    failure = describe_failure(error).failure
    assert failure == (
        f"ModuleNotFoundError: No module named 'no_such_module' ({directory}/broken_import.py:3)"
    )


def test_an_exit_is_an_error_too(directory: Path) -> None:
    error = caught("leaves", "raise SystemExit('no settings')\n", directory)
    assert describe_failure(error).failure == f"SystemExit: no settings ({directory}/leaves.py:1)"


def test_our_own_errors_are_shown_as_they_are_written() -> None:
    assert describe_failure(AddressInUse("one line")).failure == "one line"


def test_an_error_in_a_library_alone_names_its_place() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
        failure = describe_failure(error).failure
    assert failure is not None
    assert "/json/decoder.py:" in failure


# Finding the factory.


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_colon", "the factory 'no_colon' is not written as module:callable"),
        ("no_such_module:make", "there is no module 'no_such_module'"),
        ("json.nothing:make", "there is no module 'json.nothing'"),
        ("json:nothing", "module 'json' has no 'nothing'"),
        ("json:decoder", "json:decoder cannot be called"),
        ("builtins:dict", "builtins:dict returned dict, not a Service"),
    ],
)
def test_a_factory_that_is_none_is_named(name: str, message: str) -> None:
    with pytest.raises(FactoryError) as caught_error:
        make_service(name, {})
    assert str(caught_error.value) == message


def test_a_factory_gets_its_arguments_by_name(directory: Path) -> None:
    (directory / "good_factory.py").write_text(
        "from drystone.http.service import Service\n"
        "class Made(Service):\n"
        "    @classmethod\n"
        "    def make(cls, *, text):\n"
        "        made = cls()\n"
        "        made.text = text\n"
        "        return made\n"
    )
    service = make_service("good_factory:Made.make", {"text": "hello"})
    assert isinstance(service, Service)
    assert service.text == "hello"  # type: ignore[attr-defined]  # the class is made here
