"""Drystone with its whole default chain: ids, access log, security headers, bounds."""

from __future__ import annotations

from drystone import App, Request, Response

app = App("Benchmark")


@app.root.get("/json")
async def greet(request: Request) -> Response:
    return Response.json({"message": "Hello, World!"})
