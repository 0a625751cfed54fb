"""A guide that shows requests and their answers, followed as a reader would.

    ```python            declares; an application in it is named `app`
    ```python raises     ends in an error, which a ```text block shows
    ```http              a request, if it begins with a method: it is sent to the last `app`;
                         else the answer to the one above

In an answer an ellipsis stands for anything. `$NAME` stands for an id: the first time for
whatever is there, and from then on, in requests too, for the same. Of the header fields
those that are shown count; space in JSON does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests import client
from tests.integration.guide_page import Block, GuidePage, read_blocks

_KINDS = ("python", "python raises", "text", "http")
_NAME = re.compile(r"\$([A-Z]+)")
_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class ExchangePage(GuidePage):
    """One page being run.

    Args:
        path: of the page.
        names: that its Python finds there.
    """

    def __init__(self, path: Path, names: Mapping[str, Any]) -> None:
        super().__init__(path, names)
        self.blocks = list(read_blocks(path.read_text("utf-8"), _KINDS))
        self._open = AsyncExitStack()
        self._app: Any = None
        self._ids: dict[str, str] = {}
        self._answer: client.Answer | None = None

    async def run(self, block: Block) -> None:
        """Run a block, send its request, or compare its answer."""
        if block.kind != "http":
            await super().run(block)
        elif block.text.startswith("HTTP/"):
            self._compare(block)
        else:
            await self._send(block.text)

    async def close(self) -> None:
        """Stop the application that was started last."""
        await self._open.aclose()

    async def _send(self, text: str) -> None:
        head, _, body = self._named(text).strip().partition("\n\n")
        line, *fields = head.splitlines()
        method, target = line.split(" ", 1)
        await self._start()
        self._answer = await client.request(
            self._app,
            method,
            re.sub(r"\s", "%20", target).replace('"', "%22"),
            headers={
                **({"Content-Type": "application/json"} if body else {}),
                **dict(field.split(": ", 1) for field in fields),
            },
            content=body.encode(),
        )

    async def _start(self) -> None:
        app = vars(self._module)["app"]
        if app is not self._app:
            await self._open.aclose()
            await self._open.enter_async_context(client.started(app))
            self._app = app

    def _named(self, text: str) -> str:
        return _NAME.sub(lambda found: self._ids[found[1]], text)

    def _compare(self, block: Block) -> None:
        assert self._answer is not None, f"line {block.line}: nothing was asked"
        head, _, body = block.text.strip().partition("\n\n")
        status, *fields = head.splitlines()
        answer = self._answer
        told = f"line {block.line}: {answer.status} {answer.headers} {answer.body.decode()}"
        assert int(status.split()[1]) == answer.status, told
        for name, value in (field.split(": ", 1) for field in fields):
            assert self._match(value, answer.headers.get(name.lower(), "")), told
        assert self._match(_squeeze(body), _squeeze(answer.body.decode())), told

    def _match(self, expected: str, found: str) -> bool:
        """Tell whether a text is as it is shown, and remember the ids in it."""
        new: set[str] = set()

        def pattern(part: str) -> str:
            if part == "…":
                return ".*?"
            if not part.startswith("$"):
                return re.escape(part)
            name = part[1:]
            if name in self._ids:
                return self._ids[name]
            if name in new:
                return f"(?P={name})"
            new.add(name)
            return f"(?P<{name}>{_UUID})"

        parts = (pattern(one) for one in re.split(r"(…|\$[A-Z]+)", expected))
        match = re.compile("".join(parts), re.DOTALL).fullmatch(found)
        self._ids |= match.groupdict() if match else {}
        return match is not None


def _squeeze(text: str) -> str:
    """Return JSON without the space that means nothing."""
    return _SPACE.sub(lambda found: found[1] or "", text)
