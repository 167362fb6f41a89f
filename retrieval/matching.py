"""Standing queries: one article against a million of them.

Every query is kept as a row of numbers of the units it is made of, and looked at only when its
rarest word stands in the article. Where a unit stands is worked out once, however many queries
share it; and so is a query that many readers follow.
"""

from __future__ import annotations

from array import array
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from retrieval.finding import Finding, Place
from retrieval.queries import BadQueryError, StandingQuery, parse
from retrieval.reading import read
from retrieval.units import EVERYWHERE, Units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
        # The rows to look at when a word stands in an article.
        self._under: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self._row_of_number)

    def add(self, number: int, query: StandingQuery) -> None:
        """Follow a query, in place of what the number stood for; it has at most 63 bits."""
        self.remove(number)
        choice = self._units.choice
        needed = sorted({choice(clause) for clause in query.clauses}) or [EVERYWHERE]
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
        matches: list[Match] = []
        for row, zones in self._matching(finding):
            place = finding.place(self._rows[row], zones)
            followers = self._followers[row]
            if isinstance(followers, int):
                matches.append(Match(followers, place))
            else:
                matches += map(Match, followers, repeat(place))
        return matches

    def _matching(self, finding: Finding) -> Iterator[tuple[int, int]]:
        """Yield the rows that match, each once, and the zones they match in."""
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
                    yield row, zones

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
        for word in leads[first]:
            self._under.setdefault(word, array("i")).append(row)
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
        under = {
            word: array("i", [now[row] for row in rows if row in now])
            for word, rows in self._under.items()
        }
        self._under = {word: rows for word, rows in under.items() if rows}
        self._units.keep(max(unit, ~unit) for code in self._rows for unit in code)
