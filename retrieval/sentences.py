"""Second stage: exact BM25, and the other evidence, over the sentences of the best passages."""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from rank_bm25 import BM25Okapi

from retrieval.cues import held
from retrieval.decision import Evidence, model
from retrieval.names import spelt_alike
from retrieval.nearness import CLIP
from retrieval.text import SEPARATOR, STOP_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from retrieval.index import Candidate
    from retrieval.nearness import Nearness
    from retrieval.question import Question

K1, B = 0.6, 0.4  # of sentences; a passage has the usual ones
PASSAGE_K1, PASSAGE_B = 1.2, 0.75
BEFORE = 0.8  # what a word in the sentence before counts towards coverage


class Ranked(NamedTuple):
    """A sentence of a candidate passage, its evidence and the evidence's sum."""

    rank: float
    candidate: Candidate
    ordinal: int
    evidence: Evidence
    groups: frozenset[int]  # the question's synonym groups in it, by number
    story: frozenset[int]  # those in its passage

    @property
    def text(self) -> str:
        """The sentence's words."""
        return _text(self.candidate, self.ordinal)


class _Word(NamedTuple):
    """A word of a sentence: what it says of the question, its last stem, and its sort.

    `parts` are places in the terms of several words that mean a word of the question.
    """

    terms: tuple[str, ...]  # of the question
    groups: frozenset[int]
    parts: frozenset[tuple[int, int, int]]  # group, term, word
    stem: str
    stop: bool


class _Reading(NamedTuple):
    """Of a sentence: the question's terms in it, its words in all, groups, and neighbours."""

    found: list[str]
    length: int
    groups: frozenset[int]
    pairs: set[tuple[str, str]]


class ArchiveBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 is untyped
    """rank-bm25 over candidate sentences, with the archive's idf in place of the candidates'.

    rank-bm25 would count document frequencies in the few sentences it is given, and its own idf is
    negative for a word in over half of them. `sentences` may be cut down to the terms of interest,
    as long as `lengths` holds the true number of terms of each.
    """

    def __init__(
        self,
        sentences: Sequence[Sequence[str]],
        lengths: Sequence[int],
        idf: Mapping[str, float],
        k1: float = K1,
        b: float = B,
    ) -> None:
        self._archive_idf = idf
        super().__init__(sentences, k1=k1, b=b)
        self.doc_len = lengths
        self.avgdl = sum(lengths) / len(lengths) or 1.0

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {term: self._archive_idf[term] for term in nd}


class _Reader:
    """Finds a question's synonym groups in analysed sentences (`retrieval.text.written`)."""

    def __init__(self, question: Question) -> None:
        self._groups = question.groups
        self._own: dict[str, int] = {}
        self._meant: dict[str, set[int]] = {}
        self._parts: dict[str, set[tuple[int, int, int]]] = {}
        self._names: dict[str, set[int]] = {}
        self._named: dict[str, set[int]] = {}  # words of the candidates that spell such a name
        self._lengths: dict[tuple[int, int], int] = {}
        for number, group in enumerate(question.groups):
            self._own |= dict.fromkeys(group.word.terms, number)
            for key in group.names:
                self._names.setdefault(key, set()).add(number)
            for which, words in enumerate(group.others):
                self._lengths[number, which] = len(words)
                for at, word in enumerate(words):
                    for term in word.terms[1:] or word.terms:
                        if len(words) == 1:
                            self._meant.setdefault(term, set()).add(number)
                        else:
                            self._parts.setdefault(term, set()).add((number, which, at))
        self._known = self._own.keys() | self._meant.keys() | self._parts.keys()

    def read(self, candidates: Sequence[Candidate]) -> list[_Reading]:
        """Return what each sentence of the candidates shares with the question."""
        lines = [sentence.split() for each in candidates for sentence in each.analysed]
        said = chain.from_iterable(each.names for each in candidates) if self._names else ()
        for key, surface in {pair for pair in said if pair[0] in self._names}:
            for number in self._names[key]:
                if spelt_alike(self._groups[number].word.surface, surface):
                    self._named.setdefault(surface, set()).add(number)
        # Few words are the question's: each is looked at once, however often it stands there.
        known = {
            kept: word
            for kept in set(chain.from_iterable(lines))
            if (word := self._word(kept)) is not None
        }
        return [
            self._reading(
                [(at, known[kept]) for at, kept in enumerate(line) if kept in known], len(line)
            )
            for line in lines
        ]

    def _word(self, kept: str) -> _Word | None:
        terms = kept.removesuffix(STOP_MARK).split(SEPARATOR)
        named = self._named.get(terms[0], ())
        if not named and self._known.isdisjoint(terms):
            return None
        own = [term for term in terms if term in self._own]
        groups = {self._own[term] for term in own}
        meant = set(named).union(*(self._meant.get(term, ()) for term in terms)) - groups
        parts = frozenset().union(*(self._parts.get(term, ()) for term in terms))
        # What means a word of the question counts as that word, in its stems.
        stems = [self._groups[number].word.terms[1:] for number in meant]
        stem = own[-1] if own else self._groups[min(meant)].word.terms[-1] if meant else terms[-1]
        return _Word(
            (*own, *chain.from_iterable(stems)),
            frozenset(groups | meant),
            parts,
            terms[-1] if own else stem,
            kept.endswith(STOP_MARK),
        )

    def _reading(self, hits: Sequence[tuple[int, _Word]], length: int) -> _Reading:
        """Return a reading from the places of the known words among all words of a sentence."""
        pairs = {
            (word.stem, following.stem)
            for (at, word), (next_at, following) in pairwise(hits)
            if next_at == at + 1 and not (word.stop and following.stop)
        }
        found = [term for _, word in hits for term in word.terms]
        groups = set(chain.from_iterable(word.groups for _, word in hits))
        parts = set(chain.from_iterable(word.parts for _, word in hits))
        held = Counter((group, which) for group, which, _ in parts)
        for (group, which), count in held.items():
            if count == self._lengths[group, which] and group not in groups:
                groups.add(group)
                found += self._groups[group].word.terms[1:]
        return _Reading(found, length, frozenset(groups), pairs)


def rank(
    question: Question, candidates: Sequence[Candidate], limit: int, near: Nearness | None = None
) -> list[Ranked]:
    """Return the best sentences of the candidates, best first, at most `limit`."""
    if not any(candidate.sentences for candidate in candidates):
        return []
    read = _Reader(question).read(candidates)
    stories = list(_by_passage(candidates, read))
    asked, most = list(question.idf), 3 * max(question.mass, question.grammar)
    points = iter(
        ArchiveBM25([r.found for r in read], [r.length for r in read], question.idf).get_scores(
            asked
        )
    )
    told = ArchiveBM25(
        [list(chain.from_iterable(r.found for r in story)) for story in stories],
        [sum(r.length for r in story) for story in stories],
        question.idf,
        PASSAGE_K1,
        PASSAGE_B,
    ).get_scores(asked)
    weights = model(meaning=near is not None).ranking
    unsaid = _unsaid(question, candidates, stories)
    ranked = []
    for candidate, story, score in zip(candidates, stories, told, strict=True):
        z = _nearness(candidate, near)
        around = max(z, default=0.0)
        crossing = candidate.language is not question.language
        before = frozenset[int]()
        together = before.union(*(reading.groups for reading in story))
        for ordinal, reading in enumerate(story):
            evidence = Evidence(
                bm25=float(next(points)) / most,
                story=float(score) / most,
                coverage=(1 - BEFORE) * question.share(reading.groups)
                + BEFORE * question.share(reading.groups | before),
                bigrams=len(question.bigrams & reading.pairs) / (len(question.bigrams) or 1),
                meaning=z[ordinal],
                around=around,
                unsaid=unsaid if crossing else 0.0,
            )
            place = (candidate, ordinal, evidence, reading.groups, together)
            ranked.append(Ranked(evidence.weighed(weights), *place))
            before = reading.groups
    ranked.sort(key=_by_rank)
    # Looking for a cue costs as much as all the rest, so only the best are looked at.
    return sorted((_with_cue(question, each, weights) for each in ranked[:limit]), key=_by_rank)


def _unsaid(
    question: Question, candidates: Sequence[Candidate], stories: Sequence[Sequence[_Reading]]
) -> float:
    """Return the share of the question that no sentence in the other language says.

    For want of a translation such a word cannot speak for any of them, so it must not count
    against them either, when they are compared with those in the question's language.
    """
    pairs = zip(candidates, stories, strict=True)
    abroad = [story for each, story in pairs if each.language is not question.language]
    said = frozenset[int]().union(*(each.groups for story in abroad for each in story))
    return 1 - question.share(said)


def _nearness(candidate: Candidate, near: Nearness | None) -> list[float]:
    """Return how near each sentence is; one whose vector is not there yet is as near as most."""
    if near is None:
        return [0.0] * len(candidate.sentences)
    found = (near.z(candidate.revision, each.start) for each in candidate.sentences)
    return [(z or 0.0) / CLIP for z in found]


def _by_passage(
    candidates: Sequence[Candidate], read: Sequence[_Reading]
) -> Iterator[list[_Reading]]:
    rest = iter(read)
    for candidate in candidates:
        yield list(islice(rest, len(candidate.sentences)))


def _text(candidate: Candidate, ordinal: int) -> str:
    start, end = candidate.sentences[ordinal]
    return candidate.text[start - candidate.start : end - candidate.start]


def _with_cue(question: Question, ranked: Ranked, weights: Evidence) -> Ranked:
    if not question.cues:
        return ranked
    cue = sum(held(cue, ranked.text, question.text) for cue in question.cues) / len(question.cues)
    evidence = ranked.evidence._replace(cue=cue)
    return ranked._replace(rank=evidence.weighed(weights), evidence=evidence)


def _by_rank(ranked: Ranked) -> float:
    return -ranked.rank
