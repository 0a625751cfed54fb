"""Finds the service that a worker is to serve: `module:callable`, by name.

So this layer knows no application. The command line names a function of its own,
which knows how to load one.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping

from drystone.http.service import Service


class FactoryError(Exception):
    """The service's factory cannot be found, or returns no service."""


def make_service(name: str, arguments: Mapping[str, object]) -> Service:
    """Import the factory `name` and call it with `arguments`.

    Raises:
        FactoryError: there is no such factory, or it returns something else.
        Exception: whatever the application raises.
    """
    module_name, _, path = name.partition(":")
    if not module_name or not path:
        raise FactoryError(f"the factory {name!r} is not written as module:callable")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # it is there, but imports something that is not
        raise FactoryError(f"there is no module {error.name!r}") from None
    try:
        factory = functools.reduce(getattr, path.split("."), module)
    except AttributeError:
        raise FactoryError(f"module {module_name!r} has no {path!r}") from None
    if not callable(factory):
        raise FactoryError(f"{name} cannot be called")
    service: object = factory(**arguments)
    if not isinstance(service, Service):
        raise FactoryError(f"{name} returned {type(service).__name__}, not a Service")
    return service
