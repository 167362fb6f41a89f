"""The archive between the store and the search: up to date, in step, and honest."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import archive as module
from bot.archive import Archive
from bot.errors import CorruptDataError, TransientError, UserError
from bot.links import Place
from bot.newsroom import open_with_seeds, publish
from bot.sources import Submission
from bot.store import FILE_NAME, Store
from retrieval import index as index_module
from retrieval.models import Language
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
ASTANA = "When did the Astana process begin?"
VOLCANO = "When did the volcano Zarqa erupt?"
ERUPTED = "The volcano Zarqa erupted on 7 May."


def story(body: str = ERUPTED, url: str | None = None) -> Submission:
    return Submission(body, "story.txt", None, None, url, None, Language.ENGLISH)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Store, Archive]]:
    async with Store.open(folder) as store, Archive.open(store.articles, folder) as archive:
        yield store, archive


@asynccontextmanager
async def following(archive: Archive) -> AsyncIterator[None]:
    task = asyncio.create_task(archive.follow())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def quoted(archive: Archive, question: str) -> list[str]:
    return [quote.text for quote in (await archive.ask(question)).quotes]


def edit(folder: Path, statement: str, *values: object) -> None:
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute(statement, values)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the seeds, stored and indexed; tests copy it."""
    folder = tmp_path_factory.mktemp("seeded")

    async def make() -> None:
        async with opened(folder) as (store, archive):
            await open_with_seeds(store.articles)
            await archive.catch_up()

    asyncio.run(make())
    return folder


@pytest.fixture
def data_dir(seeded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeded, tmp_path / "data"))


async def test_what_is_stored_is_found_after_catching_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as (store, archive):
        await publish(store.articles, [story()])
        before = await archive.ask(VOLCANO)
        heard: list[int] = []

        await archive.catch_up(heard.append)
        [quote] = (await archive.ask(VOLCANO)).quotes

        assert not before.answered
        assert heard == [1]
        assert quote.text == ERUPTED
        assert quote.article == (await store.articles.by_revision([1]))[1]
        assert (archive.held, archive.passages) == (1, 1)


async def test_an_archive_opened_again_needs_no_catching_up(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive):
        answer = await archive.ask(ASTANA)

        assert answer.sources_differ
        assert archive.held == 5


async def test_more_articles_than_one_commit_takes_are_all_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ", 2)
    monkeypatch.setattr(module, "COMMIT", 4)
    async with opened(tmp_path) as (store, archive):
        await publish(store.articles, [story(f"Story {n} on the volcano.") for n in range(11)])
        heard: list[int] = []

        await archive.catch_up(heard.append)

        assert heard == [4, 4, 3]
        assert (archive.held, archive.passages) == (11, 11)


async def test_a_following_archive_answers_from_what_another_program_stores(
    data_dir: Path,
) -> None:
    async with opened(data_dir) as (_, archive), following(archive):
        async with Store.open(data_dir) as other:
            await publish(other.articles, [story()])
            begun = time.monotonic()

            await until(lambda: archive.held == 6)

        assert time.monotonic() - begun < 2
        assert await quoted(archive, VOLCANO) == [ERUPTED]


async def test_a_following_archive_answers_from_what_the_command_line_adds(
    data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "volcano.txt").write_text(ERUPTED)
    async with opened(data_dir) as (_, archive), following(archive):
        adding = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "add", str(tmp_path / "volcano.txt"),
            cwd=ROOT,
            env=os.environ | {"ISNAD_DATA_DIR": str(data_dir)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await adding.communicate()
        ended = time.monotonic()

        await until(lambda: archive.held == 6)

        assert time.monotonic() - ended < 2
        assert (output, errors) == (
            b"1 added, 0 updated, 0 already known, 0 refused\n",
            b"stored 1\n",
        )
        assert await quoted(archive, VOLCANO) == [ERUPTED]


async def test_following_goes_on_after_a_failure(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "FOLLOW_SECONDS", 0.01)
    async with opened(data_dir) as (store, archive), following(archive):
        await archive.caught_up(5)
        lock = data_dir / "index"
        hidden = lock.rename(data_dir / "away")
        lock.write_text("in the way")
        await publish(store.articles, [story()])
        await until(lambda: "the index is not up to date" in caplog.text)
        lock.unlink()
        hidden.rename(lock)

        await until(lambda: archive.held == 6)

        assert await quoted(archive, VOLCANO) == [ERUPTED]


async def test_a_correction_is_served_and_the_earlier_text_no_longer(data_dir: Path) -> None:
    url = "https://example.org/zarqa"
    async with opened(data_dir) as (store, archive):
        await publish(store.articles, [story(url=url)])
        await archive.catch_up()
        earlier = (await archive.ask(VOLCANO)).quotes[0]

        await publish(store.articles, [story("The volcano Zarqa erupted on 9 June.", url)])
        await archive.catch_up()
        [later] = (await archive.ask(VOLCANO)).quotes

        assert (earlier.text, later.text) == (ERUPTED, "The volcano Zarqa erupted on 9 June.")
        assert later.article.id == earlier.article.id
        assert later.article.revision == earlier.article.revision + 1


async def test_two_archives_that_catch_up_at_once_agree(tmp_path: Path) -> None:
    async with opened(tmp_path) as (store, one), opened(tmp_path) as (_, other):
        await publish(store.articles, [story(f"The volcano {n} erupted.") for n in range(300)])

        async with asyncio.TaskGroup() as group:
            for archive in (one, other, one, other):
                group.create_task(archive.catch_up())

        for archive in (one, other):
            assert (archive.held, archive.passages) == (300, 300)
            assert await quoted(archive, "volcano 17") == ["The volcano 17 erupted."]


async def test_articles_stored_while_others_are_indexed_are_found(tmp_path: Path) -> None:
    async with opened(tmp_path) as (store, one), opened(tmp_path) as (_, other):

        async def store_some() -> None:
            for number in range(20):
                text = f"The volcano {number} erupted."
                await publish(store.articles, [story(text, f"https://example.org/{number % 7}")])

        async with asyncio.TaskGroup() as group:
            group.create_task(store_some())
            for archive in (one, other) * 3:
                group.create_task(archive.catch_up())
        for archive in (one, other):
            await archive.catch_up()

        for archive in (one, other):
            assert (archive.held, archive.passages) == (20, 7)


@pytest.mark.parametrize("kind", ["meta.json", "*.store", "*.term", "*.idx", "*.fast"])
@pytest.mark.parametrize("content", [b"", b"\xff" * 64])
async def test_damaged_index_files_are_made_again(
    data_dir: Path, kind: str, content: bytes
) -> None:
    damaged = [*(data_dir / "index").rglob(kind)]
    assert damaged
    for path in damaged:
        path.write_bytes(content)

    async with opened(data_dir) as (_, archive):
        await archive.catch_up()

        assert (await archive.ask(ASTANA)).sources_differ
        assert archive.passages == (await archive.summary()).passages


async def test_a_deleted_index_is_made_again(data_dir: Path) -> None:
    shutil.rmtree(data_dir / "index")

    async with opened(data_dir) as (_, archive):
        await archive.catch_up()

        assert (await archive.ask(ASTANA)).sources_differ


async def test_an_index_of_an_earlier_format_is_made_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "FORMAT", index_module.FORMAT + 1)

    async with opened(data_dir) as (_, archive):
        await archive.catch_up()

        assert (await archive.ask(ASTANA)).sources_differ
        assert len([*(data_dir / "index").iterdir()]) == 1


async def test_an_index_that_knows_more_than_a_restored_database_is_made_again(
    data_dir: Path, seeded: Path
) -> None:
    async with opened(data_dir) as (store, archive):
        await publish(store.articles, [story()])
        await archive.catch_up()
    restore(seeded, data_dir)

    async with opened(data_dir) as (_, archive):
        await archive.catch_up()

        assert await quoted(archive, VOLCANO) == []
        assert (archive.held, archive.passages) == (5, (await archive.summary()).passages)


async def test_a_restored_database_that_grew_again_is_never_misquoted(
    data_dir: Path, seeded: Path
) -> None:
    async with opened(data_dir) as (store, archive):
        await publish(store.articles, [story()])
        await archive.catch_up()
    restore(seeded, data_dir)

    async with opened(data_dir) as (store, archive):
        await publish(store.articles, [story("The volcano Zarqa never did erupt.")])

        assert await quoted(archive, VOLCANO) == ["The volcano Zarqa never did erupt."]


async def test_a_text_that_vanished_from_the_database_vanishes_from_the_index(
    data_dir: Path,
) -> None:
    async with opened(data_dir) as (store, archive):
        await publish(store.articles, [story()])
        await archive.catch_up()
        edit(data_dir, "DELETE FROM article WHERE revision = 6")
        edit(data_dir, "DELETE FROM revision WHERE id = 6")

        await archive.catch_up()

        assert await quoted(archive, VOLCANO) == []
        assert archive.held == 5


def restore(backup: Path, folder: Path) -> None:
    for path in folder.glob(f"{FILE_NAME}*"):
        path.unlink()
    shutil.copy(backup / FILE_NAME, folder)


async def test_passages_missing_from_the_index_are_noticed_at_the_start(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = index_module.PassageIndex(data_dir / "index")
    writing = index.begin()
    writing._writer.delete_documents_by_term("article", 4)
    writing.commit()

    async with opened(data_dir) as (_, archive):
        await archive.catch_up()

        assert "index and database disagree" in caplog.text
        assert (await archive.ask(ASTANA)).sources_differ


async def test_words_that_differ_from_the_stored_text_are_never_shown(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive):
        edit(data_dir, "UPDATE revision SET body = replace(body, 'since 2017', 'since 1917')")

        assert "since 1917" in " ".join(await quoted(archive, ASTANA))


async def test_a_following_archive_heals_itself_after_a_misquote(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive), following(archive):
        await archive.caught_up(5)
        edit(data_dir, "UPDATE revision SET body = replace(body, 'since 2017', 'since 1917')")
        with pytest.raises(TransientError):
            await archive.ask(ASTANA)

        await until(lambda: not archive._damaged)

        assert "since 1917" in " ".join(await quoted(archive, ASTANA))


async def test_a_quote_is_opened_again_at_its_place(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive):
        quotes = (await archive.ask(ASTANA)).quotes
        places = [Place(quote.article.revision, *quote.span) for quote in quotes]

        again = await archive.reopen(places)

        assert [(quote.text, quote.context) for quote in again] == [
            (quote.text, quote.context) for quote in quotes
        ]


async def test_a_quote_of_a_text_since_corrected_is_opened_as_it_was(tmp_path: Path) -> None:
    url = "https://example.org/zarqa"
    async with opened(tmp_path) as (store, archive):
        await publish(store.articles, [story(url=url)])
        await publish(store.articles, [story("It slept.", url)])

        [quote] = await archive.reopen([Place(1, 0, len(ERUPTED))])

        assert quote.text == ERUPTED


@pytest.mark.parametrize(
    "place",
    [Place(1, 0, 5), Place(1, 4, 35), Place(1, 0, 9_999), Place(1, 9_999, 99_999), Place(9, 0, 35),
     Place(2**62, 0, 35), Place(1, 36, 35)],
)  # fmt: skip
async def test_a_place_that_is_not_whole_sentences_is_gone(tmp_path: Path, place: Place) -> None:
    async with opened(tmp_path) as (store, archive):
        await publish(store.articles, [story(ERUPTED + " It slept.")])
        assert await archive.reopen([Place(1, 0, 35)])

        with pytest.raises(UserError, match="answer_gone"):
            await archive.reopen([Place(1, 0, 35), place])


async def test_the_example_is_the_newest_headline_or_opening_words(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive):
        english = await archive.example(Language.ENGLISH)
        arabic = await archive.example(Language.ARABIC)

        assert english == "Qatar opens contacts with Syria’s opposition group, source says"
        assert arabic == "قطر تبدأ اتصالات مباشرة مع هيئة تحرير الشام!"


async def test_an_empty_archive_has_no_example_and_no_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, archive):
        await archive.catch_up()

        assert await archive.example(Language.ENGLISH) is None
        assert not (await archive.ask(ASTANA)).answered


async def test_questions_asked_at_once_are_all_answered(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive), asyncio.TaskGroup() as group:
        asked = [group.create_task(archive.ask(ASTANA)) for _ in range(20)]

    assert len({task.result() for task in asked}) == 1


async def test_no_question_is_logged_when_an_answer_fails(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with opened(data_dir) as (_, archive):
        edit(data_dir, "UPDATE revision SET body = 'x'")

        assert not (await archive.ask(ASTANA)).answered

        assert "Astana" not in caplog.text
        assert "damaged" in caplog.text


async def test_damage_that_only_a_question_finds_is_healed_for_it(data_dir: Path) -> None:
    async with opened(data_dir) as (_, archive):
        await archive.catch_up()
    [store] = (data_dir / "index").rglob("*.store")
    store.write_bytes(bytes(255 - byte for byte in store.read_bytes()))

    async with opened(data_dir) as (_, archive):
        await archive.catch_up()

        assert (await archive.ask(ASTANA)).sources_differ


async def test_a_running_bot_gets_over_an_index_that_vanishes(data_dir: Path) -> None:
    async with opened(data_dir) as (store, archive), following(archive):
        await archive.caught_up(5)
        shutil.rmtree(data_dir / "index")
        await publish(store.articles, [story()])

        await until(lambda: archive.held == 6)

        assert await quoted(archive, VOLCANO) == [ERUPTED]
        assert (await archive.ask(ASTANA)).sources_differ


async def test_articles_without_a_passage_do_not_hold_up_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ", 2)
    monkeypatch.setattr(module, "COMMIT", 2)
    async with opened(tmp_path) as (store, archive):
        await publish(store.articles, [story(f"{n} " + "?!" * n) for n in range(1, 8)])

        async with asyncio.timeout(10):
            await archive.catch_up()

        assert archive.held == 7


async def test_waiting_for_the_index_lock_can_be_cancelled_and_leaves_no_lock(
    data_dir: Path,
) -> None:
    async with opened(data_dir) as (store, archive):
        await publish(store.articles, [story()])
        other = os.open(data_dir / "index", os.O_RDONLY)
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = asyncio.create_task(archive.catch_up())
        await asyncio.sleep(0)  # a turn: it has begun to wait
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        os.close(other)

        async with asyncio.timeout(10):
            await archive.catch_up()

        assert await quoted(archive, VOLCANO) == [ERUPTED]


async def test_a_file_in_the_place_of_the_index_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("mine")

    with pytest.raises(CorruptDataError, match="index"):
        async with opened(tmp_path):
            pass
