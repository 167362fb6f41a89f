"""Tell whether a text is the same story as one we have.

Copies of one wire story, cut, introduced, respelt or edited, are one story. Another report on the
same subject is another story, and so are a new toll and yesterday's weather in today's words. Two
steps: sketches find what shares words, and a comparison of the words themselves decides.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from retrieval.signatures import BITS, LEAD, Kind, Signature, kind, signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

__all__ = ["WINDOW", "Signature", "Stories", "likeness", "signature"]

WINDOW = timedelta(hours=72)  # between a story and its copy, whichever came first
# Fitted on one half of tests/quality/stories.jsonl and reported on the other.
SHARED = 0.55  # of the shorter text's words and pairs of words
SHORT, SHARED_SHORT = 25, 0.8  # content words, about 40 words, up to which more is asked
LEAST_WORDS = 6  # content words below which only the very same words are a copy
OPENING = 30  # content words in which a new story says what is new
# An editor's changes are spread over a text. Where its opening has more that is new than this and
# this times what its whole has, old paragraphs follow new ones.
NEW_ANYHOW, NEW_EVENLY = 0.05, 1.2
AGREEING = 4  # facts that must agree for one that differs
# Resemblances of sketches, five and six standard errors above that of nothing in common.
NEAR_WHOLE, NEAR_LEAD = 0.2, 0.25
COMPARED = 16  # stories compared word for word, the nearest by their sketches
_HALF = BITS // 64


@dataclass(frozen=True, slots=True)
class _Text:
    """A signature's codes, taken apart for a comparison."""

    words: tuple[int, ...]
    opening: tuple[int, ...]
    facts: tuple[int, ...]
    set: frozenset[int]
    pairs: frozenset[tuple[int, int]]


class Stories:
    """The stories of the last days, each known by the signatures of its articles.

    About 0.6 kB an article. The same articles added in any order find the same stories. Not to be
    used by two threads at once.
    """

    def __init__(self) -> None:
        self._size = 0
        self._sketches = np.zeros((2 * _HALF, 64), np.uint64)  # a column for each article
        self._stories = np.zeros(64, np.int64)
        self._times = np.zeros(64, np.float64)
        self._signatures: list[Signature] = []

    def __len__(self) -> int:
        """Return the number of articles kept."""
        return self._size

    def add(self, story: int, signature: Signature, at: datetime) -> None:
        """Keep an article's signature; `at` is aware.

        A story may be given several. Where it is given its first article's alone, its copies are
        copies of that one; where it is given all, a chain of small changes may lead far.
        Raises `ValueError` for a time without a time zone.
        """
        moment = _seconds(at)
        if self._size == len(self._times):
            self._resize(2 * self._size)
        self._sketches[:, self._size] = signature.sketches
        self._stories[self._size] = story
        self._times[self._size] = moment
        self._signatures.append(signature)
        self._size += 1

    def find(self, signature: Signature, at: datetime) -> int | None:
        """Return the story that is most alike within `WINDOW` of `at`, or None if none is the same.

        Of equals the earliest is returned. Raises `ValueError` for a time without a time zone.
        """
        moment = _seconds(at)
        if not self._size or not (signature.title or signature.body):
            return None
        text = _text(signature)
        best: tuple[float, float, int] | None = None
        for place in self._near(signature, moment):
            alike = _likeness(text, _text(self._signatures[place]))
            if alike:
                found = (-alike, float(self._times[place]), int(self._stories[place]))
                best = min(best or found, found)
        return best[-1] if best else None

    def forget(self, before: datetime) -> None:
        """Let go of every article earlier than `before`."""
        kept = np.flatnonzero(self._times[: self._size] >= _seconds(before))
        if len(kept) == self._size:
            return
        self._signatures = [self._signatures[place] for place in kept]
        self._sketches = self._sketches[:, kept]
        self._stories, self._times = self._stories[kept], self._times[kept]
        self._size = len(kept)
        self._resize(max(64, self._size))

    def _near(self, signature: Signature, moment: float) -> list[int]:
        """Return where the articles stand whose sketches are near, nearest first."""
        size = self._size
        differing = np.zeros((2, size), np.uint16)
        for row, (kept, bits) in enumerate(zip(self._sketches, signature.sketches, strict=True)):
            differing[row // _HALF] += np.bitwise_count(kept[:size] ^ bits)
        whole, lead = differing
        places = np.flatnonzero((whole <= _most(NEAR_WHOLE)) | (lead <= _most(NEAR_LEAD)))
        in_time = np.abs(self._times[places] - moment) <= WINDOW.total_seconds()
        places = places[in_time]
        distance = differing[:, places].min(axis=0)
        # Among the equally near the order is that of time and story, not that of adding.
        order = np.lexsort((self._stories[places], self._times[places], distance))
        return [int(place) for place in places[order[:COMPARED]]]

    def _resize(self, room: int) -> None:
        def sized(old: NDArray[np.generic]) -> NDArray[np.generic]:
            new = np.zeros((*old.shape[:-1], room), old.dtype)
            new[..., : self._size] = old[..., : self._size]
            return new

        self._sketches = sized(self._sketches)  # type: ignore[assignment]  # sized() keeps the type
        self._stories, self._times = sized(self._stories), sized(self._times)  # type: ignore[assignment]  # sized() keeps the type


def likeness(one: Signature, other: Signature) -> float:
    """Return how alike two texts of one story are, 0 to 1, or 0 for different stories.

    The mean of what of the shorter text the other holds, and of the words they have in common: of
    two texts that hold a third, the one of its length is the nearer. Symmetric.
    """
    return _likeness(_text(one), _text(other))


def _likeness(one: _Text, other: _Text) -> float:
    if one.words == other.words:
        return 1.0 if one.words and not _contradict(one, other) else 0.0
    length = min(len(one.words), len(other.words))
    if length < LEAST_WORDS:
        return 0.0
    words = _share(one.set, other.set)
    shared = (words + _share(one.pairs, other.pairs)) / 2
    if shared < (SHARED_SHORT if length < SHORT else SHARED):
        return 0.0
    # Of a copy with paragraphs cut or put before it, one opening at least is in the other text.
    opening = max(_held(one.opening, other.set), _held(other.opening, one.set))
    uneven = 1 - opening > NEW_ANYHOW + NEW_EVENLY * (1 - words)
    if uneven or _contradict(one, other):
        return 0.0
    return (shared + len(one.set & other.set) / len(one.set | other.set)) / 2


def _share(one: frozenset[object], other: frozenset[object]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _held(opening: Sequence[int], words: frozenset[int]) -> float:
    return sum(code in words for code in opening) / len(opening)


def _contradict(one: _Text, other: _Text) -> bool:
    """Return whether the texts give other days, or other facts in the same place.

    A number or a country stands where a word is before or after it. Where both texts have the
    word and not one fact in common beside it, a fact differs.
    """
    if _other_days(one, other):
        return True
    short = min(len(one.words), len(other.words)) < SHORT
    # A changed fact differs on both its sides. One side alone, or one fact far from the opening,
    # may be another sentence's, and is forgiven where enough agrees.
    for mine, theirs, least, most in (
        (one.facts, other.facts, 1, 1),
        (one.words, other.words, 2, len(one.words)),
    ):
        places, others = _places(mine), _places(theirs)
        common = places.keys() & others.keys()
        differing = sum(places[word].isdisjoint(others[word]) for word in common)
        agreeing = len(common) - differing
        if differing > most or (differing >= least and (short or differing * AGREEING > agreeing)):
            return True
    return False


def _other_days(one: _Text, other: _Text) -> bool:
    """Return whether each text opens with weekdays that the other never names."""
    first, second = (_weekdays(text.facts) for text in (one, other))
    said, elsewhere = (text.set.union(text.facts) for text in (one, other))
    return bool(first and second) and first.isdisjoint(elsewhere) and second.isdisjoint(said)


def _weekdays(codes: Iterable[int]) -> set[int]:
    return {code for code in codes if kind(code) == Kind.WEEKDAY}


def _places(codes: Sequence[int]) -> dict[tuple[int, int, int], set[int]]:
    """Return the facts by kind, side and the ordinary word nearest on that side."""
    ordinary = [place for place, code in enumerate(codes) if not kind(code)]
    found: dict[tuple[int, int, int], set[int]] = {}
    for place, code in enumerate(codes):
        if not kind(code):
            continue
        after = bisect_left(ordinary, place)
        for side, beside in enumerate((after - 1, after)):
            if 0 <= beside < len(ordinary):
                found.setdefault((kind(code), side, codes[ordinary[beside]]), set()).add(code)
    return found


def _most(resemblance: float) -> int:
    """Return in how many bits two sketches of this resemblance differ."""
    return int(BITS * (1 - resemblance) / 2)


def _seconds(at: datetime) -> float:
    if at.tzinfo is None:
        raise ValueError("a time without a time zone")
    return at.timestamp()


def _text(signature: Signature) -> _Text:
    title, body = signature.title, signature.body
    words = body or title
    # Kept apart by a word that no text has, so that title and body make no pair.
    facts = (*title, 0, *body[:LEAD])
    return _Text(words, words[:OPENING], facts, frozenset(words), frozenset(pairwise(words)))
