"""Alerts in memory: kept, listed and changed as the real ones; they match by words alone."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.forecast import DAYS, Forecast
from bot.hours import Rhythm
from bot.store.following import Address, Alert, Wishes
from retrieval.text import tokens

if TYPE_CHECKING:
    from bot.render_alerts import Told
    from retrieval.models import Article
    from retrieval.queries import StandingQuery
    from tests.fakes.archive import FakeArchive

MOST = 12


class FakeAlerts:
    """What `bot.context.Follows` asks for."""

    def __init__(self, archive: FakeArchive, zone: str = "UTC") -> None:
        self.archive = archive
        self.zone = zone
        self.alerts: dict[int, Alert] = {}
        self.chosen: dict[int, Wishes] = {}
        self.gone: dict[int, str] = {}
        self.digests: dict[tuple[int, int], list[Told]] = {}
        self.forecasts: dict[str, Forecast] = {}
        self.figures: dict[str, Any] = {}
        self._numbers = count(1)

    async def preview(self, query: StandingQuery) -> Forecast:
        if str(query) in self.forecasts:
            return self.forecasts[str(query)]
        found = [each for each in self.archive.articles if _matches(query, each)]
        return Forecast(len(found), len(found) / DAYS, tuple(found[:3]))

    async def follow(
        self, address: Address, query: StandingQuery, language_code: str | None
    ) -> Alert | None:
        here = await self.of(address)
        for each in here:
            if each.query == str(query):
                return each
        if len(here) >= MOST:
            return None
        number, now = next(self._numbers), datetime.now(UTC)
        alert = Alert(
            id=number,
            address=address,
            query=str(query),
            language=None,
            digest=False,
            paused=False,
            muted_until=None,
            made_at=now,
        )
        self.alerts[number] = alert
        self.chosen[address.chat_id] = replace(
            await self.wishes(address.chat_id), language_code=language_code
        )
        return alert

    async def of(self, address: Address) -> list[Alert]:
        return [each for each in self.alerts.values() if each.address == address]

    async def of_chat(self, chat_id: int) -> list[Alert]:
        return [each for each in self.alerts.values() if each.address.chat_id == chat_id]

    async def get(self, number: int) -> Alert | None:
        return self.alerts.get(number)

    async def change(self, number: int, chat_id: int, **values: Any) -> Alert | None:
        found = await self.get(number)
        if found is None or found.address.chat_id != chat_id:
            return None
        others = [each.query for each in await self.of(found.address) if each.id != number]
        if values.get("query") in others:
            raise UserError("alert_twice")
        self.alerts[number] = replace(found, **values)
        return self.alerts[number]

    async def remove(self, number: int, chat_id: int) -> bool:
        held = [each.id for each in await self.of_chat(chat_id)]
        return number in held and self.alerts.pop(number) is not None

    async def wishes(self, chat_id: int) -> Wishes:
        return self.chosen.get(chat_id, Wishes(chat_id))

    async def wish(self, chat_id: int, **values: Any) -> Wishes:
        self.chosen[chat_id] = replace(await self.wishes(chat_id), **values)
        return self.chosen[chat_id]

    async def rhythm(self, chat_id: int) -> Rhythm:
        wishes = await self.wishes(chat_id)
        return Rhythm(
            ZoneInfo(wishes.zone or self.zone),
            22 * 60 if wishes.quiet_from is None else wishes.quiet_from,
            7 * 60 if wishes.quiet_until is None else wishes.quiet_until,
            8 * 60 if wishes.digest_at is None else wishes.digest_at,
        )

    async def digested(self, chat_id: int, message_id: int) -> list[Told]:
        return self.digests.get((chat_id, message_id), [])

    async def revive(self, chat_id: int) -> bool:
        return self.gone.pop(chat_id, None) is not None

    async def end(self, chat_id: int, why: str) -> None:
        self.gone[chat_id] = why

    async def move(self, old: int, new: int) -> None:
        for number, each in self.alerts.items():
            if each.address.chat_id == old:
                moved = Address(new, each.address.thread_id)
                self.alerts[number] = replace(each, address=moved)

    async def forget(self, chat_id: int) -> None:
        self.chosen.pop(chat_id, None)
        self.alerts = {n: a for n, a in self.alerts.items() if a.address.chat_id != chat_id}

    async def export(self, chat_id: int) -> dict[str, Any]:
        held = [asdict(a) for a in self.alerts.values() if a.address.chat_id == chat_id]
        return {"alert": [{"query": each["query"]} for each in held]}

    async def state(self) -> dict[str, Any]:
        return self.figures

    async def retry(self) -> int:
        parked = int(self.figures.get("parked", 0))
        self.figures |= {"parked": 0}
        return parked


def _matches(query: StandingQuery, article: Article) -> bool:
    there = {term for word in tokens(f"{article.title} {article.body}") for term in word.terms}
    return all(
        any(all(not there.isdisjoint(word.terms) for word in unit.words) for unit in clause)
        for clause in query.clauses
    )
