"""Whose turn it is: requests to one host keep apart, and a host that asked for rest gets it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

_MOST_HOSTS = 10_000


class Spacing:
    """When each host may be called next, in seconds of the event loop's clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next: dict[str, float] = {}
        self._closed: dict[str, float] = {}

    async def turn(self, host: str) -> timedelta | None:
        """Wait for the host's turn; or return at once how long it wants to be left alone."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if wait := self._closed_for(host, now):
            return wait
        turn = max(now, self._next.get(host, now))
        self._next[host] = turn + self._seconds
        self._forget(now)
        await asyncio.sleep(turn - now)
        # Whoever was called in the meantime may have asked for rest.
        return self._closed_for(host, loop.time())

    def close(self, host: str, wait: timedelta) -> None:
        """Leave the host alone for a while."""
        until = asyncio.get_running_loop().time() + wait.total_seconds()
        self._closed[host] = max(until, self._closed.get(host, until))

    def _closed_for(self, host: str, now: float) -> timedelta | None:
        left = self._closed.get(host, now) - now
        if left > 0:
            return timedelta(seconds=left)
        self._closed.pop(host, None)
        return None

    def _forget(self, now: float) -> None:
        """Drop hosts whose time is past, when there are many: pages lead anywhere."""
        if len(self._next) > _MOST_HOSTS:
            self._next = {host: turn for host, turn in self._next.items() if turn > now}
        if len(self._closed) > _MOST_HOSTS:
            self._closed = {host: turn for host, turn in self._closed.items() if turn > now}
