"""Standing queries: one article against a million of them.

Every query is kept as a row of numbers of the units it is made of, and looked at only when its
rarest word stands in the article. Where a unit stands is worked out once, however many queries
share it; and so is a query that many readers follow.
"""

from __future__ import annotations

from array import array
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple

from retrieval.finding import Finding, Place
from retrieval.queries import BadQueryError, StandingQuery, parse
from retrieval.reading import read
from retrieval.units import EVERYWHERE, Units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from retrieval.reading import Reading
    from retrieval.units import Names

__all__ = ["BadQueryError", "Match", "Matcher", "Place", "StandingQuery", "parse"]

# The row of a query that nobody follows: what stands everywhere must not stand anywhere.
FORGOTTEN = (~EVERYWHERE,)
SPARE = 1_000  # forgotten rows that are not worth tidying up


class Match(NamedTuple):
    """A query that an article matches, by the number it was added with."""

    number: int
    place: Place


_match: Callable[[tuple[int, Place]], Match] = partial(tuple.__new__, Match)


class Matcher:
    """Standing queries in memory, each under its own number."""

    def __init__(self, names: Names | None = None) -> None:
        """Begin without queries; with `names`, a name is found in the other script too."""
        self._units = Units(names)
        # A row's units: what must stand together, then what must not stand, as ~unit.
        self._rows: list[tuple[int, ...]] = []
        self._row_of: dict[tuple[int, ...], int] = {}
        # Who follows a row: mostly one reader, whose number takes less than an array.
        self._followers: list[int | array[int]] = []
        self._row_of_number: dict[int, int] = {}
        # The rows that match wherever a word stands, and those to look at when it does.
        self._enough: dict[int, array[int]] = {}
        self._under: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self._row_of_number)

    def add(self, number: int, query: StandingQuery) -> None:
        """Follow a query, in place of what the number stood for; it has at most 63 bits."""
        self.remove(number)
        choice = self._units.choice
        # A word is looked up sooner than a phrase or a choice, and most are not there.
        parts = self._units.parts
        clauses = {choice(clause) for clause in query.clauses}
        needed = sorted(clauses, key=lambda unit: (unit in parts, unit)) or [EVERYWHERE]
        barred = sorted({~choice((unit,)) for unit in query.excluded})
        self._row_of_number[number] = row = self._row(needed, barred)
        if row == len(self._followers):
            self._followers.append(number)
            return
        followers = self._followers[row]
        if isinstance(followers, int):
            self._followers[row] = array("q", (followers, number))
        else:
            followers.append(number)

    def remove(self, number: int) -> None:
        """Follow a query no longer; nothing happens when there is none."""
        row = self._row_of_number.pop(number, None)
        if row is None:
            return
        followers = self._followers[row]
        if not isinstance(followers, int):
            followers.remove(number)
            if followers:
                return
        del self._row_of[self._rows[row]]
        self._rows[row], self._followers[row] = FORGOTTEN, 0
        if len(self._rows) > 2 * len(self._row_of) + SPARE:
            self._tidy()

    def match(self, headline: str, body: str) -> list[Match]:
        """Return the queries that an article matches, each once; "" stands for no headline."""
        return self.match_reading(read(headline, body))

    def match_reading(self, reading: Reading) -> list[Match]:
        """Return the queries that an article matches, each once, in no order."""
        finding = Finding(reading, self._units)
        followers = self._followers
        matches: list[Match] = []
        for rows, place in chain(self._met(finding), self._looked_at(finding)):
            numbers: list[int] = []
            for row in rows:
                number = followers[row]
                if isinstance(number, int):
                    numbers.append(number)
                else:
                    numbers += number
            # A named tuple's own constructor is Python, and takes twice as long.
            matches += map(_match, zip(numbers, repeat(place), strict=False))
        return matches

    def _met(self, finding: Finding) -> Iterator[tuple[Sequence[int], Place]]:
        """Yield the rows that one word is enough for, each once, by where they match."""
        within = finding.reading.within
        by: dict[int, int] = {}
        for word in finding.words:
            if word in self._enough and finding[word] & within:
                for row in self._enough[word]:
                    # Where a second of its words stands, the whole choice is shown.
                    by[row] = self._rows[row][0] if row in by else word
        met: dict[int, list[int]] = {}
        for row, unit in by.items():
            met.setdefault(unit, []).append(row)
        for unit, rows in met.items():
            yield rows, finding.place((unit,), finding[unit] & within)

    def _looked_at(self, finding: Finding) -> Iterator[tuple[Sequence[int], Place]]:
        """Yield the rows that need more than one word and match, each once, and where."""
        rows, parts, zones_of = self._rows, self._units.parts, finding.get
        within = finding.reading.within
        seen: set[int] = set()
        for word in finding.words:
            for row in self._under.get(word, ()):
                zones = within
                for unit in rows[row]:
                    if unit < 0:
                        zones = 0 if finding[~unit] else zones
                    else:
                        stands = zones_of(unit)
                        if stands is None:
                            # A word that is not there is the usual case.
                            stands = finding[unit] if unit in parts else 0
                        zones &= stands
                    if not zones:
                        break
                # A choice is looked at under each of its units.
                if zones and row not in seen:
                    seen.add(row)
                    yield (row,), finding.place(rows[row], zones)

    def _row(self, needed: Sequence[int], barred: Sequence[int]) -> int:
        """Return the row of a query, a new one if it is not there yet."""
        for first in needed:
            # It begins with the unit it was put under, the rarest at that time.
            code = (first, *(unit for unit in needed if unit != first), *barred)
            if code in self._row_of:
                return self._row_of[code]
        leads = {unit: self._leads(unit) for unit in needed}
        first = min(leads, key=lambda unit: sum(map(self._crowd, leads[unit])))
        code = (first, *(unit for unit in needed if unit != first), *barred)
        row = self._row_of[code] = len(self._rows)
        self._rows.append(code)
        units = self._units
        alone = code == (first,) and all(
            len(units.words(u)) == 1 for u in units.alternatives(first)
        )
        under = self._enough if alone else self._under
        for word in leads[first]:
            under.setdefault(word, array("i")).append(row)
        return row

    def _leads(self, unit: int) -> set[int]:
        """Return words of which one stands wherever the unit does: of each phrase the rarest."""
        units = self._units
        phrases = map(units.words, units.alternatives(unit))
        return {min(words, key=self._crowd) for words in phrases}

    def _crowd(self, word: int) -> int:
        return len(self._under.get(word, ()))

    def _tidy(self) -> None:
        """Leave out what nobody follows any longer."""
        kept = [row for row, code in enumerate(self._rows) if code is not FORGOTTEN]
        now = {row: number for number, row in enumerate(kept)}
        self._rows = [self._rows[row] for row in kept]
        self._followers = [self._followers[row] for row in kept]
        self._row_of = {code: row for row, code in enumerate(self._rows)}
        self._row_of_number = {n: now[row] for n, row in self._row_of_number.items()}
        self._enough, self._under = _renumbered(self._enough, now), _renumbered(self._under, now)
        self._units.keep(max(unit, ~unit) for code in self._rows for unit in code)


def _renumbered(under: Mapping[int, array[int]], now: Mapping[int, int]) -> dict[int, array[int]]:
    kept = {
        word: array("i", [now[row] for row in rows if row in now]) for word, rows in under.items()
    }
    return {word: rows for word, rows in kept.items() if rows}
