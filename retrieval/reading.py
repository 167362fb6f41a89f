"""An article read once, for however many standing queries: which words stand where.

A *segment* is the headline, a sentence, or a stretch between sentences; words of different
segments are never neighbours. A *zone* is where the words of a query must stand together: the
headline, or a passage. Sets of zones and of segments are the bits of an integer.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from retrieval.forms import forms
from retrieval.models import Span
from retrieval.queries import ARTICLES
from retrieval.spans import passages
from retrieval.text import Token, placed

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADLINE = 1  # the zone of the headline; each passage has the next bit


class Segment(NamedTuple):
    """A stretch of the headline (the first segment alone) or the body, and the zone it is in."""

    span: Span
    zone: int
    shown: bool  # the headline, or a sentence that may be quoted


@dataclass(slots=True)
class Spelling:
    """A word of the article, written with a capital or not: its zones, and its occurrences."""

    word: Token
    capital: bool
    forms: tuple[str, ...]
    zones: int = 0
    at: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """The words of an article.

    Occurrences are numbered; `starts`, `ends` (characters), `segment` and `place` (neighbours
    have numbers that follow each other) are by that number. `outside` is the zone of what is in
    no passage.
    """

    headline: str
    segments: list[Segment] = field(default_factory=list)
    spellings: dict[tuple[Token, bool], Spelling] = field(default_factory=dict)
    starts: array[int] = field(default_factory=lambda: array("i"))
    ends: array[int] = field(default_factory=lambda: array("i"))
    segment: array[int] = field(default_factory=lambda: array("i"))
    place: array[int] = field(default_factory=lambda: array("i"))
    outside: int = 0

    @property
    def within(self) -> int:
        """The headline and every passage."""
        return self.outside - 1


def read(headline: str, body: str) -> Reading:
    """Read an article: its headline, "" for none, and its body."""
    reading = Reading(headline)
    zone = HEADLINE
    _take(reading, headline, Span(0, len(headline)), zone, shown=True)
    rest = 0
    gaps: list[Span] = []
    for passage in passages(body):
        zone <<= 1
        gaps.append(Span(rest, passage.span.start))
        rest = passage.span.start
        for sentence in passage.sentences:
            _take(reading, body, Span(rest, sentence.start), zone, shown=False)
            _take(reading, body, sentence, zone, shown=True)
            rest = sentence.end
        _take(reading, body, Span(rest, passage.span.end), zone, shown=False)
        rest = passage.span.end
    gaps.append(Span(rest, len(body)))
    reading.outside = zone << 1
    for gap in gaps:
        _take(reading, body, gap, reading.outside, shown=False)
    return reading


def _take(reading: Reading, text: str, span: Span, zone: int, *, shown: bool) -> None:
    start, end = span
    words: Iterable[tuple[Token, int, int]] = placed(text[start:end]) if start < end else ()
    segment = len(reading.segments)
    reading.segments.append(Segment(span, zone, shown))
    # A number left out keeps this segment's first word from the last one's.
    place = reading.place[-1] + 2 if reading.place else 0
    spellings = reading.spellings
    number = len(reading.place)
    for word, first, last in words:
        capital = text[start + first].isupper()
        spelling = spellings.get((word, capital))
        if spelling is None:
            spelling = spellings[word, capital] = Spelling(word, capital, forms(word))
        spelling.zones |= zone
        spelling.at.append(number)
        reading.starts.append(start + first)
        reading.ends.append(start + last)
        reading.segment.append(segment)
        reading.place.append(place)
        number += 1
        # "al-Assad" is one word where Arabic writes one.
        place += word.surface not in ARTICLES
