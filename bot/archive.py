"""The archive, searchable: holds the index, asks off the event loop, keeps index and store in step.

Articles are stored first and indexed after, from the last revision that the index holds; whoever
finds it behind brings it up to date, one process at a time. So a crash in between loses nothing.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.errors import CorruptDataError, UserError
from retrieval import answering
from retrieval.index import PassageIndex
from retrieval.models import Quote, Span
from retrieval.spans import passages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bot.links import Place
    from bot.store import ArchiveSummary, Articles
    from retrieval.models import Answer, Article, Language

log = logging.getLogger(__name__)

T = TypeVar("T")

READ = 100  # articles in memory while the index is brought up to date
COMMIT = 2_000  # articles in one commit of the index
FOLLOW_SECONDS = 0.5
LOOKS = 3


class Archive:
    """Answers questions from the stored articles, in their own words."""

    def __init__(self, articles: Articles, directory: Path, index: PassageIndex) -> None:
        self._articles = articles
        self._directory = directory
        self._index = index
        self._held = index.last_revision()
        self._compared = False  # with the database, since the start
        self._suspect = False
        self._caught_up = asyncio.Event()
        # One thread thinks, so that questions wait for each other and never for the event loop;
        # another writes the index, so that questions do not wait for articles.
        self._thinking = ThreadPoolExecutor(1, "answering")
        self._writing = ThreadPoolExecutor(1, "indexing")
        self._turn = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, articles: Articles, data_dir: Path) -> AsyncIterator[Archive]:
        """Open the index beside the database; `catch_up` or `follow` brings it up to date."""
        directory = data_dir / "index"
        directory.mkdir(parents=True, exist_ok=True)
        index = await asyncio.to_thread(_opened, directory)
        archive = cls(articles, directory, index)
        try:
            yield archive
        finally:
            await asyncio.to_thread(archive._thinking.shutdown)
            await asyncio.to_thread(archive._writing.shutdown)

    async def ask(self, question: str, *, limit: int = 3, skip: int = 0) -> Answer:
        """Answer a question with at most `limit` quotes, after the first `skip`.

        Every quote was compared with the stored text. Raises CorruptDataError when one differs.
        """
        findings = await self.find(question, limit=limit, skip=skip)
        articles = await self._articles.by_revision(findings.revisions())
        try:
            return answering.answer(findings, articles)
        except answering.MisquoteError as error:
            self._suspect = True
            raise CorruptDataError(f"{self._directory}: {error}; it will be rebuilt") from error

    async def find(self, question: str, *, limit: int = 3, skip: int = 0) -> answering.Findings:
        """Return where the answer stands, and how far it can be trusted, without a refusal."""
        try:
            return await self._think(
                partial(answering.find, self._index, question, limit=limit, skip=skip)
            )
        except Exception:
            self._suspect = True  # damage on disk shows when it is read
            raise

    async def reopen(self, places: Sequence[Place]) -> tuple[Quote, ...]:
        """Return the quotes that stand at these places.

        Raises `UserError("answer_gone")` when one is not whole sentences of a stored text.
        """
        articles = await self._articles.by_revision({place.revision for place in places})
        quotes: list[Quote] = []
        for revision, start, end in places:
            article = articles.get(revision)
            if article is None:
                raise UserError("answer_gone")
            quote = await self._think(partial(_quoted, article, Span(start, end)))
            if quote is None:
                raise UserError("answer_gone")
            quotes.append(quote)
        return tuple(quotes)

    async def summary(self) -> ArchiveSummary:
        """Return how much the archive holds."""
        return await self._articles.summary()

    async def example(self, language: Language) -> str | None:
        """Return something worth asking: the newest headline, or an article's opening words."""
        newest = await self._articles.newest(language, 20)
        titled = [article for article in newest if article.headline] or newest
        return titled[0].title.rstrip("…") if titled else None

    @property
    def held(self) -> int:
        """The last revision that can be found."""
        return self._held

    @property
    def passages(self) -> int:
        """How many passages can be found."""
        return self._index.passages

    async def follow(self) -> None:
        """Keep up with what any process stores, until cancelled."""
        while True:
            try:
                if await self._is_behind():
                    await self.catch_up()
            except Exception:
                # The next look may succeed; until then the archive answers from what it has.
                log.exception("the index could not be brought up to date")
            await asyncio.sleep(FOLLOW_SECONDS)

    async def caught_up(self, patience: float) -> bool:
        """Wait until the archive has caught up once, at most `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._caught_up.wait()
        except TimeoutError:
            return False
        return True

    async def catch_up(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Index every stored revision that the index does not hold; heal what disagrees.

        `told` hears how many articles were indexed, now and then.
        """
        async with self._turn:
            await self._write(self._index.refresh)
            if self._index.last_revision() > await self._articles.last_revision():
                log.warning("the index knows texts that the database does not")
                self._suspect = True
            if self._suspect:
                await self._rebuild(told)
            await self._index_new(told)
            if not self._compared and not await self._agrees(told):
                log.warning("index and database disagree")
                await self._rebuild(told)
            self._compared = True
        self._caught_up.set()

    async def _is_behind(self) -> bool:
        if self._suspect or not self._compared:
            return True
        return await self._articles.last_revision() != self._held

    async def _index_new(self, told: Callable[[int], None], *, anew: bool = False) -> None:
        """Index what is new, a bounded number of articles a commit.

        `anew`: the stored passage counts may come from an earlier way of cutting; correct them.
        """
        more = True
        while more:
            with await self._write(partial(_alone_in, self._directory)):
                # Another process may have written while this one waited.
                await self._write(self._index.refresh)
                last = self._index.last_revision()
                anew = anew or last == 0
                self._held = max(self._held, last)
                more = await self._commit_some(last, told, anew=anew)

    async def _commit_some(
        self, last: int, told: Callable[[int], None], *, clear: bool = False, anew: bool = False
    ) -> bool:
        """Index up to `COMMIT` articles after `last` in one commit; return whether more wait."""
        batch = await self._articles.changed_after(last, READ)
        if not batch and not clear:
            return False
        writing = await self._write(self._index.begin)
        try:
            if clear:
                await self._write(writing.clear)
            done, counts = 0, dict[int, int]()
            while batch and done < COMMIT:
                counts |= await self._write(partial(writing.add, batch))
                done += len(batch)
                last = batch[-1].revision
                batch = await self._articles.changed_after(last, READ)
            if anew:
                await self._articles.recount(counts)
        except BaseException:
            await asyncio.shield(self._write(writing.abandon))
            raise
        await self._write(writing.commit)
        await self._write(self._index.refresh)
        self._held = last
        told(done)
        return bool(batch)

    async def _rebuild(self, told: Callable[[int], None]) -> None:
        log.warning("rebuilding the index")
        with await self._write(partial(_alone_in, self._directory)):
            await self._commit_some(0, told, clear=True, anew=True)
        await self._index_new(told, anew=True)
        self._suspect = False

    async def _agrees(self, told: Callable[[int], None]) -> bool:
        """Compare the passages found with those stored, up to the last revision indexed."""
        for _ in range(LOOKS):
            if await self._articles.passage_count(self._held) == self._index.passages:
                return True
            # Another process may have corrected an article in between.
            await self._index_new(told)
        return False

    async def _think(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thinking, work)

    async def _write(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writing, work)


def _opened(directory: Path) -> PassageIndex:
    """Open the index, or begin anew where its files are damaged: it is derived data."""
    try:
        return PassageIndex(directory)
    except (OSError, ValueError) as error:
        log.warning("%s: damaged, rebuilding it (%s)", directory, error)
        with _alone_in(directory):
            for path in directory.iterdir():
                shutil.rmtree(path, ignore_errors=True)
            return PassageIndex(directory)


@contextmanager
def _holding(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def _alone_in(directory: Path) -> AbstractContextManager[None]:
    """Wait until no other process writes in the directory, and keep them out until the end.

    The lock goes with the process that holds it, however that ends.
    """
    descriptor = os.open(directory, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return _holding(descriptor)


def _quoted(article: Article, span: Span) -> Quote | None:
    """Return the quote at a span, or None when it is not whole neighbouring sentences."""
    for passage in passages(article.body):
        starts = {sentence.start for sentence in passage.sentences}
        ends = {sentence.end for sentence in passage.sentences}
        if span.start < span.end and span.start in starts and span.end in ends:
            return Quote(article, span, passage.span)
    return None
