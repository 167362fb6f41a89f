"""Reads new texts as a log, and writes what they give to tell to whom.

The revisions in the store are that log. `announce` reads on where it stopped, whichever process
stored them, and writes the deliveries with how far it has come in one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.habits import next_digest, opens
from bot.store.deliveries import Match, Telling
from retrieval.duplicates import WINDOW, Signature, Stories, signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.alerts import Alerts
    from bot.store import Store
    from bot.store.deliveries import Heard
    from bot.store.following import Wishes
    from retrieval.models import Article

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
LONGEST_PAUSE = 60.0
AT_ONCE = 25  # texts announced in one transaction
A_DAY = timedelta(days=1)  # between two cleanings
STALE = timedelta(days=3)  # coverage older than this is stored, and nobody is told


@dataclass(frozen=True, slots=True)
class _Placed:
    """A text, what it is recognised by, and the story that it tells."""

    article: Article
    signature: Signature
    story: int
    correction: bool


class Announcer:
    """Finds what is new, which story it tells, and who wants to hear of it."""

    def __init__(self, store: Store, alerts: Alerts) -> None:
        self._store = store
        self._alerts = alerts
        self._stories: Stories | None = None  # None until they are read, and after a failure
        self._tidied: datetime | None = None

    async def run(self) -> None:
        """Announce what any process stores, until cancelled; a failure is tried again."""
        pause = LOOK_SECONDS
        while True:
            try:
                while await self.announce():
                    self._alerts.news.set()
                await self._tidy()
                pause = LOOK_SECONDS
            except Exception:
                # What memory holds of stories may be ahead of the store.
                self._stories = None
                log.exception("new coverage is not announced")
                pause = min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _tidy(self) -> None:
        now = self._alerts.now()
        if self._tidied is None or now - self._tidied > A_DAY:
            await self._store.announcements.tidy(now)
            self._tidied = now

    async def announce(self) -> int:
        """Write what the next texts give to tell; return how many texts there were."""
        announcements = self._store.announcements
        articles = await self._store.articles.changed_after(await announcements.last(), AT_ONCE)
        if not articles:
            return 0
        if self._stories is None:
            told = await announcements.signatures(self._alerts.now() - WINDOW)
            self._stories = await self._alerts.think(partial(_remembered, told))
        known = await announcements.stories([each.id for each in articles])
        quiet = await announcements.quiet([each.revision for each in articles])
        now = self._alerts.now()
        placed = await self._alerts.think(partial(_place, articles, self._stories, known, now))
        tellings = []
        for each in placed:
            article = each.article
            untold = article.revision in quiet or _stale(article, now)
            tellings.append(
                Telling(
                    article_id=article.id,
                    revision=article.revision,
                    story=each.story,
                    signature=bytes(each.signature),
                    told_at=now,
                    correction=each.correction,
                    matches=() if untold else await self._matches(article, now),
                )
            )
        await announcements.announce(articles[-1].revision, tellings, now)
        return len(articles)

    async def _matches(self, article: Article, now: datetime) -> list[Match]:
        """Return what the alerts that want a text are to be told of it, and when."""
        heard = await self._alerts.hear(article)
        chats = {each.alert.address.chat_id for each in heard}
        wishes = await self._store.following.wishes_of(sorted(chats))
        return await self._alerts.think(partial(self._timed, heard, wishes, now))

    def _timed(
        self, heard: Sequence[Heard], wishes: dict[int, Wishes], now: datetime
    ) -> list[Match]:
        matches = []
        for alert, start, end, marks in heard:
            rhythm = self._alerts.rhythm_of(wishes[alert.address.chat_id])
            later = alert.digest or (alert.muted_until is not None and alert.muted_until > now)
            matches.append(
                Match(
                    alert_id=alert.id,
                    address=alert.address,
                    start=start,
                    end=end,
                    marks=marks,
                    digest=later,
                    due_at=next_digest(rhythm, now) if later else opens(rhythm, now),
                )
            )
        # A place is told once of a story: for the alert that wants it soonest.
        return sorted(matches, key=lambda each: (each.digest, each.alert_id))


def _remembered(told: Sequence[tuple[int, bytes, datetime]]) -> Stories:
    stories = Stories()
    for story, stored, at in told:
        with suppress(ValueError):  # of an earlier version
            stories.add(story, Signature(stored), at)
    return stories


def _place(
    articles: Sequence[Article], stories: Stories, known: dict[int, int], now: datetime
) -> list[_Placed]:
    """Return which story each text tells. About 2 ms a text among 50,000 stories."""
    stories.forget(now - WINDOW)
    placed = []
    for article in articles:
        made = signature(article.headline, article.body)
        told = known.get(article.id)
        story = told or stories.find(made, now)
        if story is None:
            # Copies are compared with the first alone: a chain of small edits must not drift.
            story = article.id
            stories.add(story, made, now)
        known[article.id] = story
        placed.append(_Placed(article, made, story, correction=told is not None))
    return placed


def _stale(article: Article, now: datetime) -> bool:
    published = article.published
    if published is None:
        return False
    if not isinstance(published, datetime):
        published = datetime.combine(published, time.max, UTC)
    return now - published > STALE
