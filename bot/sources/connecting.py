"""Connections to the very address that was checked, so that DNS cannot change its mind between."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpcore
import httpx

from bot.sources.addresses import is_public
from bot.sources.bounded import BoundedStream
from bot.sources.responses import of_use

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence

    from httpcore import SOCKET_OPTION

    Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_ADDRESSES = 4  # tried one after the other
_RESOLVERS = 4
_KEPT_SECONDS = 5.0


class ForbiddenAddressError(httpcore.ConnectError):
    """The host has an address that strangers must not lead us to."""


class NoSuchHostError(httpcore.ConnectError):
    """The host has no address."""


class PinnedTransport(httpx.AsyncBaseTransport):
    """httpx's transport over httpcore with a backend that checks each address it connects to.

    Errors are httpcore's, and the two above. TLS names and Host headers stay those of the URL.
    """

    def __init__(self, allowed: Collection[str], resolve: Resolve | None = None) -> None:
        self._backend = _Backend(allowed, resolve)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=None,  # whoever asks keeps count
            max_keepalive_connections=10,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=self._backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises httpcore's errors."""
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        stream: BoundedStream = response.extensions["network_stream"]
        stream.proceed()
        return httpx.Response(
            response.status,
            # The client reads some of them itself, the target of a redirect for one.
            headers=of_use(response.headers),
            stream=_Body(response, stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        self._backend.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response, stream: BoundedStream) -> None:
        self._response = response
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            self._stream.proceed()
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, allowed: Collection[str], resolve: Resolve | None) -> None:
        self._allowed = allowed
        self._resolve = resolve or self._resolve_by_system
        self._sockets = httpcore.AnyIOBackend()
        # The system's resolver may hang for a minute; that must hold up no other thread's work.
        self._threads = ThreadPoolExecutor(_RESOLVERS, "resolve")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except (OSError, UnicodeError) as error:
            raise NoSuchHostError from error
        if not addresses:
            raise NoSuchHostError
        # One bad address among good ones is how rebinding begins, so all must be public.
        if host.lower() not in self._allowed and not all(map(is_public, addresses)):
            raise ForbiddenAddressError
        failure: Exception = NoSuchHostError()
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return BoundedStream(
                    await self._sockets.connect_tcp(
                        address, port, timeout, local_address, socket_options
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _resolve_by_system(self, host: str, port: int) -> list[str]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(address[0]) for *_, address in found))
