"""A web of strangers on loopback: any number of hosts, one server, and faults on purpose."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    Answer = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    host: str
    path: str
    headers: dict[str, str]

    @property
    def where(self) -> str:
        return f"{self.host}{self.path}"


def response(
    content: bytes | str = b"", status: int = 200, **headers: str
) -> Callable[[Request, asyncio.StreamWriter], Awaitable[None]]:
    """An ordinary answer; `content_type="text/html"` gives a header."""
    body = content.encode() if isinstance(content, str) else content

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, {"content-length": str(len(body)), **named(headers)}) + body)
        await writer.drain()

    return answer


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def head(status: int, headers: dict[str, str]) -> bytes:
    rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} OK\r\n{rows}connection: close\r\n\r\n".encode()


@dataclass(slots=True)
class Web:
    """Hosts and what they answer; `resolve` leads every known host to the server."""

    pages: dict[str, Answer] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._server
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def url(self, where: str) -> str:
        host, _, path = where.partition("/")
        return f"http://{host}:{self.port}/{path}"

    def at(self, where: str, answer: Answer | bytes | str, **headers: str) -> str:
        """Put an answer at "host/path"; return its URL."""
        ready = response(answer, **headers) if isinstance(answer, (bytes, str)) else answer
        host = where.partition("/")[0]
        self.pages[where] = ready
        self.addresses.setdefault(host, ["127.0.0.1"])
        return self.url(where)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that answer here, to be allowed by name."""
        return frozenset(each.partition("/")[0] for each in self.pages)

    async def resolve(self, host: str, port: int) -> list[str]:
        del port
        if host not in self.addresses:
            raise OSError
        return self.addresses[host]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._answered(await reader.readuntil(b"\r\n\r\n"), writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _answered(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        first, *rest = raw.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)
        }
        request = Request(headers["host"].partition(":")[0], first.split()[1], headers)
        self.asked.append(request)
        await self.pages.get(request.where, response("", 404))(request, writer)
