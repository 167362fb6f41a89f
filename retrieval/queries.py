"""The language of standing queries: what a reader writes to be told of new coverage.

Words must all stand together; `"a phrase"` stands as it is; `-word` must not stand anywhere;
`this | that`, or "or" between them, is either; `*` is everything. Arabic and Latin punctuation
mean the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from retrieval.text import MAX_WORD, Token, fold, placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_T = TypeVar("_T")

CHARACTERS = 200
WORDS = 16
EVERYTHING = "*"
ARTICLES = frozenset({"al", "el"})  # of a name in Latin letters; Arabic writes it onto the word

_QUOTES = '"«»“”„‟'
_MINUS = "\\-\u2212\u2010\u2011\u2012\u2013\u2014"
_PIECE = re.compile(
    rf"""
    (?P<no>(?<![^\s|])[{_MINUS}])? [{_QUOTES}] (?P<phrase>[^{_QUOTES}]*) (?P<end>[{_QUOTES}])?
  | (?P<either>\|)
  | (?P<chunk>[^\s|{_QUOTES}]+)
    """,
    re.VERBOSE,
)
_OR = frozenset({"or", "\u0627\u0648"})
# Marks of direction and of joining, which a reader cannot see.
_UNSEEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


class BadQueryError(ValueError):
    """A query that cannot be followed. `key` names the reason for a reader, `params` fill it.

    Keys: `empty`, `no_words`, `only_negative`, `unclosed_phrase`, `negative_alternative` (word),
    `too_long` and `word_too_long` (most, in characters), `too_many_words` (most).
    """

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params: dict[str, object] = params


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or the words of a phrase, with their text as the reader wrote it."""

    text: str
    words: tuple[Token, ...]
    capitals: tuple[bool, ...]

    @property
    def phrase(self) -> bool:
        """Whether it must stand as it is written: in quotes, or joined as "cease-fire" is."""
        return len(self.words) > 1 or self.words[0].stop or " " in self.text

    def __str__(self) -> str:
        return f'"{self.text}"' if self.phrase else self.text


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """What a reader follows: of each clause one unit, and none of `excluded`.

    Without clauses it is everything. `str` gives its canonical text, which parses to it again.
    """

    clauses: tuple[tuple[Unit, ...], ...]
    excluded: tuple[Unit, ...] = ()

    def __str__(self) -> str:
        wanted = [" | ".join(map(str, clause)) for clause in self.clauses] or [EVERYTHING]
        return " ".join([*wanted, *(f"-{unit}" for unit in self.excluded)])


@dataclass(slots=True)
class _Draft:
    """A query while it is read: whether each unit is only there for grammar is not yet decided."""

    clauses: list[list[tuple[Unit, bool]]]
    excluded: list[tuple[Unit, bool]]
    everything: bool = False
    either: bool = False

    def take(self, unit: Unit, *, light: bool) -> None:
        if self.either and self.clauses:
            self.clauses[-1].append((unit, light))
        else:
            self.clauses.append([(unit, light)])
        self.either = False


def parse(text: str) -> StandingQuery:
    """Read what a reader wrote. Raises `BadQueryError`."""
    if len(text) > CHARACTERS:
        raise BadQueryError("too_long", most=CHARACTERS)
    written = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    if not written.strip():
        raise BadQueryError("empty")
    query = _decided(_draft(written))
    units = [unit for clause in query.clauses for unit in clause] + list(query.excluded)
    if sum(len(unit.words) for unit in units) > WORDS:
        raise BadQueryError("too_many_words", most=WORDS)
    if len(str(query)) > CHARACTERS:
        raise BadQueryError("too_long", most=CHARACTERS)
    return query


def _draft(written: str) -> _Draft:
    draft = _Draft([], [])
    excluding = False
    for match in _PIECE.finditer(written):
        chunk, phrase = match["chunk"], match["phrase"]
        if match["either"] or (chunk and fold(chunk) in _OR):
            if excluding:
                raise BadQueryError("negative_alternative", word=draft.excluded[-1][0].text)
            draft.either = True
            continue
        if phrase is not None and not match["end"]:
            raise BadQueryError("unclosed_phrase")
        if chunk == EVERYTHING:
            draft.everything = True
            continue
        no = bool(match["no"]) or bool(chunk and re.match(f"[{_MINUS}]", chunk))
        unit = _unit(phrase if chunk is None else chunk)
        if unit is None:
            continue
        if no and draft.either and draft.clauses:
            raise BadQueryError("negative_alternative", word=unit.text)
        light = phrase is None and len(unit.words) == 1 and unit.words[0].stop
        excluding = no
        if no:
            draft.excluded.append((unit, light))
            draft.either = False
        else:
            draft.take(unit, light=light)
    return draft


def _decided(draft: _Draft) -> StandingQuery:
    """Leave out the words that carry grammar alone, unless there are no others."""
    excluded = tuple(_once(unit for unit, light in draft.excluded if not light))
    heavy = [[unit for unit, light in clause if not light] for clause in draft.clauses]
    kept = [clause for clause in heavy if clause]
    if not kept and not draft.everything:
        kept = [[unit for unit, _ in clause] for clause in draft.clauses]
    if not kept and not draft.everything:
        raise BadQueryError("only_negative" if draft.excluded else "no_words")
    clauses = tuple(_once(tuple(_once(clause)) for clause in kept))
    return StandingQuery(clauses, excluded)


def _unit(text: str) -> Unit | None:
    """Return the words of a text as one unit, or None when it holds none."""
    if max(map(len, text.split()), default=0) > MAX_WORD:
        raise BadQueryError("word_too_long", most=MAX_WORD)
    found = list(placed(text))
    if not found:
        return None
    named = [each for each in found if each[0].surface not in ARTICLES] or found
    written = " ".join(text[found[0][1] : found[-1][2]].split())
    words = tuple(word for word, _, _ in named)
    return Unit(written, words, tuple(text[start].isupper() for _, start, _ in named))


def _once(units: Iterable[_T]) -> Iterator[_T]:
    return iter(dict.fromkeys(units))
