"""The vocabulary of standing queries: words, phrases and choices, each with a number.

What many queries share is held once. Number 0 is the unit that stands everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from retrieval.forms import bare_forms, is_arabic, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retrieval.queries import Unit
    from retrieval.reading import Spelling
    from retrieval.text import Token

EVERYWHERE = 0
PHRASE, CHOICE = 0, 1
LEAST_SKELETON = 3  # signs: with fewer, too many ordinary words look like a name


class Names(Protocol):
    """What tells that two words are one name, whatever the script each is written in."""

    def skeleton(self, word: str, /) -> str:
        """Return a key that the spellings of a name share, "" for none."""

    def alike(self, one: str, other: str, /) -> bool:
        """Return whether two spellings with one skeleton are one name."""


class _Name(NamedTuple):
    """A word of a query that may be a name; `capital` lets it meet another Latin spelling."""

    surface: str
    arabic: bool
    capital: bool
    unit: int


class Units:
    """Numbers for the units of queries, and the way from an article's words to them."""

    def __init__(self, names: Names | None) -> None:
        self._names = names
        self._count = EVERYWHERE + 1
        self._words: dict[tuple[str, ...], int] = {}
        self._made: dict[tuple[int, ...], int] = {}
        # Of a phrase or a choice: which of the two, and its members.
        self.parts: dict[int, tuple[int, ...]] = {}
        # Most keys are one word's: an integer takes less than a tuple.
        self._by_key: dict[str, int | tuple[int, ...]] = {}
        self._by_skeleton: dict[str, list[_Name]] = {}

    def choice(self, units: Iterable[Unit]) -> int:
        """Return the number of a choice between units, or of the only unit."""
        return self._compose(CHOICE, sorted({self._phrase(unit) for unit in units}))

    def _phrase(self, unit: Unit) -> int:
        words = [self._word(*each) for each in zip(unit.words, unit.capitals, strict=True)]
        return self._compose(PHRASE, words)

    def _compose(self, kind: int, members: Sequence[int]) -> int:
        if len(members) == 1:
            return members[0]
        key = (kind, *members)
        unit = self._made.get(key)
        if unit is None:
            unit = self._made[key] = self._next()
            self.parts[unit] = key
        return unit

    def alternatives(self, unit: int) -> tuple[int, ...]:
        """Return the units of a choice, or the unit alone."""
        kind, *members = self.parts.get(unit, (PHRASE,))
        return tuple(members) if kind == CHOICE else (unit,)

    def words(self, unit: int) -> tuple[int, ...]:
        """Return the words of a phrase in order, or the word alone."""
        return self.parts.get(unit, (PHRASE, unit))[1:]

    def met_by(self, spelling: Spelling) -> set[int]:
        """Return the words of queries that a word of an article is a form of."""
        met: set[int] = set()
        by_key = self._by_key
        for key in spelling.forms:
            # Most words of an article stand in no query.
            if key in by_key:
                found = by_key[key]
                if isinstance(found, int):
                    met.add(found)
                else:
                    met.update(found)
        if self._by_skeleton:
            met.update(self._named_by(spelling))
        return met

    def keep(self, used: Iterable[int]) -> None:
        """Forget every unit but those used, and what they are made of."""
        kept = {EVERYWHERE, *used}
        for _ in range(2):  # a choice is of phrases, which are of words
            kept.update(*(self.parts[unit][1:] for unit in kept if unit in self.parts))
        self._words = {key: unit for key, unit in self._words.items() if unit in kept}
        self._made = {key: unit for key, unit in self._made.items() if unit in kept}
        self.parts = {unit: parts for unit, parts in self.parts.items() if unit in kept}
        by_key, self._by_key = self._by_key, {}
        for key, units in by_key.items():
            for unit in (units,) if isinstance(units, int) else units:
                if unit in kept:
                    self._by_key[key] = _with(self._by_key.get(key), unit)
        by_skeleton = {
            skeleton: [name for name in names if name.unit in kept]
            for skeleton, names in self._by_skeleton.items()
        }
        self._by_skeleton = {skeleton: names for skeleton, names in by_skeleton.items() if names}

    def _word(self, word: Token, capital: bool) -> int:  # noqa: FBT001 - as the unit pairs them
        keys = wanted(word)
        skeleton = self._skeleton(word)
        # As a name each spelling is a word of its own; else each set of forms is.
        name = (word.surface, "A" if capital else "a") if skeleton else ()
        key = (*name, *keys)
        unit = self._words.get(key)
        if unit is None:
            unit = self._words[key] = self._next()
            for form in keys:
                self._by_key[form] = _with(self._by_key.get(form), unit)
            if skeleton:
                called = _Name(word.surface, is_arabic(word.surface), capital, unit)
                self._by_skeleton.setdefault(skeleton, []).append(called)
        return unit

    def _skeleton(self, word: Token) -> str:
        # An everyday word is no name; in Arabic, where many names are words, it may be one.
        if self._names is None or word.stop or not word.surface.isalpha():
            return ""
        if word.everyday and not is_arabic(word.surface):
            return ""
        skeleton = self._names.skeleton(word.surface)
        return skeleton if len(skeleton) >= LEAST_SKELETON else ""

    def _named_by(self, spelling: Spelling) -> Iterator[int]:
        """Yield the names of queries that a word of an article may be a spelling of."""
        surface = spelling.word.surface
        arabic = is_arabic(surface)
        if self._names is None or spelling.word.stop or not (arabic or spelling.capital):
            return
        for bare in bare_forms(surface) if arabic else (surface,):
            for name in self._by_skeleton.get(self._names.skeleton(bare), ()):
                # In one script a reader finds a name as it is written; but Latin letters have
                # many ways of writing one, and a capital tells that it is one.
                other = name.arabic != arabic or (name.capital and not arabic)
                if other and self._names.alike(name.surface, bare):
                    yield name.unit

    def _next(self) -> int:
        self._count += 1
        return self._count - 1


def _with(units: int | tuple[int, ...] | None, unit: int) -> int | tuple[int, ...]:
    if units is None:
        return unit
    return (units, unit) if isinstance(units, int) else (*units, unit)
