"""A browser for tests: Chromium, driven with the WebDriver protocol over plain HTTP.

    with browser() as session:
        async with new_page(session) as page:
            await page.open("http://127.0.0.1:8000/docs")
            assert await page.run("return document.title") == "API"

Where the machine has no chromium and chromedriver, the test is skipped; nothing is
downloaded. Source: W3C WebDriver 2.
"""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import httpx
import pytest

PROGRAMS: Final = {
    "driver": shutil.which("chromedriver"),
    "browser": shutil.which("chromium") or shutil.which("google-chrome"),
}
ENTER: Final = "\ue007"
ESCAPE: Final = "\ue00c"
_PATIENCE_SECONDS: Final = 60.0
_CONDITION_SECONDS: Final = 15.0


class Page:
    """The one page of a browser."""

    def __init__(self, session: httpx.AsyncClient) -> None:
        self._session = session

    async def open(self, address: str) -> None:
        """Load an address, and wait until it is loaded."""
        await self._ask("POST", "url", {"url": address})

    async def reload(self) -> None:
        """Load the same address again."""
        await self._ask("POST", "refresh", {})

    async def run(self, script: str, *arguments: object) -> Any:
        """Return what the body of an async function returns; `arguments` are its own."""
        body = f"return (async function () {{ {script} }}).apply(null, arguments)"
        return await self._ask("POST", "execute/sync", {"script": body, "args": list(arguments)})

    async def wait(self, condition: str) -> Any:
        """Return the value of an expression as soon as it is truthy.

        Raises:
            AssertionError: it never was.
        """
        deadline = asyncio.get_running_loop().time() + _CONDITION_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            # Waits in the browser, frame by frame, so the two do not chat meanwhile.
            value = await self.run(
                f"""
                for (let frame = 0; frame < 60; frame++) {{
                    const value = {condition};
                    if (value) return value;
                    await new Promise((done) => setTimeout(done, 16));
                }}
                return null;
                """
            )
            if value:
                return value
        shown = await self.run("return document.body.innerText")
        raise AssertionError(f"never true: {condition}\n{shown}\n{await self.complaints()}")

    async def press(self, *keys: str) -> None:
        """Press keys, one after another, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self._ask("POST", "actions", {"actions": [source]})

    async def click(self, selector: str) -> None:
        """Click what a selector finds, as a person would: it has to be visible."""
        found = await self._ask("POST", "element", {"using": "css selector", "value": selector})
        (reference,) = found.values()
        await self._ask("POST", f"element/{reference}/click", {})

    async def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Be a screen of that size; windows of a browser cannot be as narrow as a phone."""
        await self._devtools(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._devtools("Emulation.setEmulatedMedia", {"features": [scheme]})

    async def screenshot(self) -> bytes:
        """Return what is seen, as PNG."""
        return base64.b64decode(await self._ask("GET", "screenshot"))

    async def complaints(self) -> list[str]:
        """Return what the console was told since the last time: errors and violations."""
        entries = await self._ask("POST", "se/log", {"type": "browser"})
        return [f"{entry['level']}: {entry['message']}" for entry in entries]

    async def _devtools(self, command: str, parameters: dict[str, object]) -> None:
        await self._ask("POST", "goog/cdp/execute", {"cmd": command, "params": parameters})

    async def _ask(self, method: str, command: str, content: object = None) -> Any:
        answer = await self._session.request(method, command, json=content)
        value = answer.json()["value"]
        if answer.is_error:
            raise AssertionError(f"{command}: {value['error']}: {value['message']}")
        return value


@contextmanager
def browser() -> Iterator[str]:
    """Start a browser and return the address of its session; both processes end on leaving."""
    driver, program = PROGRAMS["driver"], PROGRAMS["browser"]
    if driver is None or program is None:
        pytest.skip("needs chromium and chromedriver")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        subprocess.Popen(
            [driver, "--port=0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{_announced_port(process)}/session"
            with httpx.Client(timeout=_PATIENCE_SECONDS, trust_env=False) as client:
                session = f"{address}/{_start_session(client, address, program, profile)}"
                try:
                    yield session
                finally:
                    client.delete(session)  # or the browser would outlive its driver
        finally:
            process.terminate()


@asynccontextmanager
async def new_page(session: str) -> AsyncIterator[Page]:
    """Open a tab, which has nothing of those before it; closed on leaving."""
    async with httpx.AsyncClient(
        base_url=session, timeout=_PATIENCE_SECONDS, trust_env=False
    ) as client:
        before = (await client.get("window")).json()["value"]
        tab = (await client.post("window/new", json={"type": "tab"})).json()["value"]["handle"]
        await client.post("window", json={"handle": tab})
        page = Page(client)
        await page.complaints()
        try:
            yield page
        finally:
            await client.delete("window")
            await client.post("window", json={"handle": before})


def _announced_port(process: subprocess.Popen[str]) -> int:
    for line in process.stdout or ():
        if match := re.search(r"started successfully on port (\d+)", line):
            return int(match[1])
    raise AssertionError("chromedriver did not start")


def _start_session(client: httpx.Client, address: str, program: str, profile: str) -> str:
    options = {
        "binary": program,
        # No sandbox: a container's root may not make one, and only our own page is shown.
        "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
        ],
    }
    wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    answer = client.post(address, json={"capabilities": {"alwaysMatch": wanted}})
    value = answer.json()["value"]
    if answer.is_error:
        raise AssertionError(f"no browser: {value['message']}")
    return str(value["sessionId"])
