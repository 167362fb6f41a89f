"""Telegram's rates, kept strictly: over all chats, in a chat, in a group."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from bot.preview.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.preview.chats import Chat

A_SECOND = 30
A_SECOND_IN_A_CHAT = 1
A_MINUTE_IN_A_GROUP = 20
REMEMBERED = 100_000  # chats


class Limits:
    """Counts the messages that were sent; what is refused does not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all: deque[float] = deque()
        self._chats: OrderedDict[int, deque[float]] = OrderedDict()

    def count(self, chat: Chat) -> None:
        """Count a message to a chat. Raises RefusedError, 429, when it comes too soon."""
        now = self._clock()
        most, seconds = (A_SECOND_IN_A_CHAT, 1.0) if chat.private else (A_MINUTE_IN_A_GROUP, 60.0)
        here = self._chats.setdefault(chat.id, deque())
        self._chats.move_to_end(chat.id)
        for times, many, window in ((self._all, A_SECOND, 1.0), (here, most, seconds)):
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= many:
                after = max(1, round(times[0] + window - now + 0.5))
                raise RefusedError(
                    429, f"Too Many Requests: retry after {after}", {"retry_after": after}
                )
        self._all.append(now)
        here.append(now)
        if len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
