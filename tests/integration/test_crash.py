"""`add` is killed again and again; nothing that it said was stored may be missing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom
from threading import Timer

from bot.archive import Archive
from bot.store import Store
from retrieval.index import PassageIndex

ROOT = Path(__file__).parents[2]
ARTICLES = 500  # in each file
BATCHES = 5
KILLS = 10
RUNS = 25
ASKED = 5
LETTERS = "bdfgklmpvz"


@dataclass(frozen=True, slots=True)
class Run:
    """One `add`: how it ended, how much it acknowledged, and how long each step took."""

    status: int
    stored: int
    storing: float  # seconds from the first acknowledgement to the last
    indexing: float  # seconds from there to the end


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: so many seconds after so many acknowledgements."""

    acknowledged: int
    seconds: float


def unique(file: int, number: int) -> str:
    """A word that stands in one article alone."""
    return "q" + "".join(LETTERS[int(digit)] + "o" for digit in f"{file:02}{number:04}") + "x"


def write_articles(folder: Path, file: int) -> Path:
    path = folder / f"{file}.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for number in range(ARTICLES):
            text = f"The village of {unique(file, number)} was mentioned. Nothing else happened."
            url = f"https://example.org/{file}/{number}"
            lines.write(json.dumps({"text": text, "url": url}) + "\n")
    return path


def add(data: Path, *paths: Path, kill: Moment | None = None) -> Run:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "add", *map(str, paths)],
        cwd=ROOT,
        env=os.environ | {"ISNAD_DATA_DIR": str(data), "ISNAD_SEEDS": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        timer = Timer(kill.seconds if kill else 0, process.kill)
        stored, heard = 0, []
        for line in process.stderr or ():
            if not line.startswith("stored ") or not line.endswith("\n"):
                continue
            stored = int(line.removeprefix("stored "))
            heard.append(time.perf_counter())
            if kill and len(heard) == kill.acknowledged:
                timer.start()
        status = process.wait()
        timer.cancel()
    first, last = (heard[0], heard[-1]) if heard else (0.0, 0.0)
    return Run(status, stored, last - first, time.perf_counter() - last)


def any_moment(chance: Random, undisturbed: Run) -> Moment:
    """Half of the moments are while articles are stored, half while they are indexed."""
    if chance.random() < 0.5:
        batch = undisturbed.storing / (BATCHES - 1)
        return Moment(chance.randint(1, BATCHES - 1), chance.uniform(0, batch))
    return Moment(BATCHES, chance.uniform(0, undisturbed.indexing))


async def check(data: Path, expected: list[str], asked: list[str]) -> None:
    """Heal the archive as any start does, and look for every word that must be there."""
    async with Store.open(data) as store, Archive.open(store.articles, data) as archive:
        await archive.catch_up()

        summary = await store.articles.summary()
        assert archive.held == await store.articles.last_revision()
        assert archive.passages == summary.passages
        assert summary.articles == summary.revisions >= len(expected)
        index = PassageIndex(data / "index")
        assert [word for word in expected if index.snapshot.document_frequency(word) != 1] == []
        for word in asked:
            answer = await archive.ask(f"Where is the village of {word}?")
            assert answer.quotes, word
            assert word in answer.quotes[0].text


def test_add_killed_at_any_moment_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = Random(seed)  # noqa: S311 - nothing to hide
    data = tmp_path / "data"
    files = [write_articles(tmp_path, 0)]
    undisturbed = add(data, *files)
    expected = [unique(0, number) for number in range(ARTICLES)]
    kills = 0

    # Each file is new, so that each run stores and indexes until it is killed or too fast for it.
    while kills < KILLS and len(files) < RUNS:
        file = len(files)
        files.append(write_articles(tmp_path, file))
        run = add(data, files[-1], kill=any_moment(chance, undisturbed))
        expected += [unique(file, number) for number in range(run.stored)]
        kills += run.status != 0
        asyncio.run(check(data, expected, chance.sample(expected, ASKED)))
    finished = add(data, *files)

    everything = [unique(file, number) for file in range(len(files)) for number in range(ARTICLES)]
    assert kills == KILLS
    assert (undisturbed.status, undisturbed.stored) == (0, ARTICLES)
    assert (finished.status, finished.stored) == (0, len(everything))
    asyncio.run(check(data, everything, chance.sample(everything, ASKED)))
    assert PassageIndex(data / "index").snapshot.passages == len(everything)
