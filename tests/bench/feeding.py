"""`python -m tests.bench.feeding` polls 200 feeds with faults: memory, the loop, answers meanwhile.

Needs Linux, whose /proc tells a process's memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.archive import Archive
from bot.feeds import Brought, Newsagent
from bot.newsroom import in_batches, publish
from bot.sources.feeds import Feed
from bot.sources.fetching import Fetcher, Limits
from bot.store import Store
from tests.bench.corpus import articles, question
from tests.fakes.holding import Holds, as_, held
from tests.fakes.web import Web
from tests.integration.feeds.test_holding import CHUNKED, HEAD, ONE, raw
from tests.integration.feeds.test_polling_feeds import ARABIC, ENGLISH, KINDS, item, page, rss

if TYPE_CHECKING:
    from tests.fakes.web import Answer

FEEDS = 200
ROUNDS = 5
STILL = 3  # rounds without news after them: the archive grows no more, nor may memory
ARCHIVE = 2_000  # articles to ask in, five passages each
EVERY = 0.25  # seconds from an answer to the next question
QUIET = 10.0  # seconds of asking with no feed polled
LONG = timedelta(hours=12)  # after which every feed is due
FLOODS = (
    CHUNKED + b"1\r\nx\r\n" * 200_000,
    CHUNKED + b"1\r\nx\r\n0\r\n" + b"a:b\r\n" * 18_000 + b"\r\n",
    b"HTTP/1.1 100 x\r\n\r\n" * 9_000 + HEAD + ONE,
    HEAD + b"a:b\r\n" * 18_000 + ONE,
)


class Asker:
    """Asks one question after the other, and keeps how long each answer took, in ms."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        chance = np.random.default_rng(7)
        self._questions = itertools.cycle([question(each, chance) for each in articles(200)])
        self.took: list[float] = []

    async def ask(self) -> None:
        """Ask until cancelled."""
        while True:
            started = time.perf_counter()
            await self._archive.ask(next(self._questions))
            self.took.append((time.perf_counter() - started) * 1_000)
            await asyncio.sleep(EVERY)  # a question now and then

    def __str__(self) -> str:
        ordered = sorted(self.took)
        p50, p95 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
        return f"p50 {p50:.0f}, p95 {p95:.0f}, worst {ordered[-1]:.0f} ms of {len(ordered)}"


def resident() -> float:
    """Return the process's own memory in MB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1_000


def served(web: Web, turn: int) -> dict[str, Answer]:
    """Return what every host answers in this turn.

    By turns a feed is one of the kinds of the test, with faults and without, whole articles, pages
    behind summaries, or an answer that is costly to parse.
    """
    web.pages = {}
    for number in range(FEEDS):
        where = f"feed{number}.test"
        match number % 8:
            case 0:
                texts = [f"{ARABIC if n % 2 else ENGLISH} {turn} {n}" for n in range(30)]
                items = [item(f"/{turn}/{n}", f"خبر {n}", text) for n, text in enumerate(texts)]
                web.at(f"{where}/feed", rss(*items))
            case 1:
                items = [item(f"/{turn}/{n}", f"خبر {n}", summary="صمدت…") for n in range(5)]
                for n in range(5):
                    text = f"{ARABIC if n % 2 else ENGLISH} {turn} {n}"
                    made = page(f"خبر {n}", text * 3)
                    web.at(f"{where}/{turn}/{n}", made, content_type="text/html")
                web.at(f"{where}/feed", rss(*items))
            case 2 if number % 3:
                web.at(f"{where}/feed", raw(FLOODS[number % len(FLOODS)]))
            case _:
                make, *_ = KINDS[number % len(KINDS)]
                web.at(f"{where}/feed", make(number))
    return web.pages


async def asked(asker: Asker, polling: asyncio.Task[None] | None) -> Holds:
    """Ask until the feeds are polled, or for a while; return how long the loop was held."""
    with held() as holds:
        with as_("asking"):
            asking = asyncio.create_task(asker.ask())
        await (polling or asyncio.sleep(QUIET))
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    return holds


async def rounds(store: Store, fetcher: Fetcher, web: Web, turns: list[dict[str, Answer]]) -> None:
    """Poll all feeds again and again, each time with news."""
    told: list[Brought] = []
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    async def tell(brought: Brought) -> None:
        told.append(brought)

    agent = Newsagent(store, fetcher, told=tell, now=lambda: now)
    await store.feeds.add([Feed(web.url(f"feed{n}.test/feed")) for n in range(FEEDS)], now)
    for turn, web.pages in enumerate(turns):
        web.asked.clear()
        started, cpu = time.perf_counter(), time.process_time()
        await agent.round()
        wall, used = time.perf_counter() - started, time.process_time() - cpu
        new, failing = sum(each.new for each in told), sum(bool(each.trouble) for each in told)
        print(f"  round {turn}: {len(told)} polls, {new:,} new, {failing} failing, ", end="")
        print(f"{wall:.1f} s wall, {used:.1f} s CPU with the server, {resident():.0f} MB")
        told.clear()
        now += LONG


async def main() -> None:
    """Measure with the interpreter's own switch interval, or with the milliseconds given."""
    if len(sys.argv) > 1:
        sys.setswitchinterval(float(sys.argv[1]) / 1_000)
    logging.disable(logging.WARNING)  # of feeds that are dead
    hosts = {f"feed{number}.test" for number in range(FEEDS)}
    limits = Limits(deadline=2, spacing=0)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Web() as web,
            Store.open(Path(folder)) as store,
            Archive.open(store.articles, Path(folder)) as archive,
            Fetcher(allowed=hosts, limits=limits, resolve=web.resolve) as fetcher,
        ):
            for batch in in_batches(articles(ARCHIVE), lambda each: len(each.body)):
                await publish(store.articles, batch)
            await archive.catch_up()
            turns = [served(web, turn) for turn in range(ROUNDS)]
            turns += turns[-1:] * STILL
            print(f"{ARCHIVE:,} articles to ask in, {resident():.0f} MB")
            web.at("feed0.test/", "")
            await fetcher.get(web.url("feed0.test/"))  # imports what only calls import
            gc.collect()
            gc.freeze()  # as the bot does once it has started
            alone, meanwhile = Asker(archive), Asker(archive)
            await asked(alone, None)
            with as_("the index"):
                following = asyncio.create_task(archive.follow())
            with as_("the feeds"):
                polling = asyncio.create_task(rounds(store, fetcher, web, turns))
            holds = await asked(meanwhile, polling)
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
    print(f"answers while nothing is polled: {alone}")
    print(f"answers while feeds are polled:  {meanwhile}")
    for who in ("the feeds", "asking", "the index"):
        print(f"longest hold of the loop, {who}: {holds.longest[who] * 1_000:.1f} ms of CPU")
    print(f"longest collection of garbage meanwhile: {holds.garbage * 1_000:.1f} ms of CPU")


if __name__ == "__main__":
    asyncio.run(main())
