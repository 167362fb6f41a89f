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
from bot.newsroom import in_batches, publish
from bot.sources.feeds import poll
from bot.sources.schedule import Outcome as Polling
from bot.sources.schedule import Turn, next_poll
from bot.store import Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.sources import Refusal
    from bot.sources.feeds import Taken
    from bot.sources.fetching import Fetcher
    from bot.store import Store
    from bot.store.feeds import Polled

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0  # at the feeds that `python -m bot feeds` adds and hastens
LONGEST_PAUSE = 60.0
AT_ONCE = 8
MOST_NAMED = 10  # refusals of one poll, in the log
_OURS = "not understood: a fault of ours, see the log"


@dataclass(frozen=True, slots=True)
class Brought:
    """What one poll came to: how many articles were new, what was refused, why nothing came."""

    url: str
    new: int = 0
    refusals: tuple[Refusal, ...] = ()
    trouble: str | None = None
    turn: Turn | None = None


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
                    await self.round()
                    pause = LOOK_SECONDS
                except Exception:
                    log.exception("feeds are not polled")
                    pause = min(pause * 2, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            self._reading.shutdown(wait=False, cancel_futures=True)

    async def round(self) -> int:
        """Poll the feeds that are due, some at a time, until none is; return how many polls."""
        polls = 0
        under_way: dict[asyncio.Task[None], int] = {}
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    # A slow one keeps its own place and no other's.
                    due = await self._store.feeds.due(self._now(), AT_ONCE, {*under_way.values()})
                    for each in due[: AT_ONCE - len(under_way)]:
                        under_way[group.create_task(self._poll_safely(each))] = each.id
                        polls += 1
                    if not under_way:
                        return polls
                    done, _ = await asyncio.wait(
                        under_way, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in done:
                        del under_way[task]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def poll(self, feeds: Sequence[Polled]) -> None:
        """Poll these feeds now, due or not, some at a time; the last thing a newsagent does."""
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
            await self._store.feeds.polled(polled, polled.feed, state, _OURS)
            if self._told:
                await self._told(Brought(polled.feed.url, trouble=_OURS, turn=state.turn))

    async def _poll(self, polled: Polled) -> None:
        result = await poll(polled.feed, self._fetcher, self._now(), thread=self._reading)
        new = await self._publish(result.articles)
        jitter = random.random()  # noqa: S311 - spreads load, guards nothing
        state = next_poll(polled.state, result.outcome, self._now(), jitter=jitter)
        trouble = result.outcome.fault
        # After the articles: a crash in between finds them again, as known ones.
        await self._store.feeds.polled(polled, result.feed, state, trouble)
        if state.turn is Turn.DIED:
            log.warning("a feed is dead: %s (%s)", polled.feed.url, trouble)
        refusals = result.refusals if trouble is None else ()
        for each in refusals[:MOST_NAMED]:
            log.info("refused: %s: %s", each.where, each.reason)
        if len(refusals) > MOST_NAMED:
            log.info("refused: %s: %d more", polled.feed.url, len(refusals) - MOST_NAMED)
        if self._told:
            await self._told(Brought(polled.feed.url, new, refusals, trouble, state.turn))

    async def _publish(self, articles: Sequence[Taken]) -> int:
        """Publish a poll's articles, oldest first; return how many the archive did not have."""
        new = 0
        for batch in in_batches(articles, lambda each: len(each.submission.body)):
            quiet = {place for place, each in enumerate(batch) if each.silent}
            submissions = [each.submission for each in batch]
            outcomes = await publish(self._store.articles, submissions, quiet)
            new += sum(outcome is not Outcome.KNOWN for outcome in outcomes)
        return new
