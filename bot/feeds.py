"""Polls the feeds: what is new is published, what went wrong is kept for the operator."""

from __future__ import annotations

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import TransientError
from bot.newsroom import publish
from bot.sources.feeds import poll
from bot.sources.schedule import Outcome as Polling
from bot.sources.schedule import Turn, next_poll
from bot.store import Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.sources.fetching import Fetcher
    from bot.store import Store
    from bot.store.feeds import Polled

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0  # at the feeds that `python -m bot feeds` adds and hastens
LONGEST_PAUSE = 60.0
AT_ONCE = 8
_OURS = "not understood: a fault of ours, see the log"


@dataclass(frozen=True, slots=True)
class Brought:
    """What one poll came to: how many articles were new, how many refused, and why nothing came."""

    url: str
    new: int
    refused: int
    trouble: str | None
    turn: Turn | None


class Newsagent:
    """Polls every feed when it is due. `told` hears of each poll."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        *,
        told: Callable[[Brought], Awaitable[None]] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._told = told
        self._now = now
        # One thread reads what strangers sent: the others stay free for readers.
        self._reading = ThreadPoolExecutor(1, "feeds")

    async def run(self) -> None:
        """Poll what is due, until cancelled; a failure is logged and tried again."""
        pause = LOOK_SECONDS
        try:
            while True:
                try:
                    while await self.round():
                        pass
                    pause = LOOK_SECONDS
                except Exception:
                    log.exception("feeds are not polled")
                    pause = min(pause * 2, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            self._reading.shutdown(wait=False, cancel_futures=True)

    async def round(self) -> int:
        """Poll some of the feeds that are due; return how many."""
        due = await self._store.feeds.due(self._now(), AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for each in due:
                group.create_task(self._poll_safely(each))
        return len(due)

    async def poll(self, feeds: Sequence[Polled]) -> None:
        """Poll these feeds now, due or not, some at a time."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(one: Polled) -> None:
            async with turns:
                await self._poll_safely(one)

        try:
            async with asyncio.TaskGroup() as group:
                for each in feeds:
                    group.create_task(in_turn(each))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            self._reading.shutdown(wait=False, cancel_futures=True)

    async def _poll_safely(self, polled: Polled) -> None:
        """Poll a feed; what trips us up in one keeps no other waiting."""
        try:
            await self._poll(polled)
        except TransientError:
            raise
        except Exception:
            log.exception("a feed is not understood: %s", polled.feed.url)
            outcome = Polling(fault=_OURS)
            state = next_poll(polled.state, outcome, self._now())
            await self._store.feeds.polled(polled.id, polled.feed, state, _OURS)
            if self._told:
                await self._told(Brought(polled.feed.url, 0, 0, _OURS, state.turn))

    async def _poll(self, polled: Polled) -> None:
        result = await poll(polled.feed, self._fetcher, self._now(), thread=self._reading)
        submissions = [each.submission for each in result.articles]
        quiet = {place for place, each in enumerate(result.articles) if each.silent}
        outcomes = await publish(self._store.articles, submissions, quiet) if submissions else []
        jitter = random.random()  # noqa: S311 - spreads load, guards nothing
        state = next_poll(polled.state, result.outcome, self._now(), jitter=jitter)
        trouble = result.outcome.fault
        # After the articles: a crash in between finds them again, as known ones.
        await self._store.feeds.polled(polled.id, result.feed, state, trouble)
        if state.turn is Turn.DIED:
            log.warning("a feed is dead: %s (%s)", polled.feed.url, trouble)
        if self._told:
            new = sum(outcome is not Outcome.KNOWN for outcome in outcomes)
            refused = len(result.refusals) if trouble is None else 0
            await self._told(Brought(polled.feed.url, new, refused, trouble, state.turn))
