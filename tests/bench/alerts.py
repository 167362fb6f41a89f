"""What one article costs against many standing queries: CPU time, and memory of the queries.

Queries are of one to three words in Zipf's proportions, in both languages by turns; some have a
phrase, a choice or an exclusion. A word may be any that is not only grammar, however common.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.forms import wanted
from retrieval.matching import Matcher, parse
from retrieval.models import Language
from retrieval.reading import read
from retrieval.stopwords import STOP_WORDS
from tests.bench.corpus import SEED, articles, tongue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from retrieval.queries import Unit
    from tests.bench.corpus import Tongue

ROOT = Path(__file__).parents[2]
ARTICLE_WORDS = (90, 90, 90, 90, 90)  # of each paragraph
ARTICLES, RUNS = 60, 5
REMEMBERED = 100_000  # queries whose words fill what the analysis remembers
WORDS = (0.35, 0.45, 0.20)  # shares of queries of one, two and three words
PHRASES, CHOICES, EXCLUSIONS = 0.15, 0.05, 0.05  # shares of queries that have one
RARER_THAN = 100  # of a language's words: nobody follows "new" or "said"


def queries(count: int) -> Iterator[str]:
    """Yield the texts of queries, some of them more than once."""
    chance = np.random.default_rng(SEED + 2)
    tongues = [tongue(language) for language in Language]
    drawn = [_drawn(each, chance, count * 2) for each in tongues]
    for number in range(count):
        words = drawn[number % 2]
        length = 1 + int(np.searchsorted(np.cumsum(WORDS), chance.random()))
        chosen = [next(words) for _ in range(length)]
        kind = chance.random()
        if kind < PHRASES and length > 1:
            yield f'"{chosen[0]} {chosen[1]}" {" ".join(chosen[2:])}'
        elif kind < PHRASES + CHOICES:
            yield f"{' '.join(chosen)} | {next(words)}"
        elif kind < PHRASES + CHOICES + EXCLUSIONS:
            yield f"{' '.join(chosen)} -{next(words)}"
        else:
            yield " ".join(chosen)


def _drawn(spoken: Tongue, chance: np.random.Generator, least: int) -> Iterator[str]:
    while True:
        for word in spoken.draw(chance, least):
            if word not in STOP_WORDS and spoken.rank[word] >= RARER_THAN:
                yield word


def measure(count: int) -> dict[str, Any]:
    """Add `count` queries, then match articles against them, one at a time, in this process."""
    texts = [(each.headline or "", each.body) for each in articles(ARTICLES, ARTICLE_WORDS)]
    # The analysis remembers words, and takes the same memory whatever is asked of it: what is
    # measured is a bot that has run for a while.
    for unit in chain.from_iterable(map(_units, queries(min(count, REMEMBERED)))):
        for word in unit.words:
            wanted(word)
    before = _own()
    matcher, adding = Matcher(), 0.0
    for number, text in enumerate(queries(count)):
        query = parse(text)
        started = time.process_time()
        matcher.add(number, query)
        adding += time.process_time() - started
    gc.collect()
    memory = _own() - before
    reading, matching, matches = [], [], []
    for text in texts:
        reading.append(_best(partial(read, *text)))
        article = read(*text)
        matching.append(_best(partial(matcher.match_reading, article)))
        matches.append(len(matcher.match_reading(article)))
    return {
        "queries": len(matcher),
        "adding_us": adding / count * 1e6,
        "memory": memory,
        "matches": float(np.mean(matches)),
        "reading": np.percentile(reading, (50, 95)).tolist(),
        "matching": np.percentile(matching, (50, 95)).tolist(),
    }


def _units(text: str) -> Iterator[Unit]:
    query = parse(text)
    return chain(chain.from_iterable(query.clauses), query.excluded)


def _best(work: Callable[[], object]) -> float:
    """Return the least CPU milliseconds of a few runs: others use the same cores."""
    spent = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent) * 1_000


def compare(counts: list[int]) -> Iterator[str]:
    """Measure each number of queries in a process of its own; yield a line for each."""
    for count in counts:
        command = [sys.executable, "-m", "tests.bench.alerts", str(count)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        found = json.loads(done.stdout)
        yield (
            f"{found['queries']:,} queries: {found['memory']:.0f} MB, "
            f"{found['adding_us']:.0f} µs to add one; an article of 450 words: reading "
            "{:.2f} / {:.2f} ms, ".format(*found["reading"])
            + "matching {:.2f} / {:.2f} ms (CPU, p50 / p95), ".format(*found["matching"])
            + f"{found['matches']:.0f} matches"
        )


def _own() -> float:
    """Return this process's own memory in MB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["RssAnon"].split()[0]) / 1_000


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
