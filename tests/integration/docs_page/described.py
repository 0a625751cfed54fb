"""An application whose description has everything that the page can show."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from typing import Any

from drystone.errors import BadRequest, Unauthenticated
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.openapi.page.routes import page_routes
from drystone.routing.router import Router

ID = "0192f0c1-2b3c-7d4e-8f50-123456789abc"
BIG = 9_007_199_254_740_993  # no double has this value

_PROBLEM = {"$ref": "#/components/responses/Problem"}
_TASK = {"$ref": "#/components/schemas/Task"}
_JSON_TASK = {"application/json": {"schema": _TASK}}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "example": ID,
}


def _query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


def _header(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": {"type": "string"}, **more}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Task tracker",
        "version": "1.4.0",
        "summary": "Projects, tasks and the people who do them.",
        "description": "Everything is **JSON**.\n\n- lists have pages\n- see [RFC](https://rfc.test/)",
        "contact": {"name": "API team", "email": "api@example.com"},
        "license": {"name": "MIT", "identifier": "MIT"},
    },
    "tags": [
        {"name": "tasks", "description": "A piece of work in a project."},
        {"name": "projects", "description": "What tasks belong to."},
    ],
    "servers": [{"url": "/"}],
    "security": [{}, {"bearer": []}],
    "paths": {
        "/api/v1/tasks": {
            "get": {
                "operationId": "listTasks",
                "tags": ["tasks"],
                "summary": "List tasks",
                "description": "Those that the caller may see, newest first.",
                "parameters": [
                    _query(
                        "limit",
                        {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
                        description="Rows on a page.",
                    ),
                    _query("cursor", {"type": "string"}),
                    _query("status", {"type": "string", "enum": ["todo", "doing", "done"]}),
                    _query(
                        "status[in]",
                        {"type": "array", "items": {"type": "string"}},
                        explode=False,
                    ),
                    _query("status[ne]", {"type": "string"}),
                    _query("q", {"type": "string"}, deprecated=True, description="Use `search`."),
                    _header("If-None-Match", example='"17"'),
                ],
                "responses": {
                    "200": {
                        "description": "A page of tasks.",
                        "headers": {"Link": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["data"],
                                    "properties": {"data": {"type": "array", "items": _TASK}},
                                }
                            }
                        },
                    },
                    "304": {"description": "Not modified."},
                    "400": _PROBLEM,
                },
            },
            "post": {
                "operationId": "createTask",
                "tags": ["tasks"],
                "summary": "Create a task",
                "parameters": [_header("Prefer", example="return=minimal")],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": _TASK,
                            "examples": {
                                "least": {"value": {"title": "Write it down"}},
                                "quoted": {"value": {"title": 'It\'s "$HOME" `x` \\ ü'}},
                            },
                        }
                    },
                },
                "responses": {
                    "201": {"description": "The row.", "content": _JSON_TASK},
                    "422": _PROBLEM,
                },
            },
        },
        "/api/v1/tasks/{id}": {
            "parameters": [_ID],
            "get": {
                "operationId": "readTask",
                "tags": ["tasks"],
                "summary": "Read a task",
                "responses": {"200": {"description": "It.", "content": _JSON_TASK}},
            },
            "patch": {
                "operationId": "patchTask",
                "tags": ["tasks"],
                "summary": "Change members of a task",
                "requestBody": {"content": {"application/merge-patch+json": {"schema": _TASK}}},
                "responses": {"200": {"description": "The row."}},
            },
        },
        "/api/v1/tasks/{id}/assign": {
            "post": {
                "operationId": "assignTask",
                "tags": ["tasks"],
                "summary": "Assign a task",
                "deprecated": True,
                "parameters": [_ID],
                "responses": {"200": {"description": "OK"}},
            }
        },
        "/api/v2/projects": {
            "get": {
                "operationId": "listProjects",
                "tags": ["projects"],
                "summary": "List projects",
                "responses": {"200": {"description": "OK"}},
            }
        },
        "/api/v1/files": {
            "post": {
                "operationId": "upload",
                "summary": "Upload a file",
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "file": {"type": "string", "format": "binary"},
                                },
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "OK"}},
            }
        },
        "/api/v1/events": {
            "get": {
                "operationId": "events",
                "summary": "Follow what happens",
                "responses": {"200": {"description": "Without end."}},
            }
        },
    },
    "webhooks": {
        "taskDone": {
            "post": {
                "operationId": "taskDone",
                "summary": "A task is done",
                "requestBody": {"content": _JSON_TASK},
                "responses": {"200": {"description": "OK"}},
            }
        }
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        "responses": {
            "Problem": {
                "description": "What is wrong.",
                "content": {
                    "application/problem+json": {
                        "schema": {
                            "type": "object",
                            "properties": {"type": {"type": "string"}},
                        }
                    }
                },
            }
        },
        "schemas": {
            "Task": {
                "type": "object",
                "description": "A piece of work in a project.",
                "required": ["title"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "format": "uuid", "readOnly": True},
                    "title": {"type": "string", "minLength": 1, "maxLength": 200},
                    "status": {"type": "string", "enum": ["todo", "done"], "default": "todo"},
                    "priority": {"type": "integer", "minimum": 1, "maximum": 5, "default": 3},
                    "assignee": {
                        "anyOf": [{"$ref": "#/components/schemas/User"}, {"type": "null"}]
                    },
                    "parent": _TASK,
                    "labels": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}},
                    "estimate": {"type": ["string", "null"], "format": "decimal"},
                    "due": {"type": "string", "format": "date-time", "deprecated": True},
                    "source": {
                        "oneOf": [
                            {"type": "object", "properties": {"from": {"type": "string"}}},
                            {"type": "object", "properties": {"by": {"type": "string"}}},
                        ]
                    },
                    "extra": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
            "User": {
                "allOf": [
                    {"type": "object", "properties": {"id": {"type": "string"}}},
                    {"type": "object", "properties": {"name": {"type": "string"}}},
                ]
            },
        },
    },
}


def with_operations(count: int) -> dict[str, Any]:
    """Return the document with `count` further operations, in thirty groups."""
    document = copy.deepcopy(DOCUMENT)
    for number in range(count):
        group = f"things{number % 30}"
        document["paths"][f"/api/v1/{group}/{number}"] = {
            "get": {
                "operationId": f"readThing{number}",
                "tags": [group],
                "summary": f"Read thing {number}",
                "parameters": DOCUMENT["paths"]["/api/v1/tasks"]["get"]["parameters"],
                "responses": {"200": {"description": "It.", "content": _JSON_TASK}},
            }
        }
    return document


def routes(document: object, *, token: str | None = None) -> Router:
    """Return the page, its document, and an API that tells what it was sent."""
    router = Router()
    router.include(page_routes())

    @router.get("/openapi.json")
    async def openapi(request: Request) -> Response:
        if token is not None and request.headers.get("authorization") != f"Bearer {token}":
            raise Unauthenticated
        return Response.json(document)

    @router.get("/api/v1/tasks")
    async def list_tasks(request: Request) -> Response:
        if request.query.get("limit") == "0":
            raise BadRequest("limit is 1 to 100, not 0")
        body = b'{"data":[{"big":%d,"empty":{},"none":[]}],"query":"%s"}'
        query = bytes(request.head.target).partition(b"?")[2]
        return Response(body % (BIG, query), media_type="application/json")

    @router.post("/api/v1/tasks")
    async def create_task(request: Request) -> Response:
        headers = {name: request.headers.get(name) for name in SHOWN}
        told = {"body": await request.text(), "headers": headers}
        return Response.json(told, status=201, headers=[("Location", "/api/v1/tasks/7")])

    @router.get("/api/v1/events")
    async def events(_request: Request) -> Response:
        return Response(stream=_ticks(), media_type="text/event-stream", endless=True)

    return router


SHOWN = ("authorization", "content-type", "prefer", "x-drystone-caller")


async def _ticks() -> AsyncIterator[bytes]:
    yield b"data: first\n\n"
    await asyncio.Event().wait()
