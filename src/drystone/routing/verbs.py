"""The decorators that declare routes, one per method of HTTP.

Shared by everything that routes can be declared on: a router, and the application.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeVar, Unpack

from drystone.routing.chain import Handler
from drystone.routing.route import RouteOptions

H = TypeVar("H", bound=Handler)


class Verbs(ABC):
    """Something with routes; each decorator gives the handler back unchanged."""

    @abstractmethod
    def route(
        self, path: str, *, methods: Sequence[str], **options: Unpack[RouteOptions]
    ) -> Callable[[H], H]:
        """Declare a handler for several methods.

        Args:
            path: a pattern, such as `/tasks/{id:uuid}`.
            methods: in upper case.
            options: see `RouteOptions`.

        Raises:
            RouteError: something in the declaration cannot be used.
        """

    def get(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for GET, and with it for HEAD."""
        return self.route(path, methods=("GET",), **options)

    def post(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for POST."""
        return self.route(path, methods=("POST",), **options)

    def put(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for PUT."""
        return self.route(path, methods=("PUT",), **options)

    def patch(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for PATCH."""
        return self.route(path, methods=("PATCH",), **options)

    def delete(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for DELETE."""
        return self.route(path, methods=("DELETE",), **options)

    def head(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for HEAD, instead of running the one for GET."""
        return self.route(path, methods=("HEAD",), **options)

    def options(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        """Declare a handler for OPTIONS, instead of an answer with `Allow`."""
        return self.route(path, methods=("OPTIONS",), **options)
