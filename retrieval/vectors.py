"""The sentences' vectors, in a directory of their own beside the index.

Derived data: lose it and it is computed again. The directory holds generations (`retrieval.rows`),
of which the highest counts; files are written anew in a new one, whose name appears when it is
whole.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from retrieval.rows import (
    FILES,
    LANGUAGES,
    LOG,
    PLACE,
    Generation,
    checks,
    put,
    quantised,
    read_log,
    sync_directory,
    total,
    write_synced,
)
from retrieval.signs import Signs
from retrieval.snapshot import VectorSnapshot
from retrieval.spans import passages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retrieval.models import Article
    from retrieval.rows import Floats

log = logging.getLogger(__name__)

FORMAT = 2  # raise it when the files change, or how articles are cut into sentences
SENTENCES = 1_000  # of an article; what stands after them is found by its words alone
WASTE = 1 / 3  # of the rows; with more dead ones than this the files are written anew
GENERATION = "g"


class Sentence(NamedTuple):
    """A sentence to encode: where its passage and it start, and the text that stands for it."""

    passage: int
    start: int
    text: str


def sentences(article: Article) -> list[Sentence]:
    """Return what to encode of an article: its first `SENTENCES`, each after the headline."""
    headed = f"{article.headline}: " if article.headline else ""
    found: list[Sentence] = []
    for passage in passages(article.body):
        for start, end in passage.sentences:
            if len(found) == SENTENCES:
                return found
            found.append(Sentence(passage.span.start, start, headed + article.body[start:end]))
    return found


def key_of(article: Article) -> int:
    """Return 8 bytes, as a number, that differ when the headline or the body does."""
    headline = (article.headline or "").encode("utf-8", "replace")
    state = blake2b(b"%d:" % len(headline) + headline, digest_size=8)
    state.update(article.body.encode("utf-8", "replace"))
    return int.from_bytes(state.digest(), "little")


def encoded(article: Article, found: Sequence[Sentence], vectors: Floats) -> Generation:
    """Return an article's sentences, with a unit row for each, as a store of this article alone."""
    rows, scales = quantised(vectors)
    places = np.zeros(len(found), PLACE)
    places["passage"] = [each.passage for each in found]
    places["sentence"] = [each.start for each in found]
    places["scale"] = scales
    record = np.zeros(1, LOG)
    record["article"], record["revision"] = article.id, article.revision
    record["key"], record["language"] = key_of(article), LANGUAGES.index(article.language)
    record["count"], record["sum"] = len(found), total(rows, places)
    return Generation(record, rows, places)


class Vectors:
    """The vectors of the archive's current revisions, in a directory.

    Opening makes nothing, and may be done while another process writes. Only one `VectorWriting`
    may be open on a directory at a time, over all processes; holding them apart is the caller's
    duty. Vectors of another format, or of another encoder, are as good as none.
    """

    def __init__(self, directory: Path, encoder: str, dimensions: int) -> None:
        """Open what is there. Raises OSError."""
        self._directory = directory
        self.dimensions = dimensions
        self._header = {"format": FORMAT, "encoder": encoder, "dimensions": dimensions}
        # Which generation, how much of which log, and which signs.
        self._seen: tuple[str | int, ...] = ()
        self._snapshot = VectorSnapshot(Generation.empty(dimensions))
        self.refresh()

    @property
    def snapshot(self) -> VectorSnapshot:
        """What is known now; it stays the same while articles are added."""
        return self._snapshot

    def refresh(self) -> None:
        """See what has been added since, by this process or another. Raises OSError."""
        while (current := self._current()) is not None:
            try:
                state, signs = (current / "log").stat(), _inode(current / "signs")
                if (current.name, state.st_ino, state.st_size, signs) != self._seen:
                    held = Generation.open(current, self.dimensions)
                    found = Signs.open(current / "signs", self.dimensions, len(held.rows))
                    self._snapshot = VectorSnapshot(held, found)
                    # Not the file's size: a record that is not whole yet may become so.
                    self._seen = (current.name, state.st_ino, held.log.nbytes, signs)
            except FileNotFoundError:
                continue  # a writer has just put another generation in its place, or it is damaged
            else:
                return
        if self._seen:
            self._snapshot = VectorSnapshot(Generation.empty(self.dimensions))
            self._seen = ()

    def begin(self) -> VectorWriting:
        """Return what adds articles; what earlier writers left behind is cleared away.

        Raises OSError.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        current = self._current()
        if current is None:
            if any(map(_number, self._directory.iterdir())):
                log.warning(
                    "%s: damaged, or not of %s: its sentence vectors are computed again",
                    self._directory,
                    self._header["encoder"],
                )
            current = self._replaced(None)
        for other in self._directory.iterdir():
            if other != current and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)
        return VectorWriting(self, current)

    def _current(self) -> Path | None:
        """Return the highest generation, if it is whole, of this format and this encoder."""
        last = -1
        while (found := self._highest()) != last:
            last = found
            directory = self._directory / f"{GENERATION}{last}"
            with suppress(FileNotFoundError, ValueError):
                header = json.loads((directory / "header").read_bytes())
                if header == self._header and all((directory / each).exists() for each in FILES):
                    return directory
        return None

    def _highest(self) -> int:
        with suppress(FileNotFoundError):
            return max(map(_number, self._directory.iterdir()), default=0)
        return 0

    def _replaced(self, snapshot: VectorSnapshot | None) -> Path:
        """Put a generation with a snapshot's living rows, or with none, in the current one's place.

        Whoever has the old files open reads on in them.
        """
        number = 1 + self._highest()
        making = self._directory / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        snapshot = snapshot or VectorSnapshot(Generation.empty(self.dimensions))
        with (making / "rows").open("wb") as rows, (making / "places").open("wb") as places:
            for own, where in snapshot.living_rows():
                rows.write(own.tobytes())
                places.write(where.tobytes())
            for file in (rows, places):
                file.flush()
                os.fsync(file.fileno())
        write_synced(making / "log", snapshot.living_log().tobytes())
        write_synced(making / "header", json.dumps(self._header).encode())
        sync_directory(making)
        found = making.rename(self._directory / f"{GENERATION}{number}")
        sync_directory(self._directory)
        return found


class VectorWriting:
    """Adds articles' vectors, replacing those of their earlier revisions, until it is closed.

    Every method raises OSError when the disk does not take it; what was added before stays.
    """

    def __init__(self, vectors: Vectors, generation: Path) -> None:
        self._vectors = vectors
        self._files: list[int] = []
        self._open(generation)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, article: Article, found: Sequence[Sentence], vectors: Floats) -> None:
        """Add an article's sentences, with a unit row for each; it is on disk when this returns."""
        record, rows, places = encoded(article, found, vectors)
        record["first"] = self._rows
        record["check"] = checks(record)
        rows_file, places_file, log_file = self._files
        put(rows_file, rows.tobytes(), self._rows * self._vectors.dimensions)
        put(places_file, places.tobytes(), self._rows * PLACE.itemsize)
        # A power failure keeps what it likes of the writes since the last sync, in any order.
        os.fsync(rows_file)
        os.fsync(places_file)
        put(log_file, record.tobytes(), self._records * LOG.itemsize)
        os.fsync(log_file)
        self._rows += len(found)
        self._records += 1

    def tidy(self) -> None:
        """Write the files anew if too many rows are dead; have signs of most rows if many.

        To be called now and then; sees what was added.
        """
        self._vectors.refresh()
        snapshot = self._vectors.snapshot
        if snapshot.rows - snapshot.sentences > snapshot.rows * WASTE:
            self._begin_anew(snapshot)
        if self._vectors.snapshot.needs_signs():
            self._vectors.snapshot.signs().write(self._generation / "signs")
            self._vectors.refresh()

    def mend(self) -> None:
        """Let go of the articles whose rows are not as they were written; reads all of them."""
        self._vectors.refresh()
        snapshot = self._vectors.snapshot
        if damaged := snapshot.look_through():
            _tell_of_damage(self._generation, damaged)
            self._begin_anew(snapshot)

    def clear(self) -> None:
        """Forget everything."""
        self._begin_anew(None)

    def close(self) -> None:
        """Let go of the files; nothing can be added after."""
        for each in self._files:
            os.close(each)
        self._files = []

    def _open(self, generation: Path) -> None:
        self._generation = generation
        records = read_log(generation, self._vectors.dimensions)
        self._records, self._rows = len(records), int(records["count"].sum())
        lost = (generation / "log").stat().st_size // LOG.itemsize - self._records
        if lost:
            _tell_of_damage(generation, lost)
            # They may be of rows in whose place others will stand.
            (generation / "signs").unlink(missing_ok=True)
        self._files = [os.open(generation / name, os.O_RDWR) for name in FILES]
        # What follows the last whole record must not be read once a record stands before it.
        os.ftruncate(self._files[-1], self._records * LOG.itemsize)

    def _begin_anew(self, snapshot: VectorSnapshot | None) -> None:
        before = self._generation
        after = self._vectors._replaced(snapshot)  # noqa: SLF001 - two halves of one thing
        self.close()
        self._open(after)
        shutil.rmtree(before, ignore_errors=True)
        self._vectors.refresh()


def _tell_of_damage(generation: Path, articles: int) -> None:
    log.warning(
        "%s: damaged; articles whose sentence vectors are computed again: %s",
        generation,
        f"{articles:,}",
    )


def _inode(path: Path) -> int:
    """Return what tells a file from another that took its place; 0 if there is none."""
    with suppress(FileNotFoundError):
        return path.stat().st_ino
    return 0


def _number(directory: Path) -> int:
    """Return the number of a generation's directory; 0 for any other name."""
    number = directory.name.removeprefix(GENERATION)
    return int(number) if directory.name.startswith(GENERATION) and number.isdecimal() else 0
