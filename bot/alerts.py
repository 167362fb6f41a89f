"""Alerts: who follows what, and what a new text gives to tell to whom.

The revisions in the store are a log. `announce` reads on where it stopped, whichever process
stored them, and writes the deliveries with how far it has come in one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import UserError
from bot.forecast import DAYS, EXAMINED, Forecast, forecast
from bot.habits import next_digest, opens, rhythm_of
from bot.render_alerts import Told
from bot.store.deliveries import Match, Telling
from bot.store.following import AlreadyFollowedError
from retrieval import names
from retrieval.duplicates import WINDOW, Signature, Stories, signature
from retrieval.matching import BadQueryError, Matcher, parse
from retrieval.matching import Match as Matched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.hours import Rhythm
    from bot.store import Store
    from bot.store.deliveries import Delivery
    from bot.store.following import Address, Alert, Wishes
    from retrieval.matching import StandingQuery
    from retrieval.models import Article

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_SECONDS = 1.0
LONGEST_PAUSE = 60.0
AT_ONCE = 25  # texts announced in one transaction
STALE = timedelta(days=3)  # coverage older than this is stored, and nobody is told


@dataclass(frozen=True, slots=True)
class _Found:
    """What one text says to the alerts, before it is known whose days and nights matter."""

    article: Article
    signature: Signature
    matches: Sequence[Matched]


class Alerts:
    """Every alert, in memory for matching and in the store for keeping."""

    def __init__(self, store: Store, zone: str, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._zone = zone
        self._now = now
        self._matcher = Matcher(names)
        self._stories = Stories()
        self._alerts: dict[int, Alert] = {}
        self._loaded = False
        self._matching = ThreadPoolExecutor(1, "matching")
        self.news = asyncio.Event()  # set when there is something to deliver

    @classmethod
    @asynccontextmanager
    async def open(
        cls, store: Store, zone: str = "UTC", *, now: Callable[[], datetime] | None = None
    ) -> AsyncIterator[Alerts]:
        """Read every alert. `zone` is the time zone of chats that chose none."""
        alerts = cls(store, zone, now=now or (lambda: datetime.now(UTC)))
        try:
            await alerts.load()
            yield alerts
        finally:
            alerts._matching.shutdown(cancel_futures=True)

    async def load(self) -> None:
        """Read alerts and recent stories into memory."""
        heard = await self._store.following.heard()
        told = await self._store.outbox.signatures(self._now() - WINDOW)
        self._alerts = {each.id: each for each in heard}
        await self._think(partial(self._remember, heard, told))
        self._loaded = True

    def _remember(
        self, heard: Sequence[Alert], told: Sequence[tuple[int, bytes, datetime]]
    ) -> None:
        self._matcher, self._stories = Matcher(names), Stories()
        for each in heard:
            self._listen(each)
        for story, stored, at in told:
            with suppress(ValueError):  # of an earlier version
                self._stories.add(story, Signature(stored), at)

    def _listen(self, alert: Alert) -> None:
        try:
            self._matcher.add(alert.id, parse(alert.query))
        except BadQueryError:
            log.warning("alert %d cannot be read any more", alert.id)

    # What is new

    async def run(self) -> None:
        """Announce what any process stores, until cancelled; a failure is tried again."""
        pause = LOOK_SECONDS
        while True:
            try:
                if not self._loaded:
                    await self.load()
                while await self.announce():
                    self.news.set()
                pause = LOOK_SECONDS
            except Exception:
                # What memory holds of stories may be ahead of the store.
                self._loaded = False
                log.exception("new coverage is not announced")
                pause = min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def announce(self) -> int:
        """Write what the next texts give to tell; return how many texts there were."""
        outbox = self._store.outbox
        articles = await self._store.articles.changed_after(await outbox.announced(), AT_ONCE)
        if not articles:
            return 0
        stories = await outbox.stories([each.id for each in articles])
        quiet = await outbox.quiet([each.revision for each in articles])
        found = await self._think(partial(self._read, articles))
        now = self._now()
        self._stories.forget(now - WINDOW)
        tellings = []
        for each in found:
            untold = each.article.revision in quiet or _stale(each.article, now)
            tellings.append(await self._telling(each, stories, now, untold=untold))
        await outbox.announce(articles[-1].revision, tellings, now)
        return len(articles)

    def _read(self, articles: Sequence[Article]) -> list[_Found]:
        return [
            _Found(
                each,
                signature(each.headline, each.body),
                self._matcher.match(each.headline or "", each.body),
            )
            for each in articles
        ]

    async def _telling(
        self, found: _Found, stories: dict[int, int], now: datetime, *, untold: bool
    ) -> Telling:
        article = found.article
        known = stories.get(article.id)
        story = known or self._stories.find(found.signature, now)
        if story is None:
            # Copies are compared with the first alone: a chain of small edits must not drift.
            story = article.id
            self._stories.add(story, found.signature, now)
        stories[article.id] = story
        matches = () if untold else await self._wanted(found, now)
        return Telling(
            article_id=article.id,
            revision=article.revision,
            story=story,
            signature=bytes(found.signature),
            told_at=now,
            correction=known is not None,
            matches=matches,
        )

    async def _wanted(self, found: _Found, now: datetime) -> list[Match]:
        """Return the matches of alerts that want this text, each with its time."""
        wanted = []
        for match in found.matches:
            alert = self._alerts.get(match.number)
            if alert is None or alert.paused:
                continue
            if alert.language not in {None, found.article.language}:
                continue
            wanted.append((alert, match))
        chats = {alert.address.chat_id for alert, _ in wanted}
        wishes = await self._store.following.wishes_of(sorted(chats))
        return await self._think(partial(self._timed, wanted, wishes, now))

    def _timed(
        self,
        wanted: Sequence[tuple[Alert, Matched]],
        wishes: dict[int, Wishes],
        now: datetime,
    ) -> list[Match]:
        matches = []
        for alert, match in wanted:
            rhythm = self.rhythm_of(wishes[alert.address.chat_id])
            later = alert.digest or (alert.muted_until is not None and alert.muted_until > now)
            place = match.place
            start, end = (0, 0) if place.in_headline else place.span
            matches.append(
                Match(
                    alert_id=alert.id,
                    address=alert.address,
                    start=start,
                    end=end,
                    marks=tuple((word.start - start, word.end - start) for word in place.words),
                    digest=later,
                    due_at=next_digest(rhythm, now) if later else opens(rhythm, now),
                )
            )
        return matches

    # What readers do

    async def preview(self, query: StandingQuery) -> Forecast:
        """Return what a query would have matched in the last days, judged by the newest texts.

        Where there are more than are looked at, the number is their rate.
        """
        now = self._now()
        lately = await self._store.articles.lately(now - timedelta(days=DAYS), EXAMINED)
        return await self._think(partial(forecast, query, lately, now))

    async def follow(
        self, address: Address, query: StandingQuery, language_code: str | None
    ) -> Alert | None:
        """Store an alert, or find it; None when the chat has too many."""
        alert = await self._store.following.add(address, str(query), language_code, self._now())
        if alert is not None and alert.id not in self._alerts:
            await self._keep(alert)
        return alert

    async def of(self, address: Address) -> list[Alert]:
        """Return the alerts of one place, in the order in which they were made."""
        return await self._store.following.of(address)

    async def get(self, number: int, chat_id: int) -> Alert | None:
        """Return one alert, if it is this chat's."""
        return await self._store.following.get(number, chat_id)

    async def change(self, number: int, chat_id: int, **values: Any) -> Alert | None:
        """Change one alert; return it, or None when it is gone.

        Raises UserError("alert_twice") when another alert of the place has that query.
        """
        try:
            alert = await self._store.following.change(number, chat_id, **values)
        except AlreadyFollowedError as twice:
            raise UserError("alert_twice") from twice
        if alert is not None:
            await self._keep(alert)
            self.news.set()
        return alert

    async def remove(self, number: int, chat_id: int) -> bool:
        """Delete one alert."""
        removed = await self._store.following.remove(number, chat_id)
        if removed:
            await self._drop([number])
        return removed

    async def end(self, chat_id: int, why: str) -> None:
        """Know that a chat cannot be reached; its alerts are kept."""
        await self._store.following.end(chat_id, why)
        await self._drop(self._of(chat_id))

    async def revive(self, chat_id: int) -> bool:
        """Write to a chat again; return whether it was gone."""
        revived = await self._store.following.revive(chat_id)
        if revived:
            for alert in await self._store.following.of_chat(chat_id):
                await self._keep(alert)
        return revived

    async def move(self, old: int, new: int) -> None:
        """Take everything along to a group's new number."""
        await self._store.following.move(old, new)
        await self._drop(self._of(old))
        for alert in await self._store.following.of_chat(new):
            await self._keep(alert)
        self.news.set()

    async def forget(self, chat_id: int) -> None:
        """Delete everything of a chat."""
        await self._store.following.forget(chat_id)
        await self._drop(self._of(chat_id))

    async def export(self, chat_id: int) -> dict[str, Any]:
        """Return everything of a chat, as JSON takes it."""
        return await self._store.following.export(chat_id)

    async def wishes(self, chat_id: int) -> Wishes:
        """Return what a chat chose."""
        return await self._store.following.wishes(chat_id)

    async def wish(self, chat_id: int, **values: Any) -> Wishes:
        """Change what a chat chose, for what waits already too."""
        wishes = await self._store.following.wish(chat_id, **values)
        await self._store.outbox.reconsider(chat_id, self._now())
        self.news.set()
        return wishes

    async def digested(self, chat_id: int, message_id: int) -> list[Told]:
        """Return everything that a digest told of, in its order."""
        deliveries = await self._store.outbox.told(chat_id, message_id)
        return await tellings(self._store, deliveries)

    async def state(self) -> dict[str, Any]:
        """Return figures for operators."""
        now = self._now()
        summary = await self._store.articles.summary()
        outbox = await self._store.outbox.counts(now)
        feeds = await self._store.feeds.all()
        return {
            "article": summary.last_added,
            "articles": summary.articles,
            **await self._store.following.counts(),
            **outbox,
            "feeds": len(feeds),
            "feeds_failing": sum(each.trouble is not None for each in feeds),
            **await asyncio.to_thread(self._store.sizes),
        }

    async def rhythm(self, chat_id: int) -> Rhythm:
        """Return when a chat may be written to, with the usual habits where it never said."""
        return self.rhythm_of(await self._store.following.wishes(chat_id))

    def rhythm_of(self, wishes: Wishes) -> Rhythm:
        """Return when a chat of these wishes may be written to."""
        return rhythm_of(wishes, self._zone)

    async def _keep(self, alert: Alert) -> None:
        def relisten() -> None:
            self._matcher.remove(alert.id)
            self._listen(alert)

        self._alerts[alert.id] = alert
        await self._think(relisten)

    async def _drop(self, numbers: Sequence[int]) -> None:
        def unlisten() -> None:
            for number in numbers:
                self._matcher.remove(number)

        for number in numbers:
            self._alerts.pop(number, None)
        await self._think(unlisten)

    def _of(self, chat_id: int) -> list[int]:
        return [each.id for each in self._alerts.values() if each.address.chat_id == chat_id]

    async def _think(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._matching, work)


async def tellings(store: Store, deliveries: Sequence[Delivery]) -> list[Told]:
    """Return what deliveries tell of; those whose article or alert is gone are left out."""
    articles = await store.articles.by_revision({each.revision for each in deliveries})
    alerts = await store.following.by_ids([each.alert_id for each in deliveries])
    return [
        Told(articles[each.revision], alerts[each.alert_id].query, each.also)
        for each in deliveries
        if each.revision in articles and each.alert_id in alerts
    ]


def _stale(article: Article, now: datetime) -> bool:
    published = article.published
    if published is None:
        return False
    if not isinstance(published, datetime):
        published = datetime.combine(published, time.max, UTC)
    return now - published > STALE
