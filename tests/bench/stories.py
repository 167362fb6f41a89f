"""How long it takes to tell whether an article's story is known, and in how much memory."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from retrieval.duplicates import WINDOW, Signature, Stories, signature
from retrieval.signatures import BITS
from tests.bench.corpus import SEED, articles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.sources import Submission

ARTICLE_WORDS = (100, 100, 100)  # of each paragraph
SIGNED = 1_000  # articles whose signatures are made; the rest have sketches of random bits
HEADER, SKETCHES = 4, 2 * BITS // 8  # bytes of a signature
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SERIES = 500  # reports that differ in their numbers alone, such as the day's prices


@dataclass(frozen=True, slots=True)
class Told:
    """CPU milliseconds at the median and the 95th percentile, by what was done; and memory.

    `recognised` is the share of copies whose story was found, `invented` the number of new stories
    that were taken for copies.
    """

    stories: int
    milliseconds: dict[str, tuple[float, float]]
    recognised: float
    invented: int
    packed_bytes: float
    kept_bytes: float


def measure(count: int, asked: int) -> Told:
    """Keep `count` articles of 300 words, and look for `asked` copies and `asked` new stories."""
    offered = articles(SIGNED + asked, ARTICLE_WORDS)
    step = SIGNED // asked
    packed: list[bytes] = []
    copied: list[Submission] = []
    signing: list[float] = []
    for number, article in enumerate(islice(offered, SIGNED)):
        signing.append(_milliseconds(lambda text=article: packed.append(bytes(_signed(text)))))  # type: ignore[misc]  # a default binds the loop variable
        if number % step == 0:
            copied.append(article)
    stories, kept = _filled(packed, count)
    found: list[int | None] = []
    invented: list[int | None] = []

    def find(answers: list[int | None], articles: Iterable[Submission]) -> list[float]:
        asking = [_signed(article) for article in articles]
        return [
            _milliseconds(lambda known=each: answers.append(stories.find(known, NOW)))  # type: ignore[misc]  # a default binds the loop variable
            for each in asking
        ]

    times = {
        "first signatures": signing[:asked],  # while the words are still new
        "signature": signing[-asked:],
        "find a new story": find(invented, offered),
        "find a copy": find(found, map(_edited, copied)),
    }
    for number in range(SERIES):
        stories.add(count + number, _signed(_dated(copied[0], number)), NOW)
    series = (_dated(copied[0], SERIES + number) for number in range(asked))
    times["find one of a series"] = find([], series)
    right = sum(answer == number * step for number, answer in enumerate(found))
    return Told(
        count,
        {name: _percentiles(each) for name, each in times.items()},
        right / len(copied),
        sum(answer is not None for answer in invented),
        sum(map(len, packed)) / len(packed),
        kept / count,
    )


def _filled(packed: list[bytes], count: int) -> tuple[Stories, int]:
    """Return `count` stories, and the bytes that they take, signatures included."""
    chance = np.random.default_rng(SEED)
    tracemalloc.start()
    stories = Stories()
    for number in range(count):
        each = packed[number % SIGNED]
        if number >= SIGNED:
            each = each[:HEADER] + chance.bytes(SKETCHES) + each[HEADER + SKETCHES :]
        stories.add(number, Signature(bytes(bytearray(each))), NOW - WINDOW * (number / count))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return stories, taken


def _signed(article: Submission) -> Signature:
    return signature(article.headline, article.body)


def _edited(article: Submission) -> Submission:
    """Return a copy without its last paragraph, every tenth word left out."""
    words = article.body.rpartition("\n\n")[0].split(" ")
    kept = (word for place, word in enumerate(words) if place % 10 != 9)
    return replace(article, body=" ".join(kept))


def _dated(article: Submission, number: int) -> Submission:
    words = article.body.split(" ")
    words[5::20] = [str(number * 1_000 + place) for place in range(len(words[5::20]))]
    return replace(article, body=" ".join(words))


def _milliseconds(work: Callable[[], None]) -> float:
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1_000


def _percentiles(times: list[float]) -> tuple[float, float]:
    half, most = np.percentile(times, (50, 95))
    return float(half), float(most)
