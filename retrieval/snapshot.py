"""The vectors at one moment, and one question against all of them.

Of a small archive every row is compared. Of a large one the rows whose signs agree most with the
question's (`retrieval.signs`) are, and those that came since the signs were written.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from retrieval.nearness import CLIP, Level, Near, Nearness
from retrieval.rows import LANGUAGES, Generation, checks, total
from retrieval.signs import Signs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from retrieval.models import Language
    from retrieval.rows import Floats, Places, Records

    Numbers = NDArray[np.intp]

SAMPLE = 2_000  # sentences of a language that tell a question's level in it, of a large archive
LIKELIEST = 3_000  # rows of a language that are compared, of those that have signs
CHUNK = 1_024  # rows that are floats at a time
GREATEST = 1.1  # cosine, with what a byte a number loses; a NaN is not under it either
DEAD = 255


class VectorSnapshot:
    """The sentences' vectors as they stood at one moment; safe to read from several threads.

    Rows that are not as they were written are never given: once one is met, nothing is near.
    """

    def __init__(self, held: Generation, signs: Signs | None = None) -> None:
        log, self._rows, self._places = held
        self._signs = signs or Signs.none(self._rows.shape[1])
        self.rows = len(self._rows)  # with those of earlier revisions
        # An article's newest revision counts, whenever it was added.
        order = np.lexsort((log["revision"], log["article"]))
        article = log["article"][order]
        alive = np.zeros(len(log), bool)
        alive[order[np.append(article[1:] != article[:-1], True)[: len(log)]]] = True
        codes = np.where(alive, log["language"], DEAD).astype(np.uint8)
        self._codes = np.repeat(codes, log["count"])
        living = log[alive]
        self._living = living[np.argsort(living["revision"])]
        self._sound: dict[int, bool] = {}  # by revision, of those that were looked at
        self.damaged = False  # whether rows were met that are not as they were written
        self.sentences = int(living["count"].sum())

    @property
    def articles(self) -> int:
        """How many articles are known, with those that have no sentences."""
        return len(self._living)

    def look_through(self) -> int:
        """Return of how many articles the rows are not as they were written; reads all of them."""
        return sum(not self._is_sound(record) for record in self._living)

    def last_revision(self) -> int:
        """Return the greatest revision known; 0 when there is none."""
        return int(self._living["revision"][-1]) if len(self._living) else 0

    def revisions(self) -> set[int]:
        """Return every revision that is known, though it may have no sentences."""
        return set(self._living["revision"].tolist())

    def missing(self, revisions: Sequence[int]) -> list[int]:
        """Return those revisions that are not known, in their order."""
        asked = np.array(revisions, np.int64)
        found: list[int] = asked[~np.isin(asked, self._living["revision"])].tolist()
        return found

    def key(self, revision: int) -> int | None:
        """Return the key of the text that a revision was added with; None if it is not known."""
        record = self._record(revision)
        return None if record is None else int(record["key"])

    def near(self, question: Floats, limit: int) -> Nearness:
        """Compare a question's unit vector, float32[d], with the sentences.

        The best `limit` sentences are told by their z-scores, over all languages. Nothing is near
        when that is `damaged`.
        """
        levels: dict[Language, Level] = {}
        found: list[tuple[float, int]] = []
        since = slice(self._signs.covered, self.rows)
        unsigned = self._cosines(question, since)
        for code, language in enumerate(LANGUAGES):
            late = np.flatnonzero(self._codes[since] == code)
            rows, cosines = late + since.start, unsigned[late]
            if since.start:
                likely = self._likely(question, code)
                rows = np.concatenate([rows, likely])
                cosines = np.concatenate([cosines, self._cosines(question, likely)])
            if not len(rows):
                continue
            sample = self._cosines(question, self._samples[code]) if since.start else cosines
            if not all(np.abs(each).max() <= GREATEST for each in (sample, cosines)):
                self.damaged = True
                break
            level = levels[language] = Level.of(sample)
            best = _greatest(cosines, limit)
            # Not clipped yet, which would leave the very nearest in any order.
            scores = (cosines[best] - level.mean) / level.deviation
            found += zip(scores.tolist(), rows[best].tolist(), strict=True)
        found.sort(key=lambda each: (-each[0], each[1]))
        best_of_all = [self._near(row, z) for z, row in found[:limit]]
        if self.damaged:
            return Nearness({}, (), lambda _: None)
        return Nearness(
            levels,
            tuple(each for each in best_of_all if each is not None),
            lambda revision: self._of(question, revision),
        )

    def needs_signs(self) -> bool:
        """Return whether so many rows have no signs that a question feels it."""
        return self._signs.worth_writing(self.rows)

    def signs(self) -> Signs:
        """Return the signs of every living row."""
        rows = [self._rows_of(code) for code in range(len(LANGUAGES))]
        return Signs.of(self.rows, rows, self._floats)

    def living_log(self) -> Records:
        """Return the records of what is alive and sound, as if nothing else had ever been there."""
        log: Records = self._living[np.array([self._is_sound(each) for each in self._living], bool)]
        log["first"] = np.cumsum(log["count"], dtype=np.int64) - log["count"]
        log["check"] = checks(log)
        return log

    def living_rows(self) -> Iterator[tuple[NDArray[np.int8], Places]]:
        """Yield the rows of that log, and their places, article by article."""
        for record in self._living:
            if self._is_sound(record):
                yield self._part(record)

    def _likely(self, question: Floats, code: int) -> Numbers:
        """Return living rows of a language whose signs are like the question's, in order."""
        found = self._signs.likeliest(code, question, LIKELIEST)
        found.sort()
        living: Numbers = found[self._codes[found] == code]
        return living

    def _cosines(self, question: Floats, where: slice | Numbers) -> Floats:
        """Return the cosines of rows, few of which are floats at a time."""
        rows, scales = self._rows[where], self._places["scale"][where]
        found = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            np.matmul(rows[part].astype(np.float32), question, out=found[part])
        found *= scales
        return found

    def _floats(self, where: Numbers) -> Floats:
        """Return rows as the vectors that they were, nearly."""
        floats: Floats = self._rows[where].astype(np.float32)
        floats *= self._places["scale"][where][:, None]
        return floats

    def _rows_of(self, code: int) -> Numbers:
        return np.flatnonzero(self._codes == code)

    @cached_property
    def _samples(self) -> Sequence[Numbers]:
        """By code, rows of that language at even distances."""
        everything = [self._rows_of(code) for code in range(len(LANGUAGES))]
        return [rows[:: max(1, len(rows) // SAMPLE)] for rows in everything]

    def _of(self, question: Floats, revision: int) -> tuple[Language, Mapping[int, float]] | None:
        """Return a revision's language and its sentences' cosines by where they start."""
        record = self._record(revision)
        if record is None or not record["count"] or not self._is_sound(record):
            return None
        span = _span(record)
        starts = self._places["sentence"][span].tolist()
        cosines = self._cosines(question, span).tolist()
        return LANGUAGES[record["language"]], dict(zip(starts, cosines, strict=True))

    def _record(self, revision: int) -> np.void | None:
        at = int(np.searchsorted(self._living["revision"], revision))
        if at == len(self._living) or self._living["revision"][at] != revision:
            return None
        found: np.void = self._living[at]
        return found

    def _part(self, record: np.void) -> tuple[NDArray[np.int8], Places]:
        span = _span(record)
        return self._rows[span], self._places[span]

    def _is_sound(self, record: np.void) -> bool:
        revision = int(record["revision"])
        known = self._sound.get(revision)
        if known is None:
            known = self._sound[revision] = total(*self._part(record)) == record["sum"]
            self.damaged = self.damaged or not known
        return known

    @cached_property
    def _by_row(self) -> NDArray[np.void]:
        filled = self._living[self._living["count"] > 0]
        found: NDArray[np.void] = filled[np.argsort(filled["first"])]
        return found

    def _near(self, row: int, z: float) -> Near | None:
        """Return a row as a sentence; None if the rows of its article are not sound."""
        record = self._by_row[np.searchsorted(self._by_row["first"], row, side="right") - 1]
        if not self._is_sound(record):
            return None
        place = self._places[row]
        return Near(
            int(record["article"]),
            int(record["revision"]),
            LANGUAGES[record["language"]],
            int(place["passage"]),
            int(place["sentence"]),
            max(-CLIP, min(CLIP, z)),
        )


def _span(record: np.void) -> slice:
    first, count = int(record["first"]), int(record["count"])
    return slice(first, first + count)


def _greatest(values: Floats, limit: int) -> Numbers:
    """Return where the greatest `limit` values stand, in any order."""
    if limit >= len(values):
        return np.arange(len(values))
    return np.argpartition(values, len(values) - limit)[len(values) - limit :]
