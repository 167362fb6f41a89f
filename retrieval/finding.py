"""Where the units of standing queries stand in one article, worked out when first asked."""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from retrieval.models import Span
from retrieval.reading import HEADLINE
from retrieval.units import CHOICE, EVERYWHERE, PHRASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retrieval.reading import Reading, Spelling
    from retrieval.units import Units

# By segment in order, the numbers of the first and the last word of each time a unit stands.
_Standing: TypeAlias = "dict[int, list[tuple[int, int]]]"


class Place(NamedTuple):
    """Where an article matches: a sentence of its body or the headline, and the words in it.

    Offsets are those of the body or of the headline. `words` may be empty: for a query that is
    everything, or for words that stand between the sentences.
    """

    in_headline: bool
    span: Span
    words: tuple[Span, ...]


class Finding(dict[int, int]):
    """By unit, the zones of the article it stands in; of phrases and choices only when asked."""

    def __init__(self, reading: Reading, units: Units) -> None:
        super().__init__()
        self.reading = reading
        self._units = units
        self._spellings: dict[int, list[Spelling]] = {}
        self._phrases: dict[int, list[tuple[int, int]]] = {}
        self._chosen: dict[int, int] = {}
        self._places: dict[int, Place] = {}
        self._by_segment: dict[int, _Standing] = {EVERYWHERE: {}}
        self[EVERYWHERE] = reading.within
        for spelling in reading.spellings.values():
            for word in units.met_by(spelling):
                if word in self:
                    self[word] |= spelling.zones
                    self._spellings[word].append(spelling)
                else:
                    self[word] = spelling.zones
                    self._spellings[word] = [spelling]
        self.words = tuple(self)

    def __missing__(self, unit: int) -> int:
        parts = self._units.parts
        if unit not in parts:
            return 0
        members, zones = parts[unit], 0
        if members[0] == CHOICE:
            standing, chosen = 0, unit
            for member in islice(members, 1, None):
                there = self.get(member) or (self[member] if member in parts else 0)
                if there:
                    zones |= there
                    standing, chosen = standing + 1, member
            # Mostly it is one word of several: it stands where that word does.
            if standing == 1:
                self._chosen[unit] = chosen
        elif all(each in self for each in members[1:]):
            reading = self.reading
            for first, _ in self._occurrences(unit, members[1:]):
                zones |= reading.segments[reading.segment[first]].zone
        self[unit] = zones
        return zones

    def place(self, row: Sequence[int], zones: int) -> Place:
        """Return the sentence in the zones that holds most units of a row, and where in it."""
        units = [self._chosen.get(unit, unit) for unit in row if unit >= 0]
        if len(units) > 1:
            return self._place(units, zones)
        # The zones of one unit are always the same.
        (unit,) = units
        place = self._places.get(unit)
        if place is None:
            place = self._first(unit) or self._place(units, zones)
            self._places[unit] = place
        return place

    def _first(self, word: int) -> Place | None:
        """Return the first sentence that holds a word, if any does, with each time it does."""
        reading, numbers = self.reading, self._numbers(word)
        segment, segments = reading.segment, reading.segments
        for at, number in enumerate(numbers):
            here = segment[number]
            if segments[here].shown and segments[here].zone != HEADLINE:
                starts, ends = reading.starts, reading.ends
                words = [Span(starts[number], ends[number])]
                for other in islice(numbers, at + 1, None):
                    if segment[other] != here:
                        break
                    words.append(Span(starts[other], ends[other]))
                found = words if len(words) == 1 else _joined(words)
                return Place(in_headline=False, span=segments[here].span, words=tuple(found))
        return None

    def _place(self, units: Iterable[int], zones: int) -> Place:
        segments = self.reading.segments
        where = zones & ~HEADLINE or HEADLINE
        first, *others = map(self._standing, units)
        for segment in first:
            if segments[segment].zone & where and all(segment in other for other in others):
                break
        else:
            segment = self._fullest((first, *others), where)
        starts, ends = self.reading.starts, self.reading.ends
        words = [Span(starts[a], ends[b]) for a, b in first.get(segment, ())]
        for other in others:
            words += [Span(starts[a], ends[b]) for a, b in other.get(segment, ())]
        words.sort()
        span = segments[segment].span
        return Place(segments[segment].zone == HEADLINE, span, tuple(_joined(words)))

    def _fullest(self, units: Iterable[_Standing], where: int) -> int:
        segments = self.reading.segments
        counted = Counter(chain.from_iterable(units))
        held = {s: n for s, n in counted.items() if segments[s].zone & where}
        if held:
            return min(held, key=lambda segment: (-held[segment], segment))
        return next(n for n, each in enumerate(segments) if each.shown and each.zone & where)

    def _standing(self, unit: int) -> _Standing:
        """Return where a unit stands, by segment in order, of those that can be shown."""
        found = self._by_segment.get(unit)
        if found is None:
            kind, *members = self._units.parts.get(unit, (PHRASE,))
            if kind == CHOICE:
                stand = [self._standing(member) for member in members if self[member]]
                found = self._merged(stand)
            elif members:
                found = self._by_segments(self._occurrences(unit, members))
            else:
                found = self._by_segments([(number, number) for number in self._numbers(unit)])
            self._by_segment[unit] = found
        return found

    def _by_segments(self, occurrences: Iterable[tuple[int, int]]) -> _Standing:
        reading, found = self.reading, dict[int, list[tuple[int, int]]]()
        for first, last in occurrences:
            at = reading.segment[first]
            if reading.segments[at].shown:
                found.setdefault(at, []).append((first, last))
        return found

    def _merged(self, stand: Sequence[_Standing]) -> _Standing:
        return {
            segment: list(chain.from_iterable(each.get(segment, ()) for each in stand))
            for segment in sorted(set(chain.from_iterable(stand)))
        }

    def _occurrences(self, phrase: int, words: Sequence[int]) -> list[tuple[int, int]]:
        """Return the numbers of the first and the last word, each time that a phrase stands."""
        found = self._phrases.get(phrase)
        if found is None:
            place = self.reading.place
            found = [(number, number) for number in self._numbers(words[0])]
            for distance, word in enumerate(words[1:], 1):
                at = {place[number]: number for number in self._numbers(word)} if found else {}
                following = [(first, at.get(place[first] + distance)) for first, _ in found]
                found = [(first, last) for first, last in following if last is not None]
            self._phrases[phrase] = found
        return found

    def _numbers(self, word: int) -> list[int]:
        found = self._spellings.get(word, ())
        if len(found) == 1:
            return found[0].at
        return sorted(number for spelling in found for number in spelling.at)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return ordered spans, those that overlap as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined
