from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from bot.errors import TransientError
from bot.sources import Submission
from bot.store import FILE_NAME, Store, database, upgrading
from retrieval.models import Language

if TYPE_CHECKING:
    from bot.store.database import Database

ROOT = Path(__file__).parents[3]
WRITER = Path(__file__).with_name("writer.py")
NOTE = Submission(
    body="A note.",
    source="note.txt",
    headline=None,
    outlet=None,
    url=None,
    published=None,
    language=Language.ENGLISH,
)


async def start(folder: Path, name: str, batches: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r});"
        f" runpy.run_path({str(WRITER)!r}, run_name='__main__')",
        str(folder),
        name,
        str(batches),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_two_processes_open_a_new_folder_and_write_at_once(tmp_path: Path) -> None:
    processes = [await start(tmp_path, name, 30) for name in ("one", "two")]

    async with Store.open(tmp_path) as store:
        for number in range(30):
            await store.articles.publish([replace(NOTE, body=f"Note {number}.")], [1])
        endings = [await process.communicate() for process in processes]

        assert [error for _output, error in endings] == [b"", b""]
        assert [process.returncode for process in processes] == [0, 0]
        assert (await store.articles.summary()).articles == 30 + 600
        assert await store.articles.last_revision() == 630


@pytest.mark.parametrize("lines", [1, 4, 9])
async def test_a_killed_writer_loses_nothing_that_it_was_told_is_safe(
    tmp_path: Path, lines: int
) -> None:
    process = await start(tmp_path, "one", 500)
    assert process.stdout is not None
    for _ in range(lines):
        acknowledged = int(await process.stdout.readline())
    process.kill()
    rest, _error = await process.communicate()
    acknowledged = int((rest.splitlines() or [b"%d" % acknowledged])[-1])

    async with Store.open(tmp_path) as store:
        summary = await store.articles.summary()
        assert summary.articles >= acknowledged
        assert summary.articles % 10 == 0
        assert summary.articles == summary.revisions


async def test_writers_of_one_process_take_turns(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(40):
            note = replace(NOTE, body=f"Note {number}.")
            group.create_task(store.articles.publish([note, note], [1, 1]))
            group.create_task(store.articles.summary())

    assert [one.revision for one in await store.articles.changed_after(0, 99)] == [*range(1, 41)]


async def test_a_writer_cancelled_at_any_moment_leaves_the_store_working(store: Store) -> None:
    chance = Random(7)  # noqa: S311 - moments, not secrets
    for number in range(150):
        note = replace(NOTE, body=f"Note {number}.")
        task = asyncio.create_task(store.articles.publish([note], [1]))
        for _ in range(chance.randrange(25)):
            await asyncio.sleep(0)  # a turn of the loop: cancelled at any moment
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    await store.articles.publish([replace(NOTE, body="The last one.")], [1])

    articles = await store.articles.changed_after(0, 999)
    summary = await store.articles.summary()
    assert articles[-1].body == "The last one."
    assert len(articles) == summary.articles == summary.revisions


async def test_an_exception_inside_a_transaction_undoes_it(store: Store, sql: Database) -> None:
    async def write_then_fail() -> None:
        async with sql.transaction() as connection:
            await connection.exec_driver_sql("INSERT INTO reader VALUES (1, 'ar')")
            raise LookupError

    with pytest.raises(LookupError):
        await write_then_fail()

    assert await store.readers.language(1) is None


async def test_an_article_without_its_text_cannot_be_committed(store: Store, sql: Database) -> None:
    async def orphan() -> None:
        async with sql.transaction() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO article VALUES (1, x'00', 77, 'en', NULL, 1, NULL, NULL, 's', 't')"
            )

    with pytest.raises(IntegrityError):
        await orphan()

    assert (await store.articles.summary()).articles == 0


async def test_reading_goes_on_while_another_process_writes(tmp_path: Path) -> None:
    async with Store.open(tmp_path) as store:
        await store.articles.publish([NOTE], [1])
        with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("INSERT INTO reader VALUES (1, 'ar')")

            language = await store.readers.language(1)
            summary = await store.articles.summary()
            other.execute("COMMIT")

        assert (language, summary.articles) == (None, 1)
        assert await store.readers.language(1) is Language.ARABIC


async def test_a_lock_that_never_ends_is_said_to_be_passing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (database, upgrading):
        monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    async with Store.open(tmp_path) as store:
        with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            with pytest.raises(TransientError, match="busy"):
                await store.readers.set_language(1, Language.ARABIC)

            other.execute("ROLLBACK")
        await store.readers.set_language(1, Language.ARABIC)

        assert await store.readers.language(1) is Language.ARABIC
