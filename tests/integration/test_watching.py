"""Watched folders, on a real disk."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from bot.store import Store
from bot.watching import Watcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

RAIN = "It rained in Doha on Friday, and the streets of the old town were under water."
MATAR = "هطل المطر على الدوحة يوم الجمعة، وغمرت المياه شوارع المدينة القديمة."


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "data") as store:
        yield store


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@asynccontextmanager
async def watching(store: Store, folder: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(Watcher(store.articles, folder, settled=0.05, pause=0.01).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def bodies(store: Store, wanted: int) -> list[str]:
    """Return what is stored, when there is as much of it as is wanted."""
    async with asyncio.timeout(20):
        # The watcher brings it about, through the store alone.
        while await store.articles.last_revision() < wanted:  # noqa: ASYNC110 - the store sets no event
            await asyncio.sleep(0.01)
    return [each.body for each in await store.articles.changed_after(0, 100)]


async def test_what_is_there_and_what_appears_is_taken_in(store: Store, inbox: Path) -> None:
    (inbox / "a.txt").write_text(RAIN, "utf-8")

    async with watching(store, inbox):
        before = await bodies(store, 1)
        (inbox / "b.md").write_text(MATAR, "utf-8")
        after = await bodies(store, 2)

    assert before == [RAIN]
    assert after == [RAIN, MATAR]


async def test_a_file_that_is_being_written_is_read_when_it_is_whole(
    store: Store, inbox: Path
) -> None:
    async with watching(store, inbox):
        (inbox / "first.txt").write_text("The first is here.", "utf-8")
        await bodies(store, 1)
        with (inbox / "half.txt").open("w", encoding="utf-8") as half:
            half.write(MATAR[:30])
            half.flush()
            (inbox / "other.txt").write_text(RAIN, "utf-8")
            meanwhile = await bodies(store, 2)
            half.write(MATAR[30:])
        after = await bodies(store, 3)

    assert meanwhile[1:] == [RAIN]
    assert after[2:] == [MATAR]


async def test_folders_that_come_with_files_in_them_are_read_and_hidden_ones_are_not(
    store: Store, inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "deep.txt").write_text(MATAR, "utf-8")
    (tmp_path / "secret.txt").write_text("A secret that lies outside.", "utf-8")

    async with watching(store, inbox):
        (inbox / "first.txt").write_text("The first is here.", "utf-8")
        await bodies(store, 1)
        (inbox / ".hidden.txt").write_text("Hidden for now.", "utf-8")
        (inbox / "link.txt").symlink_to(tmp_path / "secret.txt")
        (tmp_path / "made").rename(inbox / "made")
        await bodies(store, 2)
        (inbox / "last.txt").write_text(RAIN, "utf-8")
        after = await bodies(store, 3)

    assert after[1:] == [MATAR, RAIN]


async def test_a_corrected_file_updates_its_article_and_a_broken_one_stops_nothing(
    store: Store, inbox: Path
) -> None:
    line = '{"url": "https://paper.test/1", "text": "%s"}\n'

    async with watching(store, inbox):
        (inbox / "a.jsonl").write_text(line % RAIN, "utf-8")
        await bodies(store, 1)
        (inbox / "b.txt").write_bytes(b"\xff\xfe\xff")
        (inbox / "a.jsonl").write_text(line % RAIN.replace("Friday", "Monday"), "utf-8")
        after = await bodies(store, 2)

    assert after == [RAIN.replace("Friday", "Monday")]
    assert (await store.articles.summary()).articles == 1


async def test_a_folder_that_is_missing_is_watched_when_it_comes(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "a.txt").write_text(RAIN, "utf-8")

    async with watching(store, tmp_path / "inbox"):
        (tmp_path / "made").rename(tmp_path / "inbox")
        before = await bodies(store, 1)
        (tmp_path / "inbox").rename(tmp_path / "gone")
        (tmp_path / "gone" / "b.txt").write_text(MATAR, "utf-8")
        (tmp_path / "gone").rename(tmp_path / "inbox")
        after = await bodies(store, 2)

    assert before == [RAIN]
    assert after == [RAIN, MATAR]
