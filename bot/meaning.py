"""Sentence vectors, computed behind the readers' backs, and how near sentences are to a question.

The vectors follow the store as the index does, from another side: what has none yet is encoded,
the newest first. Until then, and where there is no encoder, words alone find an article.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import numpy as np

from bot.locking import alone
from retrieval.encoders import Checked, EncoderError, UnencodableError
from retrieval.vectors import Vectors, key_of, sentences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.store import Articles
    from retrieval.encoders import Encoder
    from retrieval.models import Article
    from retrieval.nearness import Nearness
    from retrieval.vectors import VectorWriting

log = logging.getLogger(__name__)

T = TypeVar("T")
# How many articles have vectors; or why none are used: the settings say so, there is no encoder, or
# it or the directory does not work.
Standing: TypeAlias = int | Literal["off", "absent", "broken"]

NEAREST = 25  # sentences that a question gets besides those its words find
BATCH = 4  # texts that are encoded before anyone may say stop
READ = 16  # articles in memory; after them come those that are newer, if there are any
LOOK = 1_000  # revisions looked at together
TIDY = 256  # articles between two looks at the state of the files
TOLD_SECONDS = 300.0  # between two lines in the log about the progress
FOLLOW_SECONDS = 1.0
LONGEST_PAUSE = 60.0
LOCK_SECONDS = 1.0
LEAST_PRIORITY = 19


class Meaning:
    """Finds by meaning; without an encoder, or before there are vectors, it finds nothing."""

    def __init__(
        self, articles: Articles, directory: Path, encoder: Encoder | None, *, wanted: bool = True
    ) -> None:
        self._why_none: Literal["off", "absent", "broken"] = "off"
        if wanted:
            self._why_none = "broken" if encoder else "absent"
        self._articles = articles
        self._directory = directory
        self._encoder = Checked(encoder) if encoder else None
        self._vectors: Vectors | None = None
        self._checked = False  # that the vectors are of these articles
        self._complete = 0  # every current revision up to here was seen to have vectors,
        self._held = 0  # with so many articles in all
        self._stop = Event()
        # A question is encoded in its own thread: it does not queue behind articles.
        self._encoding = ThreadPoolExecutor(1, "encoding", _yielding)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, articles: Articles, data_dir: Path, encoder: Encoder | None, *, wanted: bool = True
    ) -> AsyncIterator[Meaning]:
        """Open the vectors beside the database; `follow` or `catch_up` computes what is missing.

        `wanted` tells why there is no encoder: it is not installed, or turned off.
        """
        meaning = cls(articles, data_dir / "vectors", encoder, wanted=wanted)
        if encoder is not None:
            try:
                await meaning._work(partial(meaning._open, encoder))
            except OSError as error:
                log.warning("%s: no sentence vectors: %s", meaning._directory, error)
        try:
            yield meaning
        finally:
            meaning._stop.set()
            await asyncio.to_thread(meaning._encoding.shutdown)

    @property
    def articles(self) -> int:
        """How many articles have vectors."""
        return self._vectors.snapshot.articles if self._vectors else 0

    def standing(self) -> Standing:
        """Return how many articles have vectors, or why none are used."""
        return self._why_none if self._vectors is None else self.articles

    def nearness(self, question: str) -> Nearness | None:
        """Return how near the sentences are to a question; None where words must do.

        Takes CPU, so it is for the thread that thinks.
        """
        encoder, vectors = self._encoder, self._vectors
        if encoder is None or vectors is None or not vectors.snapshot.sentences:
            return None
        snapshot = vectors.snapshot
        try:
            near = snapshot.near(encoder.question(question), NEAREST)
        except UnencodableError as error:
            log.warning("a question is asked by its words alone: %s", error)
            return None
        except EncoderError as error:
            self._give_up(error)
            return None
        return None if snapshot.damaged else near

    async def follow(self, after: Callable[[float], Awaitable[bool]]) -> None:
        """Encode what any process stores, until cancelled; a failure is tried again.

        `after` waits for what goes first, the index: at most so many seconds; it says if that is
        there.
        """
        while not await after(LONGEST_PAUSE):
            pass
        pause, done, said = FOLLOW_SECONDS, -1, ""
        while self._vectors is not None:
            try:
                last = await self._articles.last_revision()
                if last != done or self._vectors.snapshot.damaged:
                    await self.catch_up()
                    done = last
                pause, said = FOLLOW_SECONDS, ""
            except OSError as error:
                # A full or read-only disk: known for what it is, and said once while it lasts.
                if str(error) != said:
                    log.warning("sentence vectors cannot be written, trying on: %s", error)
                pause, said = min(pause * 2, LONGEST_PAUSE), str(error)
            except Exception:
                # Until it succeeds, articles are found by their words.
                log.exception("sentence vectors are not up to date")
                pause = min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def catch_up(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Encode every current article that has no vectors, the newest first.

        `told` hears of each article as it is done. Does nothing without an encoder. Raises OSError
        when vectors cannot be written: those that were stay.
        """
        if self._vectors is None:
            return
        try:
            async with self._alone():
                writing = await self._work(self._vectors.begin)
                try:
                    await self._check(writing)
                    await self._encode_missing(writing, told)
                    await self._work(writing.tidy)
                finally:
                    await self._work(writing.close)
        except EncoderError as error:
            self._give_up(error)

    async def _check(self, writing: VectorWriting) -> None:
        """Forget vectors that are damaged, and those of another database.

        After a backup is restored, numbers are given again: the newest of the two is a new text's
        then, or nobody's.
        """
        vectors = self._vectors
        if vectors is None or (self._checked and not vectors.snapshot.damaged):
            return
        await self._work(writing.mend)
        snapshot = vectors.snapshot
        newest = snapshot.last_revision()
        if newest:
            article = (await self._articles.by_revision([newest])).get(newest)
            if article is None or key_of(article) != snapshot.key(newest):
                log.warning("the sentence vectors are not of this database: beginning anew")
                await self._work(writing.clear)
        self._checked = True

    async def _encode_missing(self, writing: VectorWriting, told: Callable[[int], None]) -> None:
        vectors = self._vectors
        if vectors is None:
            return
        await self._work(vectors.refresh)
        progress = _Progress(vectors.snapshot.articles, (await self._articles.summary()).articles)
        if vectors.snapshot.articles < self._held:
            self._complete = 0  # some were lost
        # Stretches of revisions to look through, the newest last; what comes meanwhile goes first.
        stretches, last = list[tuple[int, int]](), self._complete
        while True:
            newest = await self._articles.last_revision()
            if newest > last:
                stretches.append((last, newest))
                last = newest
            if not stretches:
                break
            above, up_to = stretches.pop()
            numbers = await self._articles.revisions_between(above, up_to, LOOK)
            if not numbers:
                continue
            missing = vectors.snapshot.missing(numbers)
            rest = missing[READ] if len(missing) > READ else numbers[-1] - 1
            stretches.append((above, rest))
            articles = await self._articles.by_revision(missing[:READ])
            for number in missing[:READ]:
                await self._work(partial(self._add, writing, articles[number]))
                if self._vectors is None:
                    return  # a question found that the encoder does not work
                told(number)
                if progress.one_more():
                    await self._work(writing.tidy)
            await self._work(vectors.refresh)
        self._complete, self._held = last, vectors.snapshot.articles
        progress.end()

    def _add(self, writing: VectorWriting, article: Article) -> None:
        """Encode and keep an article, unless told to stop.

        One that the encoder fails at is kept without vectors, so that it does not hold the others.
        """
        encoder = self._encoder
        if encoder is None:
            return
        found = sentences(article)
        parts = [nothing := np.empty((0, encoder.dimensions), np.float32)]
        try:
            for start in range(0, len(found), BATCH):
                if self._stop.is_set():
                    return
                parts.append(encoder.passages([each.text for each in found[start : start + BATCH]]))
        except UnencodableError as error:
            log.warning("revision %s is found by its words alone: %s", article.revision, error)
            found, parts = [], [nothing]
        writing.add(article, found, np.concatenate(parts))

    def _open(self, encoder: Encoder) -> None:
        self._vectors = Vectors(self._directory, encoder.name, encoder.dimensions)

    def _give_up(self, error: EncoderError) -> None:
        if self._encoder is not None:
            log.warning("no sentence vectors: %s", error)
        self._encoder = self._vectors = None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait until no other process writes vectors, and keep them out until the end."""
        await self._work(partial(self._directory.mkdir, parents=True, exist_ok=True))
        async with alone(self._directory, LOCK_SECONDS):
            yield

    async def _work(self, work: Callable[[], T]) -> T:
        """Work in the encoding thread; when cancelled, stop it at the next batch and wait."""
        job = asyncio.get_running_loop().run_in_executor(self._encoding, work)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            self._stop.set()
            await asyncio.wait({job})
            self._stop.clear()
            raise


class _Progress:
    """Counts articles, and tells the log of it now and then."""

    def __init__(self, held: int, total: int) -> None:
        self._held, self._total = held, max(held, total)
        self._done = 0
        self._told = asyncio.get_running_loop().time()

    def one_more(self) -> bool:
        """Count an article; return whether it is time to look after the files."""
        now = asyncio.get_running_loop().time()
        self._done += 1
        if now - self._told >= TOLD_SECONDS:
            self._told = now
            done = self._held + self._done
            log.info("sentence vectors: %s of about %s articles", f"{done:,}", f"{self._total:,}")
        return self._done % TIDY == 0

    def end(self) -> None:
        """Say that everything has vectors, if something new has."""
        if self._done:
            log.info("sentence vectors: %s articles encoded, none is missing", f"{self._done:,}")


def _yielding() -> None:
    """Let every other thread go first: on one core a question would else wait its turn."""
    # Only Linux takes this to mean the calling thread.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, LEAST_PRIORITY)
