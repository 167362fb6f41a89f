"""Operators see to the feeds and hand in articles from a private chat; nobody else can."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.preview.schema import Upload
from bot.sources.fetching import Fetcher, Limits
from tests.e2e.conftest import running
from tests.fakes.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from bot.store import Store
    from tests.fakes.archive import FakeArchive

TRUCE = " ".join(["The truce in Homs held on Friday, the mayor said, and lorries came in."] * 8)
MATAR = "هطل المطر على الدوحة يوم الجمعة، وغمرت المياه شوارع المدينة القديمة."
PAGE = f"<html><head><title>A truce</title></head><article><p>{TRUCE}</p></article></html>"


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as started:
        yield started


@pytest.fixture
async def store(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, web: Web
) -> AsyncIterator[Store]:
    async with (
        _fetcher(web) as fetcher,
        running(telegram, archive, tmp_path, fetcher, admins=frozenset({1, 2})) as bot,
    ):
        yield bot.store


@asynccontextmanager
async def _fetcher(web: Web) -> AsyncIterator[Fetcher]:
    limits = Limits(deadline=5.0, spacing=0)
    async with Fetcher(allowed={"paper.test"}, limits=limits, resolve=web.resolve) as fetcher:
        yield fetcher


@pytest.fixture
def chief(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(1, language_code="en")


@pytest.fixture
def rais(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(2, language_code="ar")


async def bodies(store: Store) -> list[str]:
    return [each.body for each in await store.articles.changed_after(0, 100)]


@pytest.mark.usefixtures("store")
async def test_feeds_are_listed_added_and_removed(chief: Reader, rais: Reader) -> None:
    url = "https://paper.test/rss"
    none, added = await chief.say("/feeds"), await chief.say(f"/feeds add {url}")
    known, wrong = await rais.say(f"/feeds add {url}"), await chief.say("/feeds add file:///x")
    listed, arabic = await chief.say("/feeds"), await rais.say("/feeds list")

    removed, gone = await chief.say(f"/feeds remove {url}"), await rais.say(f"/feeds remove {url}")
    lost = await chief.say("/feeds please")

    assert none.text.startswith("There are no feeds yet.")
    assert added.text.startswith(f"Added: \u2068{url}\u2069")
    assert known.text == f"موجودة من قبل: \u2068{url}\u2069"
    assert wrong.text.startswith("This is no address of a feed")
    assert listed.text == f"There is one feed:\nNot polled yet: \u2068{url}\u2069"
    assert arabic.text == f"هنا خلاصة واحدة:\nلم تُقرأ بعد: \u2068{url}\u2069"
    assert removed.text.startswith("Removed")
    assert gone.text.startswith("لا خلاصة بهذا العنوان")
    assert lost.text.endswith("\n/feeds")


async def test_a_document_of_an_operator_is_published_and_answered_with_counts(
    store: Store, telegram: LoopbackTelegram, chief: Reader, rais: Reader
) -> None:
    lines = '{"text": "It rained."}\n{"text": "It snowed."}\nnonsense\n'
    both = telegram.store_file(Upload("../../rain.jsonl", lines.encode(), "text/plain"))
    one = telegram.store_file(Upload("مطر.txt", MATAR.encode(), "text/plain"))

    english = await chief.say(None, document=both)
    arabic, again = await rais.say(None, document=one), await rais.say(None, document=one)

    assert english.text.splitlines()[:2] == ["New articles: 2", "Refused: 1"]
    assert "\u2068rain.jsonl:line 3\u2069" in english.text
    assert (arabic.text, again.text) == ("مقالات جديدة: 1", "معروفة من قبل: 1")
    assert await bodies(store) == ["It rained.", "It snowed.", MATAR]


async def test_a_link_of_an_operator_is_published(store: Store, web: Web, chief: Reader) -> None:
    url = web.at("paper.test/truce", PAGE, content_type="text/html")

    taken = await chief.say(url)
    lost = await chief.say(web.url("paper.test/none"))
    inside = await chief.say("http://127.0.0.1:8080/admin")

    assert taken.text == "New articles: 1"
    assert "not found" in lost.text
    assert inside.text.startswith("Refused: 1\nWhy: ")
    assert await bodies(store) == [TRUCE]


async def test_what_cannot_be_read_is_said_and_not_fetched(
    store: Store, telegram: LoopbackTelegram, chief: Reader
) -> None:
    document = telegram.store_file(Upload("photo.exe", b"MZ", "text/plain"))
    large = telegram.store_file(Upload("a.txt", b"x", "text/plain")) | {"file_size": 20_000_001}

    unknown = await chief.say(None, document=document)
    too_large = await chief.say(None, document=large)

    assert ".jsonl" in unknown.text
    assert "20 MB" in too_large.text
    assert telegram.called("getFile") == []
    assert await bodies(store) == []


async def test_to_anyone_else_the_desk_does_not_exist(
    store: Store, telegram: LoopbackTelegram, web: Web, anna: Reader
) -> None:
    url = web.at("paper.test/truce", PAGE, content_type="text/html")
    one = telegram.store_file(Upload("rain.txt", MATAR.encode(), "text/plain"))

    command = await anna.say("/feeds add https://paper.test/rss")
    await anna.say(None, document=one)
    await anna.say(url)

    assert command.text.startswith("I don't know that command.")
    assert await store.feeds.all() == []
    assert web.asked == []
    assert await bodies(store) == []
