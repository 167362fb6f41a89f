"""One polite and safe GET of a stranger's address: what came, or by name why nothing did."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Self

import httpcore
import httpx

from bot.sources.addresses import is_web, may_be_called
from bot.sources.connecting import ForbiddenAddressError, NoSuchHostError, PinnedTransport
from bot.sources.responses import (
    Failed,
    Fault,
    Fetched,
    Unchanged,
    charset_of,
    fault_of,
    fresh_of,
    media_type_of,
    validator,
    wait_of,
)
from bot.sources.spacing import Spacing
from bot.sources.unpacking import (
    ACCEPTED,
    BrokenError,
    TooLargeError,
    UnknownCodingError,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

    from bot.sources.connecting import Resolve

FEED = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})
# Each piece of a body takes some 20 µs to parse, however small it is.
_MOST_PIECES = 50_000
_PIECES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much; seconds and bytes."""

    deadline: float = 30.0  # for all hops together, waiting for one's turn not counted
    connect: float = 10.0
    silence: float = 15.0
    spacing: float = 1.0  # between requests to the same host
    largest: int = 5_000_000
    redirects: int = 5
    connections: int = 10  # each holds up to twice `largest`


# The first that fits.
_FAULTS: dict[type[Exception], Fault] = {
    TimeoutError: Fault.TOO_SLOW,
    httpcore.TimeoutException: Fault.TOO_SLOW,
    ForbiddenAddressError: Fault.FORBIDDEN_ADDRESS,
    NoSuchHostError: Fault.NO_SUCH_HOST,
    httpcore.NetworkError: Fault.NO_CONNECTION,
    httpcore.ProtocolError: Fault.BROKEN,
    httpx.InvalidURL: Fault.BROKEN,
    httpx.HTTPError: Fault.BROKEN,  # the client reads the target of a redirect itself
    TooLargeError: Fault.TOO_LARGE,
    BrokenError: Fault.BAD_PACKING,
    UnknownCodingError: Fault.BAD_PACKING,
    UnicodeError: Fault.BROKEN,
}


class Fetcher:
    """Fetches with one pool of connections; an async context manager.

    `allowed` names hosts that may have private addresses; only they and whoever asks lead to them,
    no stranger does. `resolve` is for tests and for those who have a resolver of their own.
    """

    def __init__(
        self,
        *,
        agent: str = "Isnad",
        allowed: Collection[str] = (),
        limits: Limits | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._allowed = frozenset(filter(None, map(_host_written, allowed)))
        self._transport = PinnedTransport(self._allowed, resolve)
        self._client = httpx.AsyncClient(
            transport=self._transport,
            headers={"User-Agent": agent, "Accept-Encoding": ACCEPTED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self.limits.silence, connect=self.limits.connect, pool=None),
            follow_redirects=False,
            trust_env=False,
        )
        self._hosts = Spacing(self.limits.spacing)
        self._turns = asyncio.Semaphore(self.limits.connections)
        self._thread = ThreadPoolExecutor(1, "unpack")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._client.aclose()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def get(
        self,
        url: str,
        *,
        accept: str = PAGE,
        etag: str | None = None,
        modified: str | None = None,
        via: str | None = None,
    ) -> Fetched | Unchanged | Failed:
        """Return what is at the address. Never raises but for cancellation.

        `etag` and `modified` are those of what came before; `via` is the address that led here, if
        it was no operator's choice. Waits for the host's turn first.
        """
        headers = {"Accept": accept}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        left = self.limits.deadline
        visited: set[str] = set()
        moved: str | None = None
        for_good = True
        for _ in range(self.limits.redirects + 1):
            if not is_web(url):
                return Failed(Fault.BAD_ADDRESS)
            if url in visited:
                break
            visited.add(url)
            found, left = await self._hop(url, via, headers, left)
            if not isinstance(found, _Redirect):
                return _with_address(found, moved)
            url, via = found.url, url
            for_good = for_good and found.for_good
            moved = url if for_good else moved
        return Failed(Fault.REDIRECTS)

    async def _hop(
        self, url: str, via: str | None, headers: dict[str, str], left: float
    ) -> tuple[Fetched | Unchanged | Failed | _Redirect, float]:
        """Return the answer of one address, and how many seconds are left after it."""
        host = _host(url)
        if host is None:
            return Failed(Fault.BAD_ADDRESS), left
        # Else a stranger's feed would have us publish what stands behind the operator's door.
        if host in self._allowed and via is not None and _host(via) not in self._allowed:
            return Failed(Fault.FORBIDDEN_ADDRESS), left
        wait = await self._hosts.turn(host)
        if wait:
            return Failed(Fault.ASKED_TO_WAIT, wait=wait), left
        loop = asyncio.get_running_loop()
        async with self._turns:
            started = loop.time()
            found = await self._asked(url, headers, left)
        if isinstance(found, Failed) and found.wait:
            self._hosts.close(host, found.wait)
        return found, left - (loop.time() - started)

    async def _asked(
        self, url: str, headers: dict[str, str], left: float
    ) -> Fetched | Unchanged | Failed | _Redirect:
        try:
            async with (
                asyncio.timeout(left),
                self._client.stream("GET", url, headers=headers) as response,
            ):
                return await self._answer(response)
        except tuple(_FAULTS) as error:
            return Failed(_named(error))

    async def _answer(self, response: httpx.Response) -> Fetched | Unchanged | Failed | _Redirect:
        status, headers = response.status_code, response.headers
        if status == httpx.codes.NOT_MODIFIED:
            return Unchanged(fresh_of(headers))
        if status in _MOVED and "location" in headers:
            target = response.url.join(headers["location"]).copy_with(fragment=None)
            return _Redirect(str(target), for_good=status in _MOVED_FOR_GOOD)
        if status != httpx.codes.OK:
            return Failed(fault_of(status), status, wait_of(headers))
        packed, whole = await self._body(response)
        coding = headers.get("content-encoding", "")
        # Packed, five million bytes take some 20 ms; too long for whoever else waits.
        content, unpacked = await asyncio.get_running_loop().run_in_executor(
            self._thread, unpack, packed, coding, self.limits.largest
        )
        whole = whole and unpacked
        return Fetched(
            url=str(response.url),
            content=content,
            media_type=media_type_of(headers),
            charset=charset_of(headers),
            etag=validator(headers.get("etag")) if whole else None,
            modified=validator(headers.get("last-modified")) if whole else None,
            fresh=fresh_of(headers),
            whole=whole,
        )

    async def _body(self, response: httpx.Response) -> tuple[bytes, bool]:
        """Return the bytes as they came, and whether they are all that were announced."""
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self.limits.largest:
            raise TooLargeError
        content = bytearray()
        pieces = 0
        try:
            async for piece in response.aiter_raw():
                content += piece
                pieces += 1
                if len(content) > self.limits.largest or pieces > _MOST_PIECES:
                    raise TooLargeError
                if not pieces % _PIECES_AT_ONCE:
                    await asyncio.sleep(0)  # there may be hundreds in what was read at once
        except (httpcore.RemoteProtocolError, httpcore.ReadError):
            if not content:
                raise
            return bytes(content), False
        return bytes(content), True


@dataclass(frozen=True, slots=True)
class _Redirect:
    url: str
    for_good: bool


def _host(url: str) -> str | None:
    """Return the host that the client would call; None where it reads no address of the web."""
    try:
        parts = httpx.URL(url)
        host = parts.raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, ValueError):
        return None
    return host if may_be_called(parts.scheme, host, parts.port, parts.userinfo) else None


def _host_written(name: str) -> str | None:
    """Return a host as connections name it, in whatever letters an operator wrote it."""
    return _host(f"http://{name.strip()}/") or _host(f"http://[{name.strip()}]/")


def _named(error: Exception) -> Fault:
    # httpcore has one error for no connection and no trust; its text is the TLS library's.
    if type(error) is httpcore.ConnectError and "certificate" in str(error).lower():
        return Fault.NO_TRUST
    return next(fault for kind, fault in _FAULTS.items() if isinstance(error, kind))


def _with_address(
    found: Fetched | Unchanged | Failed, moved: str | None
) -> Fetched | Unchanged | Failed:
    if isinstance(found, Fetched) and moved == found.url:
        return replace(found, moved=moved)
    return found
