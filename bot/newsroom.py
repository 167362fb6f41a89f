"""How articles come in: the one way, whatever they were read from."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from bot.sources import Refusal, Submission, read
from retrieval.spans import passages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.store import Articles, Outcome

BATCH = 100  # articles in one transaction
BATCH_CHARACTERS = 2_000_000


@dataclass(slots=True)
class Tally:
    """What became of what was offered."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refused: int = 0

    @property
    def stored(self) -> int:
        """How many articles are in the archive now, whether new or not."""
        return self.outcomes.total()


async def publish(articles: Articles, submissions: Sequence[Submission]) -> list[Outcome]:
    """Store articles in one transaction; return what became of each, in order."""
    counts = await asyncio.to_thread(lambda: [len(passages(each.body)) for each in submissions])
    return await articles.publish(submissions, counts)


async def take_in(
    articles: Articles,
    paths: Sequence[Path],
    *,
    refused: Callable[[Refusal], None] = lambda _: None,
    stored: Callable[[Tally], None] = lambda _: None,
    seen: Callable[[Path], None] = lambda _: None,
) -> Tally:
    """Publish every article in files and folders, a batch at a time.

    `seen` hears of each file as it is opened, from a worker thread; `refused` of each refusal;
    `stored` after each batch, when it is on disk.
    """
    tally = Tally()
    batches = _batches(read(paths, seen=seen))
    while batch := await asyncio.to_thread(next, batches, None):
        submissions = [each for each in batch if isinstance(each, Submission)]
        for each in batch:
            if isinstance(each, Refusal):
                tally.refused += 1
                refused(each)
        tally.outcomes.update(await publish(articles, submissions))
        stored(tally)
    return tally


async def open_with_seeds(articles: Articles) -> None:
    """Put the first articles into an empty archive."""
    if await articles.last_revision() == 0:
        with as_file(files("seeds")) as folder:
            await take_in(articles, [folder])


def _batches(offered: Iterator[Submission | Refusal]) -> Iterator[list[Submission | Refusal]]:
    batch: list[Submission | Refusal] = []
    characters = 0
    for each in offered:
        batch.append(each)
        characters += len(each.body) if isinstance(each, Submission) else 0
        if len(batch) == BATCH or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
