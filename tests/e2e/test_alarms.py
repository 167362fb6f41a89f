"""What operators are told without asking: each thing once, in their language."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from telegram import Bot

from bot.alarms import MARKER, Alarms, running
from bot.feeds import Brought
from bot.i18n.catalog import Catalogue
from bot.newsroom import publish
from bot.sources import Submission
from bot.sources.schedule import Turn
from bot.store import FILE_NAME, Store
from bot.store.deliveries import Match, Telling
from bot.store.following import Address
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GIGABYTE = 1_000_000_000
URL = "https://paper.test/rss"


class World:
    """A disk and a time of day, changed by hand."""

    def __init__(self) -> None:
        self.now = NOON
        self.free = 40 * GIGABYTE

    def disk(self, _: Path) -> tuple[int, int]:
        return 100 * GIGABYTE, self.free


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def chief(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(1, language_code="en", met=True)


@pytest.fixture
def rais(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(2, language_code="ar", met=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path) as store:
        await store.readers.set_language(2, Language.ARABIC)
        yield store


@pytest.fixture
async def alarms(
    telegram: LoopbackTelegram, tmp_path: Path, world: World, store: Store
) -> AsyncIterator[Alarms]:
    async with Bot(telegram.token, base_url=f"{telegram.url}/bot") as bot:
        yield Alarms(
            bot,
            frozenset({1, 2}),
            Catalogue(),
            store,
            tmp_path,
            now=lambda: world.now,
            disk=world.disk,
        )


def texts(reader: Reader) -> list[str]:
    return [each.text for each in reader.chat.sent]


async def test_a_feed_that_dies_and_comes_back_is_told_once_each(
    alarms: Alarms, chief: Reader, rais: Reader
) -> None:
    turns = [None, Turn.DIED, None, Turn.CAME_BACK, None]
    for turn in turns:
        await alarms.polled(Brought(URL, 0, 0, "not found" if turn is Turn.DIED else None, turn))

    await alarms.tell()

    died, back = texts(chief)
    assert (URL in died, "not found" in died, "is dead" in died) == (True, True, True)
    assert "is back" in back
    assert [each.split()[0] for each in texts(rais)] == ["توقفت", "عادت"]


async def test_a_disk_that_is_nearly_full_is_told_once_until_there_is_room_again(
    alarms: Alarms, chief: Reader, rais: Reader, world: World
) -> None:
    for free in (40, 4, 4, 5.1, 4, 20, 4):
        world.free = int(free * GIGABYTE)
        await alarms.look()

    await alarms.tell()

    assert texts(chief) == ["The disk is nearly full: \u20684.0 GB\u2069 left."] * 2
    assert texts(rais) == ["القرص يكاد يمتلئ: بقي \u20684.0 GB\u2069."] * 2


async def test_late_alerts_are_told_once(
    alarms: Alarms, store: Store, chief: Reader, rais: Reader, world: World
) -> None:
    await _waits(store, NOON)
    for minutes in (0, 14, 16, 17, 90):
        world.now = NOON + timedelta(minutes=minutes)
        await alarms.look()

    await alarms.tell()

    assert len(texts(chief)) == len(texts(rais)) == 1
    assert "22 November 2026, 12:00 UTC" in texts(chief)[0]


async def test_a_full_disk_is_told_although_the_store_cannot_be_read(
    alarms: Alarms, telegram: LoopbackTelegram, chief: Reader, world: World, tmp_path: Path
) -> None:
    world.free = 0
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE delivery RENAME TO lost"))
    engine.dispose()

    task = asyncio.create_task(alarms.run())
    await telegram.until(lambda: bool(texts(chief)), 10, "the alarm")
    task.cancel()

    assert texts(chief) == ["The disk is nearly full: \u20680.0 GB\u2069 left."]


async def test_what_cannot_be_told_now_is_told_later_and_one_closed_chat_stops_nobody(
    alarms: Alarms, telegram: LoopbackTelegram, chief: Reader, rais: Reader
) -> None:
    chief.block()
    telegram.faults.fail_next("sendMessage", 502, "Bad Gateway")
    alarms.crashed()
    await alarms.tell()
    before = texts(rais)

    await alarms.tell()

    assert before == []
    assert len(texts(rais)) == 1
    assert texts(chief) == []


async def test_only_a_stop_takes_the_mark_away(tmp_path: Path) -> None:
    told: list[int] = []

    def start(number: int, failure: BaseException | None = None) -> None:
        with (
            suppress(RuntimeError, asyncio.CancelledError),
            running(tmp_path, crashed=lambda: told.append(number)),
        ):
            if failure:
                raise failure

    start(1)
    start(2, RuntimeError())
    start(3, asyncio.CancelledError())
    start(4)
    (tmp_path / MARKER).touch()
    start(5)

    assert told == [3, 5]


async def _waits(store: Store, due: datetime) -> None:
    """Put one alert into the outbox."""
    article = Submission(
        body="It rained.",
        source="test",
        headline=None,
        outlet=None,
        url=None,
        published=None,
        language=Language.ENGLISH,
    )
    await publish(store.articles, [article])
    alert = await store.following.add(Address(3), "rained", "en", due)
    assert alert
    revision = await store.articles.last_revision()
    match = Match(alert.id, alert.address, 0, 10, (), digest=False, due_at=due)
    telling = Telling(1, revision, 1, b"", due, correction=False, matches=[match])
    await store.announcements.announce(revision, [telling], due)
