"""Watched folders, on a real disk."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from bot.store import Store
from bot.watched import FILE_NAME, Watched
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
    watched = Watched(folder.parent, [folder])
    watcher = Watcher(store.articles, folder, watched, settled=0.05, pause=0.01)
    task = asyncio.create_task(watcher.run())
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


async def untold(store: Store, wanted: int) -> list[bool]:
    """Return of each text that is stored whether nobody is told of it."""
    await bodies(store, wanted)
    quiet = await store.announcements.quiet(range(1, wanted + 1))
    return [number in quiet for number in range(1, wanted + 1)]


async def test_nobody_is_told_of_what_a_folder_held_before_it_was_watched(
    store: Store, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(300):
        (inbox / f"{number}.txt").write_text(f"{MATAR if number % 2 else RAIN} {number}", "utf-8")

    with caplog.at_level("INFO", "bot.watching"):
        async with watching(store, inbox):
            first = await untold(store, 300)
            (inbox / "new.txt").write_text(MATAR, "utf-8")
            after = await untold(store, 301)

    assert all(first)
    assert not after[300]
    assert "files there before it was watched: 300" in caplog.text


async def test_what_came_while_the_bot_was_down_is_told_unless_it_is_old(
    store: Store, inbox: Path
) -> None:
    async with watching(store, inbox):
        await known(inbox)
    (inbox / "new.txt").write_text(RAIN, "utf-8")
    (inbox / "old.txt").write_text(MATAR, "utf-8")
    os.utime(inbox / "old.txt", (1_600_000_000, 1_600_000_000))

    async with watching(store, inbox):
        await bodies(store, 2)
    told = await untold(store, 2)

    texts = [each.body for each in await store.articles.changed_after(0, 100)]
    assert dict(zip(texts, told, strict=True)) == {RAIN: False, MATAR: True}


async def test_a_first_look_that_is_cut_off_is_begun_again_in_silence(
    store: Store, inbox: Path
) -> None:
    (inbox / "a.txt").write_text(RAIN, "utf-8")
    with (inbox / "b.txt").open("w", encoding="utf-8") as half:
        half.write(MATAR)
        half.flush()
        async with watching(store, inbox):
            await bodies(store, 1)

    async with watching(store, inbox):
        told = await untold(store, 2)

    assert told == [True, True]


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[1, null]", b"[" * 100_000])
async def test_where_nothing_is_known_of_a_folder_nobody_is_told(
    store: Store, inbox: Path, content: bytes
) -> None:
    (inbox.parent / FILE_NAME).write_bytes(content)
    (inbox / "a.txt").write_text(MATAR, "utf-8")

    async with watching(store, inbox):
        told = await untold(store, 1)
        await known(inbox)

    assert told == [True]


async def test_a_folder_that_was_not_watched_for_a_while_is_new_again(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "اثنان"
    both = Watched(tmp_path, [one, two])
    both.add(one)
    both.add(two)

    Watched(tmp_path, [two]).add(two)
    again = Watched(tmp_path, [one, two])

    assert (again.knows(one), again.knows(two)) == (False, True)


async def test_what_is_refused_at_the_first_look_is_in_the_log(
    store: Store, inbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (inbox.parent / "secret.txt").write_text("A secret that lies outside.", "utf-8")
    (inbox / "link.txt").symlink_to(inbox.parent / "secret.txt")
    (inbox / "a.txt").write_text(MATAR, "utf-8")

    async with watching(store, inbox):
        await bodies(store, 1)

    assert "link.txt: leads outside the folder" in caplog.text


async def known(folder: Path) -> None:
    """Wait until the folder has been looked through."""
    async with asyncio.timeout(20):
        # The watcher brings it about, through the file alone.
        while not Watched(folder.parent, [folder]).knows(folder):  # noqa: ASYNC110 - a file sets no event
            await asyncio.sleep(0.01)
