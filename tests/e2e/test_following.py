"""From an article that comes in to the reader who follows what it is about; nothing is faked."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import app
from bot.alerts import Alerts
from bot.announcing import Announcer
from bot.clocks import Clocks
from bot.delivery import Deliverer
from bot.newsroom import publish
from bot.polling import Pulse
from bot.sources import Submission
from bot.store import Store
from bot.store.following import Address
from bot.wording import Wording
from retrieval.models import Language
from tests.e2e.conftest import settings

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.fakes.archive import FakeArchive

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BRIDGE = "The old bridge of Mostar was closed to lorries on Monday, the mayor of the town said."
STORY = f"""{BRIDGE} Engineers had found cracks in two of its pillars in October. Repairs will take
until the summer and cost four million euros, of which half is to come from the canton. Until then
lorries must take the road through Blagaj, where people fear noise and accidents at night."""
JISR = "أغلقت البلدية الجسر القديم في موستار أمام الشاحنات يوم الاثنين، كما قال رئيس البلدية."


USUAL = {"headline": "The bridge", "url": None, "published": None}


class Clock:
    """The time of day, moved by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Newsroom:
    store: Store
    alerts: Alerts
    clock: Clock

    async def publish(self, *bodies: str, quiet: bool = False, **more: Any) -> None:
        """Store articles as another process would; the bot finds them by itself."""
        submissions = [
            Submission(
                body=body,
                language=Language.ARABIC if "\u0627" in body else Language.ENGLISH,
                source="test",
                **USUAL | {"outlet": f"Outlet {number}"} | more,
            )
            for number, body in enumerate(bodies, 1)
        ]
        await publish(self.store.articles, submissions, range(len(bodies)) if quiet else ())

    async def told(self) -> None:
        """Wait until everything stored so far was announced."""
        async with asyncio.timeout(10):
            # Another task brings it about, through the store alone.
            while await self.store.announcements.last() < await self.store.articles.last_revision():  # noqa: ASYNC110 - as said
                await asyncio.sleep(0.01)


@asynccontextmanager
async def newsroom(
    telegram: LoopbackTelegram, archive: FakeArchive, data_dir: Path, clock: Clock
) -> AsyncIterator[Newsroom]:
    chosen = settings(telegram, data_dir)
    async with (
        Store.open(data_dir) as store,
        Alerts.open(store, now=clock) as alerts,
    ):
        pulse, clocks = Pulse(), Clocks()
        behind = app.services(chosen, archive, store, alerts)
        bot = app.build(chosen, behind, pulse, clocks)
        sayings = Wording(store, alerts, behind.catalogue, "UTC")
        deliverer = Deliverer(
            bot.bot, store.outbox, store.following, sayings, clocks, alerts.news, clock
        )
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(app.serve(bot, pulse, silence=60, deliverer=deliverer)),
                group.create_task(Announcer(store, alerts).run()),
            ]
            yield Newsroom(store, alerts, clock)
            for task in tasks:
                task.cancel()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(
    telegram: LoopbackTelegram,
    archive: FakeArchive,
    tmp_path: Path,
    clock: Clock,
    log: io.StringIO,
) -> AsyncIterator[Newsroom]:
    async with newsroom(telegram, archive, tmp_path, clock) as started:
        yield started
    assert "Traceback" not in log.getvalue()


async def test_whoever_follows_it_is_told_with_the_sentence_and_the_words_in_bold(
    desk: Newsroom, anna: Reader, huda: Reader
) -> None:
    receipt = await anna.say("/alert mostar bridge")
    other = await huda.say("/alert نهر")
    await desk.publish(STORY)

    alert = await anna.next()
    await desk.told()

    assert "Saved" in receipt.text
    assert BRIDGE in alert.text
    assert "<b>bridge</b>" in alert.html
    assert "<b>Mostar</b>" in alert.html
    assert "Outlet 1" in alert.text
    assert huda.unread == []
    assert "نهر" in other.text


async def test_a_name_is_followed_into_the_other_script(desk: Newsroom, huda: Reader) -> None:
    await huda.say("/alert موستار")
    await desk.publish(STORY)

    alert = await huda.next()

    assert "<b>Mostar</b>" in alert.html
    assert alert.text.startswith("تنبيه")


async def test_a_copy_of_the_story_edits_the_message_and_a_new_story_is_a_new_message(
    desk: Newsroom, anna: Reader
) -> None:
    await anna.say("/alert mostar")
    await desk.publish(STORY)
    alert = await anna.next()

    await desk.publish("SARAJEVO – " + STORY, outlet="The Copyist")
    await alert.edited()
    await desk.publish("Mostar's football club lost its trainer on Friday after eleven games.")
    other = await anna.next()

    assert "one other outlet" in alert.text
    assert "football" in other.text
    assert len(anna.chat.sent) == 3


async def test_a_correction_marks_the_message_as_updated(desk: Newsroom, anna: Reader) -> None:
    await anna.say("/alert mostar")
    url = "https://news.example/bridge"
    await desk.publish(STORY, url=url)
    alert = await anna.next()

    await desk.publish(STORY.replace("four million", "five million"), url=url)
    await alert.edited()

    assert len(anna.chat.sent) == 2
    assert "pdated" in alert.text


async def test_what_comes_at_night_is_told_in_the_morning(
    desk: Newsroom, anna: Reader, clock: Clock
) -> None:
    await anna.say("/alert mostar")
    clock.now = NOON.replace(hour=23)
    await desk.publish(STORY)
    await desk.told()
    before = list(anna.unread)

    clock.now = NOON.replace(day=23, hour=7, minute=1)
    desk.alerts.news.set()
    alert = await anna.next()

    assert before == []
    assert BRIDGE in alert.text


async def test_old_coverage_and_a_quiet_import_are_told_to_nobody(
    desk: Newsroom, anna: Reader
) -> None:
    await anna.say("/alert *")
    await desk.publish(STORY, quiet=True)
    await desk.publish("The ferry to Brač was late again.", published=NOON - timedelta(days=30))
    await desk.publish("A lighthouse was lit in Split.", headline="Light")

    alert = await anna.next()

    assert "lighthouse" in alert.text
    assert len(anna.chat.sent) == 2


async def test_beyond_the_days_cap_alerts_wait_for_the_digest(
    desk: Newsroom, anna: Reader, clock: Clock
) -> None:
    await anna.say("/alert *")
    await desk.alerts.wish(anna.chat.id, daily_cap=1)
    await desk.publish(STORY)
    await anna.next()
    await desk.publish("The ferry to Brač was late again.", headline="Ferry")
    await desk.publish("A lighthouse was lit in Split.", headline="Light")
    await desk.told()
    await _until(lambda: _digests(desk), 2)

    clock.now = NOON.replace(day=23, hour=8, minute=1)
    desk.alerts.news.set()
    digest = await anna.next()

    assert "Ferry" in digest.text
    assert "Light" in digest.text
    assert len(anna.chat.sent) == 3


async def test_a_reader_who_blocked_the_bot_keeps_the_alerts_and_start_revives_them(
    desk: Newsroom, telegram: LoopbackTelegram, anna: Reader
) -> None:
    await anna.say("/alert mostar")
    anna.block()
    await telegram.quiet()
    await desk.publish(STORY)
    await desk.told()

    anna.unblock()
    await anna.say("/start")
    await desk.publish("Mostar's football club lost its trainer on Friday after eleven games.")
    async with asyncio.timeout(10):
        while "football" not in (alert := await anna.next()).text:
            pass

    assert not any(BRIDGE in each.text for each in anna.chat.sent)
    assert "football" in alert.text


async def test_a_group_that_moves_keeps_its_alerts(
    desk: Newsroom, telegram: LoopbackTelegram, anna: Reader
) -> None:
    group = telegram.group(-4001, kind="group")
    await anna.in_(group).say(f"/alert@{telegram.username} mostar")

    there = anna.in_(telegram.migrate(group, -1009001))
    await desk.publish(STORY)
    alert = await there.next()

    assert BRIDGE in alert.text


async def test_telegrams_wait_delays_that_chat_and_no_other(
    desk: Newsroom, telegram: LoopbackTelegram, anna: Reader, huda: Reader
) -> None:
    await anna.say("/alert mostar")
    await huda.say("/alert موستار")
    telegram.faults.slow_down("sendMessage", 43_837)
    await desk.publish(STORY)

    alert = await huda.next()
    await _until(lambda: _waiting(desk), 1)

    assert "Mostar" in alert.text
    assert anna.unread == []


async def test_what_telegram_refuses_for_good_is_parked_and_not_lost(
    desk: Newsroom, telegram: LoopbackTelegram, anna: Reader, clock: Clock
) -> None:
    await anna.say("/alert mostar")
    telegram.faults.fail_next("sendMessage", 400, "Bad Request: something new", times=5)
    await desk.publish(STORY)
    await desk.told()

    async with asyncio.timeout(10):
        while not (await desk.store.outbox.counts(clock()))["parked"]:
            clock.now += timedelta(hours=1) if clock.now.hour < 20 else timedelta(hours=12)
            desk.alerts.news.set()
            await asyncio.sleep(0.02)  # the bot tries again by itself
    await desk.store.outbox.unpark(clock())
    desk.alerts.news.set()
    alert = await anna.next()

    assert BRIDGE in alert.text


async def test_an_alert_that_is_deleted_takes_nothing_from_another(
    desk: Newsroom, anna: Reader, clock: Clock
) -> None:
    await anna.say("/alert bridge")
    await anna.say("/alert موستار")
    clock.now = NOON.replace(hour=23)
    await desk.publish(STORY)
    await desk.told()
    await desk.alerts.remove(1, anna.chat.id)

    clock.now = NOON.replace(day=23, hour=7, minute=1)
    desk.alerts.news.set()
    alert = await anna.next()

    assert "موستار" in alert.text
    assert "<b>Mostar</b>" in alert.html


async def test_what_is_wanted_at_once_does_not_wait_for_another_alerts_digest(
    desk: Newsroom, anna: Reader
) -> None:
    await anna.say("/alert bridge")
    await desk.alerts.change(1, anna.chat.id, digest=True)
    await anna.say("/alert جسر | mostar")
    await desk.publish(STORY)

    alert = await anna.next()

    assert "جسر" in alert.text


async def test_a_paused_alert_brings_nothing_in_the_digest_either(
    desk: Newsroom, anna: Reader, clock: Clock
) -> None:
    await anna.say("/alert mostar")
    await anna.say("/alert زلزال")
    for number in (1, 2):
        await desk.alerts.change(number, anna.chat.id, digest=True)
    await desk.publish(STORY, headline="Bridge")
    await desk.publish("وقع زلزال في مدينة أزمير ليلًا ولم يُصب أحد.", headline="زلزال")
    await desk.told()
    await desk.alerts.change(1, anna.chat.id, paused=True)

    clock.now = NOON.replace(day=23, hour=8, minute=1)
    desk.alerts.news.set()
    digest = await anna.next()

    assert "زلزال" in digest.text
    assert "Bridge" not in digest.text
    await _until(lambda: _digests(desk), 0)


@pytest.mark.parametrize("digest", [False, True])
async def test_a_closed_topic_stops_that_topic_alone(
    desk: Newsroom, telegram: LoopbackTelegram, anna: Reader, clock: Clock, *, digest: bool
) -> None:
    forum = telegram.group(-1004002)
    politics, sport = anna.in_(forum, topic=7), anna.in_(forum, topic=8)
    await politics.say("/alert mostar")
    await sport.say("/alert موستار")
    for number in (1, 2):
        await desk.alerts.change(number, forum.id, digest=digest)
    forum.closed_topics.add(7)
    await desk.publish(STORY)
    await desk.told()
    if digest:
        clock.now = NOON.replace(day=23, hour=8, minute=1)
        desk.alerts.news.set()

    alert = await sport.next()
    await _until(lambda: _left(desk), 0)
    (closed,) = await desk.alerts.of(Address(forum.id, 7))
    (still,) = await desk.alerts.of(Address(forum.id, 8))

    assert alert.data["message_thread_id"] == 8
    assert (closed.paused, still.paused) == (True, False)


async def test_a_chat_that_comes_back_by_another_command_hears_of_all_its_alerts(
    desk: Newsroom, anna: Reader
) -> None:
    await anna.say("/alert mostar")
    await desk.alerts.end(anna.chat.id, "Forbidden")

    await anna.say("/alert زلزال")
    await desk.publish(STORY)
    alert = await anna.next()

    assert BRIDGE in alert.text


async def test_a_gateway_that_breaks_delays_an_alert_and_parks_nothing(
    desk: Newsroom, telegram: LoopbackTelegram, anna: Reader, huda: Reader, clock: Clock
) -> None:
    await anna.say("/alert mostar")
    await huda.say("/alert موستار")
    telegram.faults.fail_next("sendMessage", 502, "Bad Gateway")
    await desk.publish(STORY)

    other = await huda.next()
    waiting = anna.unread
    clock.now += timedelta(seconds=10)
    alert = await anna.next()

    assert waiting == []
    assert BRIDGE in alert.text
    assert BRIDGE in other.text


async def test_a_digest_that_waits_already_comes_at_the_hour_that_is_chosen(
    desk: Newsroom, anna: Reader, clock: Clock
) -> None:
    await anna.say("/alert موستار")
    await desk.alerts.change(1, anna.chat.id, digest=True)
    await desk.publish(STORY, headline="Bridge")
    await desk.told()

    await desk.alerts.wish(anna.chat.id, digest_at=18 * 60)
    clock.now = NOON.replace(hour=18, minute=1)
    desk.alerts.news.set()
    digest = await anna.next()

    assert "Bridge" in digest.text


async def test_what_a_channel_follows_is_posted_there_and_told_nobody_in_private(
    desk: Newsroom, telegram: LoopbackTelegram, huda: Reader
) -> None:
    there = huda.in_(telegram.channel(-1004003, username="desk_news"))
    await huda.say("/alert @desk_news موستار")
    await desk.publish(STORY)

    post = await there.next()
    await desk.told()

    assert BRIDGE in post.text
    assert post.text.startswith("تنبيه")
    assert huda.unread == []


async def test_alerts_outlive_the_bot(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, anna: Reader, clock: Clock
) -> None:
    async with newsroom(telegram, archive, tmp_path, clock):
        await anna.say("/alert mostar")
    async with Store.open(tmp_path) as store:
        desk = Newsroom(store, None, clock)  # type: ignore[arg-type]  # it only stores
        await desk.publish(STORY)

    async with newsroom(telegram, archive, tmp_path, clock):
        alert = await anna.next()

    assert BRIDGE in alert.text


async def _waiting(desk: Newsroom) -> int:
    return int((await desk.store.outbox.counts(desk.clock()))["waiting"])


async def _digests(desk: Newsroom) -> int:
    return int((await desk.store.outbox.counts(desk.clock()))["digest"])


async def _until(look: Callable[[], Any], wanted: int) -> None:
    async with asyncio.timeout(10):
        while await look() != wanted:  # noqa: ASYNC110 - the store sets no event
            await asyncio.sleep(0.01)


async def _left(desk: Newsroom) -> int:
    return await _waiting(desk) + await _digests(desk)
