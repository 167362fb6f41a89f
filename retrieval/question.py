"""What a question asks for: its words, each with all that stands for it in an archive.

A question's word and its translations, the spellings of the name it may be, and the acronym or
the expansion that the archive explains are one synonym group with one document frequency.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from retrieval.acronyms import MOST_WORDS, content, keys_of, spell_one_name, spellings
from retrieval.bilingual import equivalents
from retrieval.cues import wanted
from retrieval.languages import Language, language_of
from retrieval.names import SHORTEST_NAME, may_be_name, skeletons
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from retrieval.bilingual import Equivalent
    from retrieval.index import Snapshot
    from retrieval.text import Token

TITLE_BOOST = 0.3
NAME_BOOST = 2.0  # a name's key is one term where a word has two to four
# Of an everyday word's worth, how much counts as proof: fitted (ADR 0001). One that the archive
# never uses is most likely said there in another word.
EVERYDAY_PROOF, UNUSED_PROOF = 0.5, 0.25


class Clause(NamedTuple):
    """A term to look for in a field of the index, and its weight."""

    field: str
    term: str
    boost: float


class SynonymGroup(NamedTuple):
    """A word of the question, and what else means it.

    `idf` is that of each of the word's own terms, `worth` that of the group's commonest form, a
    stop word's at half. `proof` is its worth as proof that a story is about it.
    """

    word: Token
    others: tuple[Equivalent, ...]
    explained: tuple[Equivalent, ...]  # of the others, acronyms and expansions of the archive's
    names: frozenset[str]
    idf: dict[str, float]
    worth: float
    proof: float
    used: bool


class Question:
    """A question's synonym groups in one archive, and the kinds of answers it wants."""

    def __init__(self, text: str, words: Sequence[Token], index: Snapshot) -> None:
        self.text = text
        self.language = language_of(text) or Language.ENGLISH
        self.cues = wanted(text)
        self.bigrams = _pairs(words)
        translated = equivalents(words)
        explained = _explained(words, index)
        # A word that stands twice may be part of a term the second time alone.
        every: dict[str, tuple[Token, list[Equivalent], list[Equivalent]]] = {}
        for word, meant, more in zip(words, translated, explained, strict=True):
            _, said, told = every.setdefault(word.surface, (word, [], []))
            said += meant
            told += more
        self.groups = tuple(
            _group(word, tuple(dict.fromkeys(said)), tuple(dict.fromkeys(told)), index)
            for word, said, told in every.values()
        )
        self.idf = {term: idf for group in self.groups for term, idf in group.idf.items()}
        content = [group for group in self.groups if not group.word.stop]
        self.mass = sum(group.worth for group in content) or 1.0
        self.grammar = sum(group.worth for group in self.groups if group.word.stop)
        self.proof = sum(group.proof for group in content) or 1.0
        # The share of it in words, no everyday ones, that stand nowhere in the archive.
        unknown = (group.proof for group in content if not (group.word.everyday or group.used))
        self.unknown = sum(unknown) / self.proof

    def clauses(self, index: Snapshot) -> Iterator[Clause]:
        """Yield what the first stage looks for."""
        for group in self.groups:
            worth = dict(group.idf)
            for words in group.others:
                for term in {term for word in words for term in word.terms}:
                    # Translations share stems, each of which counts once.
                    worth[term] = max(worth.get(term, 0.0), group.worth / len(words))
            for term in sorted(worth):
                boost = worth[term] / index.idf(term)
                yield Clause("body", term, boost)
                yield Clause("title", term, boost * TITLE_BOOST)
            for key in sorted(group.names):
                yield Clause("names", key, NAME_BOOST * group.worth / index.idf(key, "names"))

    def share(self, held: AbstractSet[int]) -> float:
        """Return the share of the question's worth in some of its groups, by their numbers."""
        groups = (self.groups[number] for number in held)
        return sum(group.worth for group in groups if not group.word.stop) / self.mass

    def proven(self, held: AbstractSet[int]) -> float:
        """Return the share of the question's worth as proof in some of its groups."""
        groups = (self.groups[number] for number in held)
        return sum(group.proof for group in groups if not group.word.stop) / self.proof


def _explained(words: Sequence[Token], index: Snapshot) -> list[tuple[Equivalent, ...]]:
    """Return, for each word, the acronym or the expansion that the archive explains."""
    found: list[tuple[Equivalent, ...]] = [()] * len(words)
    said = [n for n, word in enumerate(words) if not word.stop]
    asked = {words[n].surface for n in said}
    known = index.acronyms({key for n in said for key in (words[n].surface, *keys_of(words[n]))})
    for acronym, expansion in known:
        spelt, short = spellings(expansion), content(acronym)
        if acronym in asked:
            meant = (*spelt, *_term(tokens(expansion)))
            for n in said:
                if words[n].surface == acronym:
                    found[n] += meant
        for name in spelt:
            for first in range(len(said) - len(name) + 1 if 1 < len(name) <= MOST_WORDS else 0):
                run = said[first : first + len(name)]
                if spell_one_name([words[n] for n in run], name):
                    for n in run:
                        found[n] += (short,)
    return [tuple(dict.fromkeys(each for each in some if each)) for some in found]


def _term(words: Sequence[Token]) -> list[Equivalent]:
    """Return what the other language calls all the words together."""
    said = zip(words, equivalents(words), strict=True)
    meant = [some for word, some in said if not word.stop]
    return [each for each in meant[0] if all(each in some for some in meant)] if meant else []


def _group(
    word: Token,
    translated: tuple[Equivalent, ...],
    explained: tuple[Equivalent, ...],
    index: Snapshot,
) -> SynonymGroup:
    others = tuple(dict.fromkeys((*translated, *explained)))
    names = _names(word, others)
    own = {term: index.document_frequency(term) for term in word.terms}
    elsewhere = sum(_frequency(each, index) for each in others)
    named = max((index.document_frequency(key, "names") for key in names), default=0)
    elsewhere += max(0, named - max(own.values()))
    idf = {term: word.weight * _idf(df + elsewhere, index.passages) for term, df in own.items()}
    # A word is worth what its commonest form is: a rare spelling of a common word is common.
    worth = min(idf.values())
    used = own[word.terms[-1]] + elsewhere > 0
    proof = worth if not word.everyday else worth * (EVERYDAY_PROOF if used else UNUSED_PROOF)
    return SynonymGroup(word, others, explained, names, idf, worth, proof, used)


def _frequency(words: Equivalent, index: Snapshot) -> int:
    return min(max(map(index.document_frequency, word.terms)) for word in words)


def _idf(found: int, passages: int) -> float:
    """Return Lucene's inverse document frequency, as `retrieval.index.Snapshot.idf` has it."""
    found = min(found, passages)
    return math.log1p((passages - found + 0.5) / (found + 0.5))


def _names(word: Token, others: Sequence[Equivalent]) -> frozenset[str]:
    """Return the keys under which a word's spellings in the other script are found, if a name."""
    plain = word.stop or (others and not may_be_name(word))
    if plain or not word.surface.isalpha() or len(word.surface) < SHORTEST_NAME:
        return frozenset()
    return frozenset(skeletons(word.surface))


def _pairs(words: Sequence[Token]) -> set[tuple[str, str]]:
    """Return the stems of neighbours, of which one at least is no stop word."""
    return {(a.terms[-1], b.terms[-1]) for a, b in pairwise(words) if not (a.stop and b.stop)}
