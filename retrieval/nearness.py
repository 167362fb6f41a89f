"""How near sentences are to one question in meaning, said so that two languages compare.

Raw cosines favour the question's own language. So each is told from the mean of its own
language's, in that language's deviations: a z-score, for this question alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retrieval.models import Language
    from retrieval.rows import Floats

CLIP = 6.0
# Of few sentences the deviation says little, so ten more are counted with the usual one: that of
# multilingual-e5-small between questions and the sentences of an encyclopaedia, of one language.
USUAL_DEVIATION, USUAL_WEIGHT = 0.02, 10


class Level(NamedTuple):
    """What cosines are usual for a question in one language, over so many sentences of it."""

    mean: float
    deviation: float
    sentences: int

    @classmethod
    def of(cls, cosines: Floats) -> Level:
        """Return the level of some sentences' cosines, one of them at least."""
        mean, variance, count = float(cosines.mean()), float(cosines.var()), len(cosines)
        pooled = (variance * count + USUAL_DEVIATION**2 * USUAL_WEIGHT) / (count + USUAL_WEIGHT)
        return cls(mean, pooled**0.5, count)

    def z(self, cosine: float) -> float:
        """Return by how many deviations a cosine is above the mean, within ±`CLIP`."""
        return max(-CLIP, min(CLIP, (cosine - self.mean) / self.deviation))


class Near(NamedTuple):
    """A sentence near the question; its places are those of the article's body."""

    article: int
    revision: int
    language: Language
    passage: int  # where its passage starts
    sentence: int  # where it starts itself
    z: float


class Nearness:
    """How near the archive's sentences are to one question.

    `levels` are the raw cosines' mean and deviation by language; a language without sentences is
    left out. `best` are the nearest sentences over all languages, best first.
    """

    __slots__ = ("_cosines", "_known", "best", "levels")

    def __init__(
        self,
        levels: Mapping[Language, Level],
        best: tuple[Near, ...],
        cosines: Callable[[int], tuple[Language, Mapping[int, float]] | None],
    ) -> None:
        self.levels = levels
        self.best = best
        self._cosines = cosines
        self._known: dict[int, Mapping[int, float]] = {}

    @property
    def by_chance(self) -> float:
        """The z-score, in `CLIP`s, that the best of so many normal ones has: sqrt(2 ln n)."""
        count = sum(level.sentences for level in self.levels.values())
        return math.sqrt(2 * math.log(count)) / CLIP if count else 0.0

    def z(self, revision: int, sentence_start: int) -> float | None:
        """Return the z-score of any sentence; None if there is no vector of it."""
        known = self._known.get(revision)
        if known is None:
            found = self._cosines(revision)
            known = {}
            level = self.levels.get(found[0]) if found else None
            if found and level:
                known = {start: level.z(cosine) for start, cosine in found[1].items()}
            self._known[revision] = known
        return known.get(sentence_start)
