"""A connection that is read a little at a time, so that no answer keeps the event loop for long.

Parsing HTTP is Python. Of 64 kB, all in one read, it takes 190 ms when they are chunks of one byte,
120 ms when they are headers of one letter; and whoever else waits for the loop waits as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl

# Bytes of one read, each 3 ms at worst.
_HEAD_PIECE, _BODY_PIECE = 1_024, 4_096
_LONGEST_HEAD = 65_536
_MOST_LINES = 200


class BoundedStream(httpcore.AsyncNetworkStream):
    """Another stream in small pieces, and with an end to what comes before or after a body.

    Headers, interim answers and trailers together may be so many lines and bytes; `proceed` is to
    be called when the head is over, and at each piece of the body.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._piece = _HEAD_PIECE
        self._bytes = self._lines = 0

    def proceed(self) -> None:
        """Count anew: what was read so far made sense."""
        self._piece = _BODY_PIECE
        self._bytes = self._lines = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """Return some bytes. Raises httpcore's errors."""
        if self._bytes > _LONGEST_HEAD or self._lines > _MOST_LINES:
            raise httpcore.RemoteProtocolError("too many headers")
        content = await self._stream.read(min(max_bytes, self._piece), timeout)
        self._bytes += len(content)
        self._lines += content.count(b"\n")
        return content

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        """Send a request, which a head will answer. Raises httpcore's errors."""
        self._piece = _HEAD_PIECE
        self._bytes = self._lines = 0
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> BoundedStream:
        """Return the encrypted stream over this one. Raises httpcore's errors."""
        return BoundedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of a connection."""
        return self._stream.get_extra_info(info)
