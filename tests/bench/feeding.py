"""`python -m tests.bench.feeding` polls many feeds: memory, and how long the loop is held.

Needs Linux, whose /proc tells a process's memory.
"""

from __future__ import annotations

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bot.sources.feeds import Feed, poll
from bot.sources.fetching import Fetcher, Limits
from tests.fakes.web import Web
from tests.integration.feeds.test_polling_feeds import ARABIC, ENGLISH, KINDS, item, page, rss

FEEDS = 200
ROUNDS = 10
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def resident() -> float:
    """Return the process's own memory in MB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1_000


class Pulse:
    """How long the event loop is held, in ms, looked at every millisecond.

    `late` is wall time: also what other threads and other programs take. `own` is the CPU time
    that the loop's thread itself spends between two looks.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self.own: list[float] = []

    async def beat(self) -> None:
        while True:
            before, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.late.append((time.perf_counter() - before) * 1_000 - 1)
            self.own.append((time.thread_time() - cpu) * 1_000)

    def __str__(self) -> str:
        return f"late by {_shares(self.late)}; its own CPU {_shares(self.own)}"


def _shares(values: list[float]) -> str:
    ordered = sorted(values)
    p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return f"p50 {p50:.1f}, p99 {p99:.1f}, worst {ordered[-1]:.1f} ms of {len(ordered):,}"


async def faults(web: Web, fetcher: Fetcher, thread: ThreadPoolExecutor) -> None:
    """Poll the 200 feeds of the test again and again, each time as if they were new."""
    feeds = []
    for number in range(FEEDS):
        make, *_ = KINDS[number % len(KINDS)]
        feeds.append(Feed(web.at(f"feed{number}.test/feed", make(number))))
    for turn in range(ROUNDS):
        started, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(poll(each, fetcher, NOW, thread=thread) for each in feeds))
        wall, used = time.perf_counter() - started, time.process_time() - cpu
        print(f"faults, round {turn}: {wall:.2f} s wall, {used:.2f} s CPU with the server,")
        print(f"  {resident():.0f} MB")


async def articles(web: Web, fetcher: Fetcher, thread: ThreadPoolExecutor, *, pages: bool) -> None:
    """Poll 40 good feeds with 50 whole articles, or 20 that must be read from their pages."""
    feeds = []
    for number in range(40):
        host = f"feed{number}.test"
        texts = [f"{ARABIC if n % 2 else ENGLISH} {n}" for n in range(20 if pages else 50)]
        for n, text in enumerate(texts if pages else ()):
            web.at(f"{host}/{n}", page(f"خبر {n}", text * 3), content_type="text/html")
        items = [item(f"/{n}", f"خبر {n}", "" if pages else text) for n, text in enumerate(texts)]
        feeds.append(Feed(web.at(f"{host}/feed", rss(*items))))
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    started = time.process_time()
    results = await asyncio.gather(*(poll(each, fetcher, NOW, thread=thread) for each in feeds))
    used = time.process_time() - started
    beating.cancel()
    taken = sum(len(each.articles) for each in results)
    name = "pages" if pages else "whole articles"
    print(f"{name}: {taken:,} articles, {used / taken * 1_000:.1f} ms CPU each with the server,")
    print(f"  {resident():.0f} MB; the loop is {pulse}")


async def main() -> None:
    """Measure with the interpreter's own switch interval, or with the milliseconds given."""
    if len(sys.argv) > 1:
        sys.setswitchinterval(float(sys.argv[1]) / 1_000)
    hosts = {f"feed{number}.test" for number in range(FEEDS)}
    limits = Limits(deadline=2, spacing=0)
    with ThreadPoolExecutor(1) as thread:
        async with (
            Web() as web,
            Fetcher(allowed=hosts, limits=limits, resolve=web.resolve) as fetcher,
        ):
            print(f"at the start: {resident():.0f} MB")
            await articles(web, fetcher, thread, pages=False)
            await articles(web, fetcher, thread, pages=True)
            await faults(web, fetcher, thread)


if __name__ == "__main__":
    asyncio.run(main())
