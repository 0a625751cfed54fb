"""Imports an application by name, and says what is wrong where that fails.

Used by commands that look at an application, and by each worker that serves one.
Every error is a `LoadError`, written for the person who named the application: no
frame of Drystone's or of the import system is in it.
"""

from __future__ import annotations

import inspect
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from drystone.asgi.guest import HostedApplication
from drystone.http.service import Service

if TYPE_CHECKING:
    from types import ModuleType


_FOREIGN: Final = (
    "<frozen ",
    f"{Path(__file__).parents[1]}{os.sep}",
    *(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib")),
)


class LoadError(Exception):
    """The application cannot be had. The first line says why, with the mend."""


def load_service(target: str) -> Service:
    """Return the service that `target` names.

    Args:
        target: `module:attribute`; the working directory is searched first.

    Raises:
        LoadError: it cannot be imported, is not there, or is no service.
    """
    found = _find(target)
    if isinstance(found, Service):
        return found
    if inspect.isclass(found) and issubclass(found, Service):
        raise LoadError(f"{target} is a class; name an instance of it")
    if _is_asgi(found):
        raise LoadError(
            f"{target} is no Drystone application, but looks like an ASGI one; serve it with --asgi"
        )
    if callable(found):
        raise LoadError(
            f"{target} is a function; name the application itself, such as app = App(...)"
        )
    raise LoadError(
        f"{target} is of type {type(found).__name__}, which cannot be served; name an App"
    )


def load_asgi(target: str) -> Service:
    """Return the ASGI application that `target` names, as a service.

    Raises:
        LoadError: it cannot be imported, is not there, or is no ASGI application.
    """
    found = _find(target)
    if isinstance(found, Service):
        raise LoadError(f"{target} is a Drystone application; serve it without --asgi")
    if inspect.isclass(found):
        raise LoadError(f"{target} is a class; name an instance of it")
    if not _is_asgi(found):
        raise LoadError(
            f"{target} is no ASGI application; name a callable that takes scope, receive and send"
        )
    return HostedApplication(found)


def _find(target: str) -> Any:
    module_name, _, attribute = target.partition(":")
    _add_working_directory()
    module = _import(module_name)
    found: Any = module
    for name in attribute.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise LoadError(
                f"{module_name} has no {attribute!r}; {_suggest(module, attribute)}"
            ) from None
    return found


def _add_working_directory() -> None:
    # What `python -m` does, and an installed script does not.
    directory = str(Path.cwd())
    if directory not in sys.path and "" not in sys.path:
        sys.path.insert(0, directory)


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise LoadError(
                f"there is no module {error.name!r} in {Path.cwd()} or among what is installed"
            ) from None
        raise _describe(name, error) from error
    except Exception as error:
        raise _describe(name, error) from error


def _describe(name: str, error: Exception) -> LoadError:
    """Return the error with the application's own part of the traceback, indented."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        *traceback.format_list(list(_own_frames(frames))),
        *traceback.format_exception_only(error),
    ]
    shown = "".join(lines).rstrip().splitlines()
    return LoadError("\n".join([f"{name} cannot be imported:", *(f"  {line}" for line in shown)]))


def _own_frames(frames: Iterable[traceback.FrameSummary]) -> Iterable[traceback.FrameSummary]:
    """Return the frames that are neither Python's, nor a library's, nor ours."""
    for frame in frames:
        if not frame.filename.startswith(_FOREIGN):
            yield frame


def _suggest(module: ModuleType, attribute: str) -> str:
    public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    near = get_close_matches(attribute, public, n=1)
    services = [name for name, value in public.items() if isinstance(value, Service)]
    if not near and not services:
        return "name the application that it defines"
    return f"did you mean {module.__name__}:{(services or near)[0]}?"


def _is_asgi(candidate: object) -> bool:
    """Tell whether it can be called as `await app(scope, receive, send)`."""
    if not callable(candidate):
        return False
    try:
        inspect.signature(candidate).bind("scope", "receive", "send")
    except (TypeError, ValueError):
        return False
    return True
