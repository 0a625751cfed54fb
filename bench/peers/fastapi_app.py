"""FastAPI with its defaults."""

from __future__ import annotations

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
from fastapi import FastAPI  # type: ignore[import-not-found, unused-ignore]
from fastapi.responses import (  # type: ignore[import-not-found, unused-ignore]
    PlainTextResponse,
)

app = FastAPI()


@app.get("/plaintext", response_class=PlainTextResponse)  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def plaintext() -> str:
    return "Hello, World!"


@app.get("/json")  # type: ignore[untyped-decorator, unused-ignore] # untyped where FastAPI is not installed
async def json() -> dict[str, str]:
    return {"message": "Hello, World!"}
