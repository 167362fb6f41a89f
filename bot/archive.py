"""The archive, searchable: holds the index, asks off the event loop, keeps index and store in step.

Articles are stored first and indexed after, from the last revision that the index holds; whoever
finds it behind brings it up to date, one process at a time. So a crash in between loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bot.errors import CorruptDataError, TransientError, UserError
from bot.locking import alone
from retrieval import answering
from retrieval.index import DamagedIndexError, PassageIndex, UnwritableIndexError
from retrieval.models import Quote, Span
from retrieval.spans import passages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from bot.links import Place
    from bot.store import ArchiveSummary, Articles
    from retrieval.models import Answer, Article, Language
    from retrieval.nearness import Nearness

log = logging.getLogger(__name__)

T = TypeVar("T")
Nearing: TypeAlias = "Callable[[str], Nearness | None]"

READ = 100  # articles in memory while the index is brought up to date
COMMIT = 2_000  # articles in one commit of the index
FOLLOW_SECONDS = 0.5
LONGEST_PAUSE = 60.0
LOCK_SECONDS = 0.05
LOOKS = 3


class Archive:
    """Answers questions from the stored articles, in their own words."""

    def __init__(
        self,
        articles: Articles,
        directory: Path,
        index: PassageIndex,
        nearness: Nearing,
        *,
        least: float = answering.LEAST,
    ) -> None:
        self._articles = articles
        self._nearness = nearness
        self._least = least
        self._directory = directory
        self._index = index
        self._held = self._found = index.snapshot.last_revision()
        self._compared = False  # with the database, since the start
        self._damaged = False
        self._following = False
        self._caught_up = asyncio.Event()
        # One thread thinks, so that questions wait for each other and never for the event loop;
        # another writes the index, so that questions do not wait for articles.
        self._thinking = ThreadPoolExecutor(1, "answering")
        self._writing = ThreadPoolExecutor(1, "indexing")
        self._turn = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        articles: Articles,
        data_dir: Path,
        nearness: Nearing = lambda _: None,
        *,
        least: float = answering.LEAST,
    ) -> AsyncIterator[Archive]:
        """Open the index beside the database; `catch_up` or `follow` brings it up to date.

        `nearness` tells how near sentences are to a question in meaning, or None where words must
        do; it is called in the thread that thinks. `least` is how likely the first quote must be
        right for anything to be quoted. Raises CorruptDataError when there can be no index there.
        """
        directory = data_dir / "index"
        try:
            index = await asyncio.to_thread(_opened, directory)
        except OSError as error:
            raise CorruptDataError(f"{directory}: {error.strerror}") from error
        archive = cls(articles, directory, index, nearness, least=least)
        try:
            yield archive
        finally:
            await asyncio.to_thread(archive._thinking.shutdown)
            await asyncio.to_thread(archive._writing.shutdown)

    async def ask(self, question: str, *, limit: int = 3, skip: int = 0) -> Answer:
        """Answer a question with at most `limit` quotes, after the first `skip`.

        Every quote was compared with the stored text, and nothing is answered when one differs.
        Raises TransientError while a damaged index is being built anew.
        """
        _, answer = await self.explained(question, limit=limit, skip=skip)
        return answer

    async def explained(
        self, question: str, *, limit: int = 3, skip: int = 0
    ) -> tuple[answering.Findings, Answer]:
        """Answer as `ask` does, with the findings that the answer stands on."""
        try:
            return await self._ask(question, limit, skip)
        except (DamagedIndexError, answering.MisquoteError) as error:
            log.error("the index is damaged: %s", error)  # noqa: TRY400 - it is derived data
            self._damaged = True
            if self._following:
                raise TransientError("the index is damaged and is being built anew") from error
        await self.catch_up()
        return await self._ask(question, limit, skip)

    async def _ask(self, question: str, limit: int, skip: int) -> tuple[answering.Findings, Answer]:
        findings = await self.find(question, limit=limit, skip=skip)
        articles = await self._articles.by_revision(findings.revisions())
        return findings, answering.answer(findings, articles)

    async def find(self, question: str, *, limit: int = 3, skip: int = 0) -> answering.Findings:
        """Return where the answer stands, and how far it can be trusted, without a refusal."""
        index, least = self._index.snapshot, self._least

        def found() -> answering.Findings:
            near = self._nearness(question)
            return answering.find(index, question, limit=limit, skip=skip, near=near, least=least)

        return await self._think(found)

    async def reopen(self, places: Sequence[Place]) -> tuple[Quote, ...]:
        """Return the quotes that stand at these places.

        Raises `UserError("answer_gone")` when one is not whole sentences of a stored text.
        """
        articles = await self._articles.by_revision({place.revision for place in places})
        quotes = await self._think(partial(_quoted, articles, places))
        if len(quotes) < len(places):
            raise UserError("answer_gone")
        return quotes

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
        return self._index.snapshot.passages

    async def follow(self) -> None:
        """Keep up with what any process stores, until cancelled; a failure is tried again."""
        self._following = True
        pause = FOLLOW_SECONDS
        while True:
            try:
                if await self._is_behind():
                    await self.catch_up()
                pause = FOLLOW_SECONDS
            except Exception as error:
                # Until it succeeds the archive answers from what it has.
                log.exception("the index is not up to date")
                pause = min(pause * 2, LONGEST_PAUSE)
                self._damaged = self._damaged or isinstance(error, DamagedIndexError)
            await asyncio.sleep(pause)

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

        `told` hears how many articles were indexed, now and then. Raises TransientError when the
        index cannot be written now: then it stays as it was, and so do the articles.
        """
        async with self._turn:
            try:
                await self._catch_up(told)
            except UnwritableIndexError as error:
                # What cannot be written may be damaged; opening it again tells.
                self._index = await self._write(partial(_opened, self._directory))
                raise TransientError(f"{self._directory}: cannot be written: {error}") from error
        self._caught_up.set()

    async def _catch_up(self, told: Callable[[int], None]) -> None:
        await self._refresh()
        if self._found > await self._articles.last_revision():
            log.warning("the index knows texts that the database does not")
            self._damaged = True
        if self._damaged:
            await self._rebuild(told)
        await self._index_new(told)
        if not self._compared and not await self._agrees(told):
            log.warning("index and database disagree")
            await self._rebuild(told)
        self._compared = True

    async def _refresh(self) -> None:
        """See what other processes indexed."""
        try:
            await self._write(self._index.refresh)
        except DamagedIndexError:
            self._index = await self._write(partial(_opened, self._directory))
        found = self._index.snapshot.last_revision()
        if found < self._found:
            self._held = found  # another process began anew
        self._found = found
        self._held = max(self._held, found)

    async def _is_behind(self) -> bool:
        if self._damaged or not self._compared:
            return True
        return await self._articles.last_revision() != self._held

    async def _index_new(self, told: Callable[[int], None], *, anew: bool = False) -> None:
        """Index what is new, a bounded number of articles a commit.

        `anew`: the stored passage counts may come from an earlier way of cutting; correct them.
        """
        more = True
        while more:
            async with self._alone():
                await self._refresh()  # another process may have written meanwhile
                anew = anew or self._held == 0
                more = await self._commit_some(told, anew=anew)

    async def _commit_some(self, told: Callable[[int], None], *, anew: bool) -> bool:
        """Index up to `COMMIT` articles in one commit; return whether more wait."""
        last = self._held
        batch = await self._articles.changed_after(last, READ)
        if not batch:
            return False
        writing = await self._write(self._index.begin)
        try:
            done, counts = 0, dict[int, int]()
            while batch and done < COMMIT:
                counts |= await self._write(partial(writing.add, batch))
                done += len(batch)
                last = batch[-1].revision
                batch = await self._articles.changed_after(last, READ)
            if anew:
                await self._articles.recount(counts)
        except BaseException:
            with suppress(UnwritableIndexError):
                await self._write(writing.abandon)
            raise
        await self._write(writing.commit)
        await self._refresh()
        # An article without passages leaves no trace in the index.
        self._held = max(self._held, last)
        told(done)
        return bool(batch)

    async def _rebuild(self, told: Callable[[int], None]) -> None:
        log.warning("building the index anew")
        async with self._alone():
            self._index = await self._write(partial(_emptied, self._directory))
            self._held = self._found = 0
        await self._index_new(told, anew=True)
        self._damaged = False

    async def _agrees(self, told: Callable[[int], None]) -> bool:
        """Compare the passages found with those stored, up to the last revision indexed."""
        for _ in range(LOOKS):
            if await self._articles.passage_count(self._held) == self._index.snapshot.passages:
                return True
            # Another process may have corrected an article in between.
            await self._index_new(told)
        return False

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait until no other process writes the index, and keep them out until the end."""
        async with alone(self._directory, LOCK_SECONDS):
            yield

    async def _think(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thinking, work)

    async def _write(self, work: Callable[[], T]) -> T:
        """Work in the writing thread; when cancelled, let it finish before anyone else writes."""
        job = asyncio.get_running_loop().run_in_executor(self._writing, work)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            await asyncio.wait({job})
            raise


def _opened(directory: Path) -> PassageIndex:
    """Open the index, or begin anew where its files are damaged: it is derived data."""
    directory.mkdir(parents=True, exist_ok=True)
    try:
        index = PassageIndex(directory)
        index.snapshot.last_revision()
    except DamagedIndexError as error:
        log.warning("%s: damaged, building it anew (%s)", directory, error)
        return _emptied(directory)
    return index


def _emptied(directory: Path) -> PassageIndex:
    for path in directory.iterdir():
        shutil.rmtree(path, ignore_errors=True)
    return PassageIndex(directory)


def _quoted(articles: Mapping[int, Article], places: Sequence[Place]) -> tuple[Quote, ...]:
    """Return the quotes at those places that are whole neighbouring sentences of a passage."""
    cut = {number: passages(article.body) for number, article in articles.items()}
    quotes = []
    for revision, start, end in places:
        for passage in cut.get(revision, ()):
            starts = {sentence.start for sentence in passage.sentences}
            ends = {sentence.end for sentence in passage.sentences}
            if start < end and start in starts and end in ends:
                quotes.append(Quote(articles[revision], Span(start, end), passage.span))
    return tuple(quotes)
