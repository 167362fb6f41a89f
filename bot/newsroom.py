"""How articles come in: the one way, whatever they were read from."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.sources import Refusal, Submission, read
from bot.sources.pages import read_page_at
from retrieval.spans import passages

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from bot.sources.fetching import Fetcher
    from bot.store import Articles, Outcome

# In one transaction. Digests and rows of as much keep the event loop for 3 ms.
BATCH = 100  # articles
BATCH_CHARACTERS = 500_000

T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What became of what was offered."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refused: int = 0

    @property
    def stored(self) -> int:
        """How many articles are in the archive now, whether new or not."""
        return self.outcomes.total()


async def publish(
    articles: Articles, submissions: Sequence[Submission], quiet: Collection[int] = ()
) -> list[Outcome]:
    """Store articles in one transaction; return what became of each, in order.

    Whoever follows what they are about is told, but for those whose places are in `quiet`.
    """
    counts = await asyncio.to_thread(lambda: [len(passages(each.body)) for each in submissions])
    return await articles.publish(submissions, counts, quiet)


async def take_in(
    articles: Articles,
    paths: Sequence[Path],
    *,
    quiet: bool = False,
    refused: Callable[[Refusal], None] = lambda _: None,
    stored: Callable[[Tally], None] = lambda _: None,
    seen: Callable[[Path], None] = lambda _: None,
    tally: Tally | None = None,
) -> Tally:
    """Publish every article in files and folders, a batch at a time; if `quiet`, tell nobody.

    `seen` hears of each file as it is opened, from a worker thread; `refused` of each refusal;
    `stored` after each batch, when it is on disk. What is counted is added to `tally`.
    """
    tally = tally or Tally()
    batches = in_batches(read(paths, seen=seen), _characters)
    while batch := await asyncio.to_thread(next, batches, None):
        await _take(articles, batch, tally, quiet, refused)
        stored(tally)
    return tally


async def take_in_pages(
    articles: Articles,
    urls: Sequence[str],
    fetcher: Fetcher,
    *,
    quiet: bool = False,
    refused: Callable[[Refusal], None] = lambda _: None,
    stored: Callable[[Tally], None] = lambda _: None,
    seen: Callable[[Path], None] = lambda _: None,
    tally: Tally | None = None,
) -> Tally:
    """Publish the articles of pages by their addresses, one after the other, as `take_in` does."""
    tally = tally or Tally()
    for url in urls:
        seen(Path(url))
        await _take(articles, [await read_page_at(url, fetcher)], tally, quiet, refused)
        stored(tally)
    return tally


async def _take(
    articles: Articles,
    batch: Sequence[Submission | Refusal],
    tally: Tally,
    quiet: bool,  # noqa: FBT001 - as it was asked for
    refused: Callable[[Refusal], None],
) -> None:
    submissions = [each for each in batch if isinstance(each, Submission)]
    for each in batch:
        if isinstance(each, Refusal):
            tally.refused += 1
            refused(each)
    untold = range(len(submissions)) if quiet else ()
    if submissions:
        tally.outcomes.update(await publish(articles, submissions, untold))


async def open_with_seeds(articles: Articles) -> None:
    """Put the first articles into an empty archive."""
    if await articles.last_revision() == 0:
        with as_file(files("seeds")) as folder:
            await take_in(articles, [folder], quiet=True)


def in_batches(offered: Iterable[T], characters: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield what is offered, as much at a time as is published in one transaction."""
    batch: list[T] = []
    held = 0
    for each in offered:
        batch.append(each)
        held += characters(each)
        if len(batch) == BATCH or held >= BATCH_CHARACTERS:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _characters(offered: Submission | Refusal) -> int:
    return len(offered.body) if isinstance(offered, Submission) else 0
