"""`python -m tests.bench.names` measures the CPU time of a name's key and of a comparison."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from retrieval import names, spelling

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = Path(__file__).parents[1] / "quality" / "names.tsv"
ROUNDS = 20


def main() -> None:
    """Print microseconds a word, first met and met again, and a comparison."""
    pairs = [line.split("\t")[1:] for line in LIST.read_text("utf-8").splitlines()]
    words = sorted({word for pair in pairs for word in pair})
    names.skeleton("warm")
    first = again = compared = known = 0.0
    for _ in range(ROUNDS):
        for cache in (spelling.read, spelling.bare, names._skeleton, names._alike):
            cache.cache_clear()
        first += timed(lambda: [names.skeleton(word) for word in words])
        again += timed(lambda: [names.skeleton(word) for word in words])
        compared += timed(lambda: [names.alike(a, b) for a, b in pairs])
        known += timed(lambda: [names.alike(a, b) for a, b in pairs])
    print(f"{len(words)} words, {len(pairs)} pairs, {ROUNDS} rounds; CPU microseconds:")
    print(f"skeleton, first met {1e6 * first / ROUNDS / len(words):6.2f}")
    print(f"skeleton, met again {1e6 * again / ROUNDS / len(words):6.2f}")
    print(f"alike, first asked  {1e6 * compared / ROUNDS / len(pairs):6.2f}")
    print(f"alike, asked again  {1e6 * known / ROUNDS / len(pairs):6.2f}")


def timed(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    start = process_time()
    work()
    return process_time() - start


if __name__ == "__main__":
    main()
