"""Every feed that is due is polled, and none keeps another from it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.feeds import AT_ONCE, Brought, Newsagent
from bot.sources.feeds import Feed
from bot.sources.fetching import Fetcher, Limits
from bot.sources.schedule import Turn
from bot.store import Store
from tests.fakes.web import head, response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sources.responses import Failed, Fetched, Unchanged
    from tests.fakes.web import Request, Web

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MATAR = " ".join(["هطل المطر على الدوحة يوم الجمعة، وغمرت المياه الشوارع."] * 40)
RAIN = " ".join(["It rained in Doha on Friday, and the streets were under water."] * 40)


class Tripping(Fetcher):
    """Trips over one address, as a fault of ours would."""

    async def get(self, url: str, **more: Any) -> Fetched | Unchanged | Failed:
        if url.endswith("/trips"):
            raise RuntimeError("tripped")
        return await super().get(url, **more)


class Desk:
    """A newsagent, its store, what it told, and a clock moved by hand."""

    def __init__(self, store: Store, fetcher: Fetcher) -> None:
        self.store = store
        self.now = NOON
        self.told: list[Brought] = []
        self.agent = Newsagent(store, fetcher, told=self._tell, now=lambda: self.now)

    async def _tell(self, brought: Brought) -> None:
        self.told.append(brought)

    async def add(self, *urls: str) -> None:
        await self.store.feeds.add([Feed(url) for url in urls], self.now)

    async def until_idle(self) -> None:
        while await self.agent.round():
            pass


@pytest.fixture
async def desk(web: Web, tmp_path: Path) -> AsyncIterator[Desk]:
    limits = Limits(deadline=2.0, spacing=0)
    async with (
        Store.open(tmp_path) as store,
        Tripping(allowed={"paper.test"}, limits=limits, resolve=web.resolve) as fetcher,
    ):
        yield Desk(store, fetcher)


def rss(text: str) -> str:
    return f"<rss><channel><item><description>{text}</description></item></channel></rss>"


async def test_what_trips_us_up_in_one_feed_keeps_no_other_waiting(desk: Desk, web: Web) -> None:
    good = [web.at(f"paper.test/{n}", rss(text)) for n, text in enumerate((RAIN, MATAR))]
    await desk.add(web.at("paper.test/trips", ""), *good)

    await desk.until_idle()

    tripped, *others = await desk.store.feeds.all()
    assert (tripped.trouble or "").startswith("not understood")
    assert tripped.state.due > NOON
    assert [each.trouble for each in others] == [None, None]
    assert (await desk.store.articles.summary()).articles == 2


async def test_a_feed_that_moves_to_where_another_is_becomes_that_one(desk: Desk, web: Web) -> None:
    new = web.at("paper.test/new", rss(MATAR))

    async def moved(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(301, {"location": new, "content-length": "0"}))
        await writer.drain()

    await desk.add(web.at("paper.test/old", moved), new)
    await desk.until_idle()

    assert [each.feed.url for each in await desk.store.feeds.all()] == [new]
    assert (await desk.store.articles.summary()).articles == 1


async def test_a_feed_that_dies_is_told_of_once_and_again_when_it_is_back(
    desk: Desk, web: Web
) -> None:
    url = web.url("paper.test/later")
    web.at("paper.test/other", "")
    await desk.add(url)
    for _ in range(40):
        await desk.until_idle()
        desk.now += timedelta(hours=7)

    web.at("paper.test/later", rss(RAIN))
    await desk.until_idle()
    desk.now += timedelta(hours=7)
    await desk.until_idle()

    turns = [each.turn for each in desk.told if each.turn]
    assert turns == [Turn.DIED, Turn.CAME_BACK]
    assert desk.told[-2].new == 1
    assert desk.told[-2].trouble is None


async def test_a_feed_that_takes_the_place_of_one_being_polled_is_left_as_it_is(
    desk: Desk, web: Web
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        await response(rss(RAIN))(request, writer)

    old, new = web.at("paper.test/old", slow), web.at("paper.test/new", rss(MATAR))
    await desk.add(old)
    polling = asyncio.create_task(desk.agent.round())
    await asked.wait()
    await desk.store.feeds.remove(old)
    await desk.store.feeds.add([Feed(new, outlet="الصحيفة")], NOON + timedelta(minutes=1))
    go_on.set()
    await polling

    (left,) = await desk.store.feeds.all()
    assert (left.feed.url, left.feed.outlet, left.feed.answered) == (new, "الصحيفة", None)


async def test_a_slow_feed_keeps_no_other_waiting(desk: Desk, web: Web) -> None:
    stopped = asyncio.Event()

    async def slow(_: Request, writer: asyncio.StreamWriter) -> None:
        await stopped.wait()
        writer.close()

    urls = [web.at("paper.test/slow", slow)]
    urls += [web.at(f"paper.test/{n}", rss(f"{MATAR} {n}")) for n in range(3 * AT_ONCE)]
    await desk.add(*urls)
    polling = asyncio.create_task(desk.agent.round())
    while len(desk.told) < 3 * AT_ONCE:  # noqa: ASYNC110 - it tells as it polls
        await asyncio.sleep(0.01)
    stopped.set()
    polls = await polling

    assert [each.url for each in desk.told[:-1]] == urls[1:]
    assert polls == len(urls)


async def test_what_is_refused_is_in_the_log_on_one_line_each(
    desk: Desk, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    items = [f'{{"id": "{n}", "url": "ftp://x/\\n{n}", "title": "خبر"}}' for n in range(15)]
    feed = f'{{"version": "https://jsonfeed.org/version/1", "items": [{",".join(items)}]}}'
    await desk.add(web.at("paper.test/feed", feed))

    with caplog.at_level("INFO", "bot.feeds"):
        await desk.until_idle()

    lines = [each.getMessage() for each in caplog.records]
    assert len(lines) == 11
    assert lines[0].startswith("refused: ftp://x/?")
    assert lines[-1].endswith(": 5 more")
    assert not any("\n" in each for each in lines)
    assert len(desk.told[0].refusals) == 15


async def test_what_an_operator_says_of_a_feed_during_its_poll_is_kept(
    desk: Desk, web: Web
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        await response(rss(MATAR))(request, writer)

    url = web.at("paper.test/feed", slow)
    await desk.add(url)
    polling = asyncio.create_task(desk.agent.round())
    await asked.wait()
    added = await desk.store.feeds.add([Feed(url, outlet="الصحيفة")], NOON)
    again = await desk.store.feeds.add([Feed(url, outlet="الصحيفة"), Feed(url)], NOON)
    go_on.set()
    await polling

    (left,) = await desk.store.feeds.all()
    assert (left.feed.outlet, left.feed.answered) == ("الصحيفة", NOON)
    assert (added.new, added.changed) == (0, 1)
    assert (again.new, again.changed) == (0, 0)
