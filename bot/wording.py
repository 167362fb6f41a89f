"""The words of what is delivered: one alert, or a digest, as its chat speaks and tells the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import render_alerts, zones
from bot.alerts import tellings
from bot.habits import cap_of
from bot.render_alerts import DIGEST_HEADLINES
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.alerts import Alerts
    from bot.hours import Rhythm
    from bot.i18n.catalog import Catalogue, Voice
    from bot.layout import Message
    from bot.store import Store
    from bot.store.deliveries import Delivery, Heard, Ready
    from bot.store.following import Address, Wishes
    from retrieval.models import Article


class Wording:
    """What delivery needs of those who know alerts and words."""

    def __init__(self, store: Store, alerts: Alerts, catalogue: Catalogue, zone: str) -> None:
        self._store = store
        self._alerts = alerts
        self._catalogue = catalogue
        self._zone = zone
        self._last: Article | None = None  # thousands are told of the same text, one by one

    def rhythm(self, wishes: Wishes) -> Rhythm:
        """Return when a chat may be written to."""
        return self._alerts.rhythm_of(wishes)

    def cap(self, wishes: Wishes) -> int | None:
        """Return how many alerts a day a chat wants; None for any number."""
        return cap_of(wishes)

    async def one(self, ready: Ready) -> Message | None:
        """Return the message of one delivery; None when its article or its alert is gone."""
        delivery, alert = ready.delivery, ready.alert
        article = await self._article(delivery.revision)
        if article is None or alert is None:
            return None
        return render_alerts.alert(
            article,
            delivery.start,
            delivery.end,
            delivery.marks,
            alert_query=alert.query,
            also=delivery.also,
            corrected=delivery.corrected,
            say=self._voice(ready.wishes, ready.chosen),
            number=alert.id,
        )

    async def digest(self, deliveries: Sequence[Delivery], wishes: Wishes) -> Message | None:
        """Return the message of a digest; None when its articles are gone."""
        told = await tellings(self._store, deliveries)
        if not told:
            return None
        shown = told[:DIGEST_HEADLINES]
        chosen = await self._store.readers.language(wishes.chat_id)
        say = self._voice(wishes, chosen)
        return render_alerts.digest(shown, len(told) - len(shown), say)

    async def instead(self, each: Delivery) -> Heard | None:
        """Return another alert of the same place that wants what an alert wants no more."""
        return await self._alerts.instead(each)

    async def closed(self, address: Address) -> None:
        """Know that a forum's topic was closed."""
        await self._alerts.close_topic(address)

    async def left(self, chat_id: int, why: str) -> None:
        """Know that a chat cannot be reached any more."""
        await self._alerts.end(chat_id, why)

    async def moved(self, old: int, new: int) -> None:
        """Know that a group has another number."""
        await self._store.readers.move(old, new)
        await self._alerts.move(old, new)

    async def _article(self, revision: int) -> Article | None:
        if self._last is None or self._last.revision != revision:
            found = await self._store.articles.by_revision([revision])
            self._last = found.get(revision)
        return self._last

    def _voice(self, wishes: Wishes, chosen: Language | None) -> Voice:
        code = (wishes.language_code or "").partition("-")[0].lower()
        known = Language(code) if code in set(Language) else Language.ENGLISH
        say = self._catalogue.voice(chosen or known)
        return zones.localised(say, wishes.zone, self._zone)
