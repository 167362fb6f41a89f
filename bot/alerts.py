"""Alerts: who follows what, in memory for matching and in the store for keeping."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import UserError
from bot.forecast import DAYS, EXAMINED, Forecast, forecast
from bot.habits import next_digest, rhythm_of
from bot.render_alerts import Told
from bot.store.deliveries import Heard
from bot.store.following import AlreadyFollowedError
from retrieval import names
from retrieval.matching import BadQueryError, Matcher, parse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

    from bot.hours import Rhythm
    from bot.store import Store
    from bot.store.deliveries import Delivery
    from bot.store.following import Address, Alert, Wishes
    from retrieval.matching import StandingQuery
    from retrieval.models import Article

log = logging.getLogger(__name__)
T = TypeVar("T")


class Alerts:
    """Every alert. What changes one changes store and memory in one turn."""

    def __init__(self, store: Store, zone: str, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._zone = zone
        self._matcher = Matcher(names)
        self._alerts: dict[int, Alert] = {}
        self._turn = asyncio.Lock()
        self._thinking = ThreadPoolExecutor(1, "matching")
        self.now = now
        self.news = asyncio.Event()  # set when there may be something to deliver

    @classmethod
    @asynccontextmanager
    async def open(
        cls, store: Store, zone: str = "UTC", *, now: Callable[[], datetime] | None = None
    ) -> AsyncIterator[Alerts]:
        """Read every alert. `zone` is the time zone of chats that chose none."""
        alerts = cls(store, zone, now=now or (lambda: datetime.now(UTC)))
        try:
            heard = await store.following.heard()
            alerts._alerts = {each.id: each for each in heard}
            await alerts.think(partial(_listen, alerts._matcher, heard))
            yield alerts
        finally:
            alerts._thinking.shutdown(cancel_futures=True)

    async def think(self, work: Callable[[], T]) -> T:
        """Do what takes long where alerts are matched, one thing at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._thinking, work)

    async def hear(self, article: Article) -> list[Heard]:
        """Return the alerts that want a text."""
        return await self.think(partial(_hear, article, self._matcher, self._alerts))

    async def instead(self, each: Delivery) -> Heard | None:
        """Return another alert of the same place that wants what an alert wants no more."""
        articles = await self._store.articles.by_revision([each.revision])
        held = await self._store.following.of(each.address)
        others = {alert.id: alert for alert in held if alert.id != each.alert_id}
        if not others or each.revision not in articles:
            return None

        def look() -> list[Heard]:
            matcher = Matcher(names)
            _listen(matcher, others.values())
            return _hear(articles[each.revision], matcher, others)

        return min(await self.think(look), key=lambda heard: heard.alert.id, default=None)

    async def preview(self, query: StandingQuery) -> Forecast:
        """Return what a query would have matched in the last days, judged by the newest texts.

        Where there are more than are looked at, the number is their rate.
        """
        now = self.now()
        lately = await self._store.articles.lately(now - timedelta(days=DAYS), EXAMINED)
        return await self.think(partial(forecast, query, lately, now))

    # What readers do

    async def follow(
        self, address: Address, query: StandingQuery, language_code: str | None
    ) -> Alert | None:
        """Store an alert, or find it; None when the chat has too many."""
        await self.revive(address.chat_id)
        async with self._turn:
            alert = await self._store.following.add(address, str(query), language_code, self.now())
            if alert is not None and alert.id not in self._alerts:
                await self._keep([alert])
        return alert

    async def of(self, address: Address) -> list[Alert]:
        """Return the alerts of one place, in the order in which they were made."""
        return await self._store.following.of(address)

    async def of_chat(self, chat_id: int) -> list[Alert]:
        """Return every alert of a chat, in all its topics."""
        return await self._store.following.of_chat(chat_id)

    async def get(self, number: int) -> Alert | None:
        """Return one alert, whosever it is."""
        return (await self._store.following.by_ids([number])).get(number)

    async def change(self, number: int, chat_id: int, **values: Any) -> Alert | None:
        """Change one alert of a chat; return it, or None when it is gone.

        Raises UserError("alert_twice") when another alert of the place has that query.
        """
        await self.revive(chat_id)
        async with self._turn:
            try:
                alert = await self._store.following.change(number, chat_id, **values)
            except AlreadyFollowedError as twice:
                raise UserError("alert_twice") from twice
            if alert is not None:
                await self._keep([alert])
        self.news.set()
        return alert

    async def remove(self, number: int, chat_id: int) -> bool:
        """Delete one alert of a chat."""
        async with self._turn:
            removed = await self._store.following.remove(number, chat_id)
            if removed:
                await self._drop([number])
        return removed

    async def end(self, chat_id: int, why: str) -> None:
        """Know that a chat cannot be reached; its alerts are kept."""
        async with self._turn:
            await self._store.following.end(chat_id, why)
            await self._drop(self._of(chat_id))

    async def revive(self, chat_id: int) -> bool:
        """Write to a chat again; return whether it was gone."""
        async with self._turn:
            revived = await self._store.following.revive(chat_id)
            if revived:
                await self._keep(await self._store.following.of_chat(chat_id))
        if revived:
            self.news.set()
        return revived

    async def close_topic(self, address: Address) -> None:
        """Pause the alerts of a forum's topic that was closed."""
        async with self._turn:
            await self._keep(await self._store.following.close_topic(address))

    async def move(self, old: int, new: int) -> None:
        """Take everything along to a group's new number."""
        async with self._turn:
            await self._store.following.move(old, new)
            await self._drop(self._of(old))
            await self._keep(await self._store.following.of_chat(new))
        self.news.set()

    async def forget(self, chat_id: int) -> None:
        """Delete everything of a chat."""
        async with self._turn:
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
        await self.revive(chat_id)
        wishes = await self._store.following.wish(chat_id, **values)
        now = self.now()
        await self._store.outbox.reconsider(chat_id, now)
        if not values.keys().isdisjoint(("zone", "digest_at")):
            digest = next_digest(self.rhythm_of(wishes), now)
            await self._store.outbox.move_digest(chat_id, now, digest)
        self.news.set()
        return wishes

    async def digested(self, chat_id: int, message_id: int) -> list[Told]:
        """Return everything that a digest told of, in its order."""
        deliveries = await self._store.outbox.told(chat_id, message_id)
        return await tellings(self._store, deliveries)

    async def rhythm(self, chat_id: int) -> Rhythm:
        """Return when a chat may be written to, with the usual habits where it never said."""
        return self.rhythm_of(await self._store.following.wishes(chat_id))

    def rhythm_of(self, wishes: Wishes) -> Rhythm:
        """Return when a chat of these wishes may be written to."""
        return rhythm_of(wishes, self._zone)

    # What operators do

    async def state(self) -> dict[str, Any]:
        """Return figures for operators."""
        summary = await self._store.articles.summary()
        outbox = await self._store.outbox.counts(self.now())
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

    async def retry(self) -> int:
        """Try again what Telegram refused and was set aside; return how much it is."""
        count = await self._store.outbox.unpark(self.now())
        self.news.set()
        return count

    async def _keep(self, alerts: Sequence[Alert]) -> None:
        self._alerts |= {each.id: each for each in alerts}
        await self.think(partial(_listen, self._matcher, alerts))

    async def _drop(self, numbers: Sequence[int]) -> None:
        def unlisten() -> None:
            for number in numbers:
                self._matcher.remove(number)

        for number in numbers:
            self._alerts.pop(number, None)
        await self.think(unlisten)

    def _of(self, chat_id: int) -> list[int]:
        return [each.id for each in self._alerts.values() if each.address.chat_id == chat_id]


async def tellings(store: Store, deliveries: Sequence[Delivery]) -> list[Told]:
    """Return what deliveries tell of; those whose article or alert is gone are left out."""
    articles = await store.articles.by_revision({each.revision for each in deliveries})
    alerts = await store.following.by_ids([each.alert_id for each in deliveries])
    return [
        Told(articles[each.revision], alerts[each.alert_id].query, each.also)
        for each in deliveries
        if each.revision in articles and each.alert_id in alerts
    ]


def _listen(matcher: Matcher, alerts: Iterable[Alert]) -> None:
    for each in alerts:
        matcher.remove(each.id)
        try:
            matcher.add(each.id, parse(each.query))
        except BadQueryError:
            log.warning("alert %d cannot be read any more", each.id)


def _hear(article: Article, matcher: Matcher, alerts: Mapping[int, Alert]) -> list[Heard]:
    """Return which alerts want a text, and where it answers them."""
    heard = []
    for match in matcher.match(article.headline or "", article.body):
        alert = alerts.get(match.number)
        if alert is None or alert.paused or alert.language not in {None, article.language}:
            continue
        place = match.place
        start, end = (0, 0) if place.in_headline else place.span
        marks = tuple((word.start - start, word.end - start) for word in place.words)
        heard.append(Heard(alert, start, end, marks))
    return heard
