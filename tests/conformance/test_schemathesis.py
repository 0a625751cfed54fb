"""What schemathesis makes of the description: no 5xx, and no answer that is not described.

It reads the document as a client would, makes requests that fit it and others that do not,
and judges each answer by it: status, media type, header fields, body. Every route of an
application that uses everything is met, for a bounded time; the seed is fixed.

Three things are told to it in a plainer form:

- `default` describes what any request can be answered, which would excuse every status. So it
  is left out, and the server is given room for long addresses, which it would refuse by it.
- `Prefer: return=minimal` leaves the body of a 201 out, which no schema can say.
- `format` is a hint to people and forms (JSON Schema, Validation, section 7.2.1): what is
  kept to is the pattern beside it, which takes addresses that no RFC has.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from drystone import App
from drystone.http.limits import MIB, Limits
from drystone.openapi.encode import document_of
from drystone.settings import Settings
from tests.integration.openapi.everything import create_everything, make_app
from tests.postgres import Migrate
from tests.serving import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("schemathesis", path=str(Path(sys.executable).parent)) is None,
        reason="schemathesis is not installed",
    ),
]
SECONDS = 30

# A valid request may be about a row that is not there, or a value that is taken; and one
# that is not valid may be refused for another reason first.
_CONFIGURATION = """
[checks]
positive_data_acceptance.expected-statuses = [
  "2xx", "3xx", "400", "401", "403", "404", "409", "412", "422", "428"]
negative_data_rejection.expected-statuses = [
  "400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]
missing_required_header.expected-statuses = ["404", "428"]
"""


@pytest.fixture
def migrate() -> Migrate:
    return create_everything


def plainer(document: dict[str, Any]) -> dict[str, Any]:
    for item in document["paths"].values():
        for operation in item.values():
            del operation["responses"]["default"]
            operation["parameters"] = [
                one
                for one in operation.get("parameters", ())
                if one.get("$ref") != "#/components/parameters/Prefer"
            ]
    drop_formats(document)
    return document


def drop_formats(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("format") in ("email", "uri", "slug") and "pattern" in part:
            del part["format"]
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        drop_formats(one)


async def run(document: dict[str, Any], app: App, directory: Path) -> tuple[int, str]:
    """Return the exit code of schemathesis, and what it has printed."""
    (directory / "openapi.json").write_text(json.dumps(document))
    (directory / "schemathesis.toml").write_text(_CONFIGURATION)
    roomy = Limits(max_request_line_bytes=MIB, max_field_line_bytes=MIB, max_head_bytes=2 * MIB)
    async with serving(app, limits=roomy) as served:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            *("--config-file", "schemathesis.toml", "run", "openapi.json"),
            *("--url", f"http://127.0.0.1:{served.port}", "--checks", "all"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--seed", "1"),
            *("--suppress-health-check", "all", "--max-time", str(SECONDS), "--no-color"),
            cwd=directory,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_every_answer_is_as_described(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(Settings(database_url=database_url))
    code, output = await run(plainer(document_of(app)), app, tmp_path)
    assert code == 0, output
    failed = [record for record in caplog.records if record.name == "drystone.routing"]
    assert failed == []
