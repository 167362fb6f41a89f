"""The feeds that are polled, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from bot.sources.feeds import KEY_BYTES, Feed
from bot.sources.schedule import State
from bot.store.schema import feed
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from bot.store.database import Database

# In the column of keys it parts those that are done with from those that are hushed.
_APART = bytes(KEY_BYTES)
_PAGE = 50  # rows, 2 ms of the event loop's time


@dataclass(frozen=True, slots=True)
class Polled:
    """A feed in the store. `trouble` is the fault of the last poll."""

    id: int
    feed: Feed
    state: State
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Added:
    """How many feeds are new, and of how many others the outlet or the language is."""

    new: int
    changed: int


class Feeds:
    """Every feed, by its address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, feeds: Sequence[Feed], now: datetime) -> Added:
        """Add feeds that are not there yet, due now; of others change what is given of them."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(feed.c.url, feed.c.outlet, feed.c.language))
            known = {url: (outlet, language) for url, outlet, language in rows}
            new = {each.url: each for each in feeds if each.url not in known}
            changed = 0
            for each in feeds:
                if each.url in known and (given := _given(each, *known[each.url])):
                    await connection.execute(
                        update(feed).where(feed.c.url == each.url).values(given)
                    )
                    changed += 1
            if new:
                added = [_feed_row(each) | _state_row(State(due=now)) for each in new.values()]
                await connection.execute(insert(feed), added)
        return Added(len(new), changed)

    async def remove(self, url: str) -> bool:
        """Poll a feed no longer; its articles stay."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(feed).where(feed.c.url == url))
        return gone.rowcount > 0

    async def all(self) -> list[Polled]:
        """Return every feed, in the order in which they were added."""
        found: list[Polled] = []
        while True:
            last = found[-1].id if found else 0
            query = select(feed).where(feed.c.id > last).order_by(feed.c.id).limit(_PAGE)
            async with self._database.reading() as connection:
                rows = (await connection.execute(query)).all()
            found += map(_polled, rows)
            if len(rows) < _PAGE:
                return found

    async def due(self, now: datetime, limit: int, but: Collection[int] = ()) -> list[Polled]:
        """Return the feeds that are to be polled by now, longest overdue first.

        `but` are the numbers of those that are being polled.
        """
        wanted = (feed.c.due <= now) & feed.c.id.not_in(but)
        query = select(feed).where(wanted).order_by(feed.c.due).limit(limit)
        async with self._database.reading() as connection:
            return [_polled(row) for row in await connection.execute(query)]

    async def polled(self, before: Polled, after: Feed, state: State, trouble: str | None) -> None:
        """Note where a feed stands after a poll, unless it was removed meanwhile.

        One that has moved to where another feed is polled already is that feed, and is removed.
        """
        values = _progress_row(after) | _state_row(state) | {"trouble": trouble}
        # Its number may be another feed's by now, its address may not.
        one = (feed.c.id == before.id) & (feed.c.url == before.feed.url)
        there = select(feed.c.id).where((feed.c.url == after.url) & (feed.c.id != before.id))
        async with self._database.transaction() as connection:
            if await connection.scalar(there) is not None:
                await connection.execute(delete(feed).where(one))
            else:
                await connection.execute(update(feed).where(one).values(values))


def _feed_row(one: Feed) -> dict[str, Any]:
    return {
        "outlet": one.outlet,
        "language": None if one.language is None else one.language.value,
        **_progress_row(one),
    }


def _given(one: Feed, outlet: str | None, language: str | None) -> dict[str, str]:
    """Return what an operator says of a feed and the store does not know."""
    given: dict[str, str] = {}
    if one.outlet and one.outlet != outlet:
        given["outlet"] = one.outlet
    if one.language and one.language != language:
        given["language"] = one.language.value
    return given


def _progress_row(one: Feed) -> dict[str, Any]:
    """Return what a poll changes; what its operator knows of a feed stays the operator's."""
    return {
        "url": one.url,
        "etag": one.etag,
        "modified": one.modified,
        "keys": one.keys + (_APART + one.hushed if one.hushed else b""),
        "answered": one.answered,
    }


def _state_row(state: State) -> dict[str, Any]:
    return {
        "due": state.due,
        "interval": int(state.interval.total_seconds()),
        "failures": state.failures,
        "failing_since": state.failing_since,
        "dead": int(state.dead),
    }


def _polled(row: Row[Any]) -> Polled:
    keys, _, hushed = row.keys.partition(_APART)
    one = Feed(
        url=row.url,
        outlet=row.outlet,
        language=None if row.language is None else Language(row.language),
        etag=row.etag,
        modified=row.modified,
        keys=keys,
        hushed=hushed,
        answered=row.answered,
    )
    state = State(
        due=row.due,
        interval=timedelta(seconds=row.interval),
        failures=row.failures,
        failing_since=row.failing_since,
        dead=bool(row.dead),
    )
    return Polled(row.id, one, state, row.trouble)
