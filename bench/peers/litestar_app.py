"""Litestar with its defaults."""

from __future__ import annotations

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from litestar import Litestar, MediaType, get  # type: ignore[import-not-found, unused-ignore]


@get("/plaintext", media_type=MediaType.TEXT)  # type: ignore[untyped-decorator, unused-ignore] # untyped where Litestar is not installed
async def plaintext() -> str:
    return "Hello, World!"


@get("/json")  # type: ignore[untyped-decorator, unused-ignore] # untyped where Litestar is not installed
async def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


app = Litestar(route_handlers=[plaintext, json])
