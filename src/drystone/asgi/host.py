"""A service as an ASGI 3 application, for any server that hosts those.

What our server would refuse is refused here too, by the same parser and limits; see
`scope.py`. Time-outs, concurrency and connections are the business of the server that
is there.

A client that goes away cancels the handler, as on our own server, from the moment its
request's body was read.

Left out on purpose: WebSockets, and any other `Upgrade` (501): a message protocol
cannot hand over the connection.

Source: ASGI specification 3.0, HTTP format 2.4, lifespan format 2.0.
"""

from __future__ import annotations

import asyncio
import logging

from drystone.asgi.inflow import Inflow
from drystone.asgi.protocol import Receive, Scope, Send
from drystone.asgi.reply import Reply
from drystone.asgi.scope import build_head, build_peer, declared_length
from drystone.errors import InternalError, NotImplementedByServer, Problem
from drystone.http.body import Body, ClientDisconnected
from drystone.http.limits import Limits
from drystone.http.parts.proxies import TrustedProxies
from drystone.http.protocol.serializer import InvalidHeader
from drystone.http.request import Request
from drystone.http.response import Response, Upgrade
from drystone.http.service import Service

log = logging.getLogger("drystone.asgi")


class AsgiApplication:
    """`application(scope, receive, send)` for a service.

    Args:
        service: what is served.
        limits: those on heads and bodies are kept.
        proxies: peers whose `Forwarded` fields are believed; none where the server
            already puts the client they name into the scope.
    """

    def __init__(
        self,
        service: Service,
        *,
        limits: Limits | None = None,
        proxies: TrustedProxies | None = None,
    ) -> None:
        self._service = service
        self._limits = limits or Limits()
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the whole life of the service.

        Raises:
            ValueError: a kind of scope that nobody has heard of.
        """
        kind = scope["type"]
        if kind == "http":
            await self._serve(scope, receive, send)
        elif kind == "lifespan":
            await self._live(receive, send)
        elif kind == "websocket":
            # Closed before it was accepted: the server answers 403.
            await receive()
            await send({"type": "websocket.close", "code": 1011, "reason": ""})
        else:
            raise ValueError(f"there is no way to serve a scope of type {kind!r}")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._service.start()
        except Exception as error:
            log.exception("the service could not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._service.drain()
        try:
            await self._service.stop()
        except Exception as error:
            log.exception("the service could not stop")
            await send({"type": "lifespan.shutdown.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = build_peer(scope, self._proxies)
        reply = Reply(send, scope["method"])
        try:
            head = build_head(scope, self._limits)
        except Problem as problem:
            await reply.send(self._service.refuse(problem, peer))
            return
        length = declared_length(scope, head)
        inflow = Inflow(receive, without_body=length == 0)
        request = Request(head, peer=peer)
        if length != 0:
            most = self._limits.max_body_bytes
            request.body = Body(inflow.read, declared_length=length, max_bytes=most)
        await self._answer_while_wanted(request, reply, inflow)

    async def _answer_while_wanted(self, request: Request, reply: Reply, inflow: Inflow) -> None:
        answering = asyncio.create_task(self._answer(request, reply))
        watching = asyncio.create_task(inflow.until_disconnected())
        try:
            await asyncio.wait((answering, watching), return_when=asyncio.FIRST_COMPLETED)
            # Servers report the end of a response as a disconnect, too.
            if reply.finished:
                await asyncio.wait((answering,))
        finally:
            watching.cancel()
            answering.cancel()
            await asyncio.gather(answering, watching, return_exceptions=True)
        if not answering.cancelled() and (error := answering.exception()) is not None:
            raise error

    async def _answer(self, request: Request, reply: Reply) -> None:
        try:
            response = await self._handle(request)
            try:
                await reply.send(response)
            except InvalidHeader:
                if reply.begun:
                    raise
                log.exception("response withheld")
                await reply.send(self._service.refuse(InternalError(), request.peer, request))
        except ClientDisconnected:
            log.debug("client gone: %s %r", request.method, request.target)

    async def _handle(self, request: Request) -> Response:
        try:
            response = await self._service.handle(request)
        except Exception as error:  # noqa: BLE001  (the caller gets an answer, whatever it is)
            return self._answer_to(error, request)
        if isinstance(response, Upgrade):
            problem = NotImplementedByServer("The protocol cannot be changed here.")
            return self._service.refuse(problem, request.peer, request)
        return response

    def _answer_to(self, error: Exception, request: Request) -> Response:
        if isinstance(error, ClientDisconnected):
            raise error
        if isinstance(error, Problem):
            return self._service.refuse(error, request.peer, request)
        log.error("service failed: %s %r", request.method, request.target, exc_info=error)
        return self._service.refuse(InternalError(), request.peer, request)
