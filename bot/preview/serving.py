"""The HTTP server: on loopback alone, for its own page and for bots alone."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse

from bot.preview import api, page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.preview.telegram import LoopbackTelegram

HOST = "127.0.0.1"
SHUTDOWN_SECONDS = 2

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class _Guarded:
    """Refuses what another site's page sends, and says what a browser may do with the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if scope["type"] == "http" and _foreign(scope):
            await PlainTextResponse("not from another site", 403)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)


def _foreign(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    origin, host = headers.get(b"origin"), headers.get(b"host", b"")
    if origin is not None and origin != b"http://" + host:
        return True
    linked = scope["path"] == "/" and headers.get(b"sec-fetch-mode") == b"navigate"
    return headers.get(b"sec-fetch-site") in {b"cross-site", b"same-site"} and not linked


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leave = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait for the end instead of looking for it every tenth of a second."""
        await self.on_tick(0)
        await self.leave.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals to the program."""
        yield


@asynccontextmanager
async def serving(telegram: LoopbackTelegram, port: int) -> AsyncIterator[str]:
    """Serve the Bot API and the page; yield the address. Raises OSError when the port is taken."""
    # Named TCP, or asyncio leaves the delay on: 40 ms between the head of an answer and its body.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        page.furnish(telegram)
        app = Starlette(
            routes=[*api.routes(telegram), *page.routes(telegram)],
            middleware=[
                Middleware(_Guarded),
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
            ],
        )
        server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        async with asyncio.TaskGroup() as group:
            serve = group.create_task(server.serve(sockets=[listener]))
            ready = group.create_task(server.ready.wait())
            await asyncio.wait((serve, ready), return_when=asyncio.FIRST_COMPLETED)
            try:
                yield f"http://{HOST}:{listener.getsockname()[1]}"
            finally:
                server.leave.set()
