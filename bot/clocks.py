"""When the next message may go: to one chat, and at all. Monotonic seconds; no waiting here.

Telegram takes about 30 messages a second over all chats, one a second in a chat and 20 a minute in
a group. Answers never wait for alerts: they take their turns, and alerts take what is left.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# A little below the limit, as both clocks and networks jitter. Turns that were missed while the
# machine was busy are made up for: only what goes within the window counts.
MOST, WINDOW = 29, 1.015
BETWEEN = 1 / 40
IN_A_CHAT = 1.05
IN_A_GROUP = 3.1  # 20 a minute, evenly
REMEMBERED = 50_000  # chats


class Clocks:
    """The turns that were taken, and the waits that Telegram demanded."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._halted = 0.0  # until when everybody waits
        self._said: deque[float] = deque([-WINDOW] * MOST, maxlen=MOST)
        self._chats: OrderedDict[int, float] = OrderedDict()
        self._refused: dict[int, float] = {}

    def wait(self, chat_id: int) -> float:
        """Return for how many seconds an alert must wait."""
        turn = max(self._said[0] + WINDOW, self._said[-1] + BETWEEN, self._halted)
        return max(turn - self._clock(), self.chat_wait(chat_id), 0.0)

    def chat_wait(self, chat_id: int) -> float:
        """Return for how many seconds this chat alone must be left in peace."""
        return max(self._chats.get(chat_id, 0.0) - self._clock(), 0.0)

    def said(self, chat_id: int) -> None:
        """Count a message to a chat, answer or alert."""
        now = self._clock()
        self._said.append(now)
        gap = IN_A_GROUP if chat_id < 0 else IN_A_CHAT
        self._later(chat_id, max(self._chats.get(chat_id, 0.0), now) + gap)

    def refused(self, chat_id: int, seconds: float) -> None:
        """Obey a 429: it belongs to that chat, and to all once a second chat is refused too."""
        now = self._clock()
        until = now + seconds
        self._later(chat_id, until)
        self._refused = {chat: end for chat, end in self._refused.items() if end > now}
        self._refused[chat_id] = until
        if len(self._refused) > 1:
            self._halted = max(self._halted, min(self._refused.values()))

    def _later(self, chat_id: int, until: float) -> None:
        self._chats[chat_id] = max(self._chats.pop(chat_id, 0.0), until)
        if len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
