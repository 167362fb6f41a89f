"""How many questions one reader may ask in a minute."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Wait(NamedTuple):
    """Too fast: seconds until the next question, and whether the reader has not been told yet."""

    seconds: int
    tell: bool


@dataclass(slots=True)
class _Recent:
    times: deque[float] = field(default_factory=deque)
    told: bool = False


class Pace:
    """At most `limit` questions a reader in any `window` seconds.

    A sliding window in memory. Readers who have been idle for a window are forgotten, and never
    more than `most` are remembered.
    """

    def __init__(
        self,
        limit: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        window: float = 60.0,
        most: int = 10_000,
    ) -> None:
        self.limit = limit
        self._clock = clock
        self._window = window
        self._most = most
        self._readers: OrderedDict[int, _Recent] = OrderedDict()  # least recently asked first

    def __len__(self) -> int:
        """How many readers are remembered."""
        return len(self._readers)

    def ask(self, reader: int) -> Wait | None:
        """Count one question; return None when it may be answered, else how long to wait."""
        now = self._clock()
        self._forget_idle(now)
        recent = self._readers.setdefault(reader, _Recent())
        while recent.times and recent.times[0] <= now - self._window:
            recent.times.popleft()
        if len(recent.times) >= self.limit:
            tell, recent.told = not recent.told, True
            return Wait(math.ceil(recent.times[0] + self._window - now), tell)
        recent.times.append(now)
        recent.told = False
        self._readers.move_to_end(reader)
        if len(self._readers) > self._most:
            self._readers.popitem(last=False)
        return None

    def _forget_idle(self, now: float) -> None:
        while self._readers:
            oldest = next(iter(self._readers.values()))
            if oldest.times[-1] > now - self._window:
                return
            self._readers.popitem(last=False)
