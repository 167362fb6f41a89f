"""The program as it runs: a watched folder, a feed that another process adds, a crash before."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot import app
from bot.alarms import MARKER
from bot.sources.feeds import Feed
from bot.store import Store
from tests.e2e.conftest import settings
from tests.fakes.web import Web

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram

TRUCE = "The truce in Homs held on Friday, the mayor of the town said."
MATAR = "هطل المطر على الدوحة يوم الجمعة، وغمرت المياه شوارع المدينة القديمة."


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@asynccontextmanager
async def program(telegram: LoopbackTelegram, data: Path, inbox: Path) -> AsyncIterator[None]:
    """Run the whole program, and stop it as a signal would."""
    chosen = settings(
        telegram,
        data,
        seeds=False,
        watch=(inbox,),
        admins=frozenset({1}),
        private_hosts=frozenset({"127.0.0.1"}),
    )
    task = asyncio.create_task(app.run(chosen))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def awake(reader: Reader) -> None:
    """Choose hours in which alerts come at once."""
    await reader.say("/settings")
    await reader.press(reader.chat.sent[-1], "Quiet hours")
    await reader.chat.sent[-1].edited()
    await reader.press(reader.chat.sent[-1], "None")
    await reader.chat.sent[-1].edited()


async def test_what_appears_in_a_watched_folder_reaches_whoever_follows_it(
    telegram: LoopbackTelegram, tmp_path: Path, inbox: Path, anna: Reader, log: io.StringIO
) -> None:
    async with program(telegram, tmp_path, inbox):
        await anna.say("/alert homs truce")
        await awake(anna)
        (inbox / "truce.txt").write_text(TRUCE, "utf-8")
        alert = await anna.next(20)

    assert "<b>truce</b>" in alert.html
    assert "inbox: 1 added" in log.getvalue()
    assert not (tmp_path / MARKER).exists()


async def test_after_a_crash_operators_are_told_that_the_bot_is_back(
    telegram: LoopbackTelegram, tmp_path: Path, inbox: Path
) -> None:
    chief = telegram.reader(1, language_code="en", met=True)
    (tmp_path / MARKER).touch()

    async with program(telegram, tmp_path, inbox):
        told = await chief.next()

    assert told.text.startswith("I am back.")


async def test_a_feed_that_another_process_adds_is_polled_by_the_running_bot(
    telegram: LoopbackTelegram, tmp_path: Path, inbox: Path
) -> None:
    chief = telegram.reader(1, language_code="en", met=True)
    long = " ".join([MATAR] * 30)
    item = f"<item><guid>1</guid><description>{long}</description></item>"
    rss = f"<rss><channel>{item}</channel></rss>"
    async with Web() as web:
        web.at("127.0.0.1/rss", rss, content_type="application/rss+xml")
        url = web.url("127.0.0.1/rss")

        async with program(telegram, tmp_path, inbox), Store.open(tmp_path) as store:
            await store.feeds.add([Feed(url)], datetime.now(UTC))
            async with asyncio.timeout(20):
                # The running bot brings it about, through the store alone.
                while not await store.articles.last_revision():  # noqa: ASYNC110 - the store sets no event
                    await asyncio.sleep(0.01)
            listed = await chief.say("/feeds")
            status = await chief.say("/status")

    assert re.search(r"Well: \S+/rss", listed.text)
    assert "Feeds: 1" in status.text
    assert status.text.count("Search by meaning: ") == 1
    assert status.text.endswith("\n/feeds")
