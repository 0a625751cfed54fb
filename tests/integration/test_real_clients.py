"""curl, httpx and the standard library's client, as people use them."""

from __future__ import annotations

import asyncio
import http.client
from pathlib import Path

import httpx
from tests.handled import echo, pieces_of, served

from drystone.http.request import Request
from drystone.http.response import Response

LOOPS = ["asyncio", "uvloop"]


class TestRealClients:
    async def test_curl(self, tmp_path: Path) -> None:
        upload = tmp_path / "upload"
        upload.write_bytes(b"y" * 2_000_000)

        async def handle(request: Request) -> Response:
            if request.method == "POST":
                size = len(await request.bytes(max_bytes=10**7))
                return Response(stream=pieces_of(b"got ", str(size).encode()))
            return Response.text(request.path)

        async with served(handle) as server:
            base = f"http://127.0.0.1:{server.port}"
            out = await self.run_curl(f"{base}/a", f"{base}/b", "-w", "%{num_connects} ")
            assert out == "/a1 /b0 "
            # Over a mebibyte curl asks with Expect: 100-continue.
            assert await self.run_curl("--data-binary", f"@{upload}", base) == "got 2000000"
            sent_in_chunks = ("-H", "Transfer-Encoding: chunked", "--data-binary", f"@{upload}")
            assert await self.run_curl(*sent_in_chunks, base) == "got 2000000"
            assert "content-length: 2\r\n" in (await self.run_curl("-I", f"{base}/a")).lower()
            assert await self.run_curl("--http1.0", f"{base}/c") == "/c"

    @staticmethod
    async def run_curl(*arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "curl", "-sS", "--noproxy", "*", "--max-time", "10", *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        assert errors == b""
        return out.decode()

    async def test_httpx(self) -> None:
        async with served(echo) as server:
            base = f"http://127.0.0.1:{server.port}"
            async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
                assert (await client.get("/a")).text == "GET /a "
                assert (await client.post("/b", content=b"x" * 9)).text == "POST /b xxxxxxxxx"
                sent = await client.post("/c", content=pieces_of(b"one ", b"two"))
                assert sent.text == "POST /c one two"
                assert (await client.head("/d")).text == ""
                answers = await asyncio.gather(*(client.get(f"/{n}") for n in range(30)))
                assert [answer.text for answer in answers] == [f"GET /{n} " for n in range(30)]

    async def test_the_standard_library(self) -> None:
        def converse(port: int) -> list[tuple[int, bytes]]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            received = []
            for method, body in (("GET", None), ("POST", b"hi"), ("HEAD", None), ("PUT", b"")):
                connection.request(method, "/x", body)
                response = connection.getresponse()
                received.append((response.status, response.read()))
            connection.request("POST", "/x", iter([b"a", b"b"]), encode_chunked=True)
            received.append((200, connection.getresponse().read()))
            connection.close()
            return received

        async with served(echo) as server:
            assert await asyncio.to_thread(converse, server.port) == [
                (200, b"GET /x "),
                (200, b"POST /x hi"),
                (200, b""),
                (200, b"PUT /x "),
                (200, b"POST /x ab"),
            ]
