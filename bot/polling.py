"""Hearing Telegram: one reader's messages in order, all readers at once, never deaf unnoticed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import Conflict
from telegram.ext import BaseUpdateProcessor
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

AT_ONCE = 12  # readers served at the same time
MOST_WAITING = 50  # updates of one reader
REMEMBERED = 1_000  # updates; a poll brings at most 100
COMPLAINT_SECONDS = 60.0
_NO_LIMIT = 1 << 30  # the library's own bound would let one reader's messages hold every place


class Pulse:
    """When Telegram last answered a poll, by a monotonic clock in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        """Telegram has just answered."""
        self._last = self._clock()

    def silence(self) -> float:
        """Seconds since the last answer."""
        return self._clock() - self._last


class PollingRequest(HTTPXRequest):
    """The connection of getUpdates alone: each answer is a beat of the pulse."""

    __slots__ = ("_pulse",)

    def __init__(self, pulse: Pulse, **options: Any) -> None:
        super().__init__(**options)
        self._pulse = pulse

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make the request; raises what the parent raises."""
        status, body = await super().do_request(*args, **kwargs)
        if status == HTTPStatus.OK:
            self._pulse.beat()
        return status, body


async def until_deaf(
    pulse: Pulse,
    seconds: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Return when no poll has been answered for `seconds`."""
    while (left := seconds - pulse.silence()) > 0:
        await sleep(left)


class Seen:
    """The numbers of the last updates: Telegram may deliver one a second time."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._numbers: dict[int, None] = {}

    def again(self, number: int) -> bool:
        """Return whether this update came before, and remember it."""
        if number in self._numbers:
            return True
        self._numbers[number] = None
        if len(self._numbers) > self._most:
            del self._numbers[next(iter(self._numbers))]
        return False


@dataclass(slots=True)
class _Queue:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    dropped: int = 0


class ReaderQueues(BaseUpdateProcessor):
    """A queue for each reader, and `at_once` readers served at the same time.

    Only the first message of a reader's queue competes for a place, so a reader who floods waits
    behind himself alone; what is past the `most` that may wait is dropped, and so is an update that
    came before. An empty queue is forgotten.
    """

    def __init__(self, at_once: int = AT_ONCE, *, most: int = MOST_WAITING) -> None:
        super().__init__(_NO_LIMIT)
        self._most = most
        self._places = asyncio.Semaphore(at_once)
        self._queues: dict[int, _Queue] = {}
        self._seen = Seen()

    def __len__(self) -> int:
        """How many readers have a message in hand or waiting."""
        return len(self._queues)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await the handlers in this reader's turn, unless too many wait or it came before."""
        if isinstance(update, Update) and self._seen.again(update.update_id):
            log.info("update %d came a second time", update.update_id)
            _close(coroutine)
            return
        reader = _reader(update)
        queue = self._queues.setdefault(reader, _Queue())
        if queue.waiting > self._most:  # one of them is in hand
            queue.dropped += 1
            _close(coroutine)
            return
        queue.waiting += 1
        try:
            async with queue.turn, self._places:
                await coroutine
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                del self._queues[reader]
                if queue.dropped:
                    log.info("one reader sent too much at once: %d updates dropped", queue.dropped)
            _close(coroutine)  # cancelled before its turn, it was never awaited

    async def initialize(self) -> None:
        """Need nothing."""

    async def shutdown(self) -> None:
        """Hold nothing."""


class Complaint:
    """Logs a lasting failure in one line, at most once a minute."""

    def __init__(
        self, log: logging.Logger, what: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._what = what
        self._clock = clock
        self._next = clock()

    def __call__(self, error: Exception) -> None:
        """Log `error` unless the minute is not over."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + COMPLAINT_SECONDS
        if isinstance(error, Conflict):
            self._log.error(
                "another program is polling with this bot's token: stop one of the two, "
                "or readers are answered at random"
            )
        else:
            self._log.warning("%s: %s: %s", self._what, type(error).__name__, error)


def _close(work: Awaitable[Any]) -> None:
    if isinstance(work, Coroutine):
        work.close()


def _reader(update: object) -> int:
    if not isinstance(update, Update):
        return 0
    who = update.effective_user or update.effective_chat
    return who.id if who else 0
