"""Second stage: exact BM25, and the other evidence, over the sentences of the best passages."""

from __future__ import annotations

from itertools import chain, pairwise
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from rank_bm25 import BM25Okapi

from retrieval.cues import held, wanted
from retrieval.text import SEPARATOR, STOP_MARK, Token, terms, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from retrieval.index import Candidate, Snapshot

K1, B = 0.6, 0.4
# Of an everyday word's worth, how much counts as proof: fitted (ADR 0001). One that the archive
# never uses is most likely said there in another word.
EVERYDAY_PROOF, UNUSED_PROOF = 0.5, 0.25


class Evidence(NamedTuple):
    """What speaks for a sentence, each about 0 to 1; also the weights of the same five."""

    bm25: float
    passage: float
    coverage: float
    bigrams: float
    cue: float

    def weighed(self, weights: Evidence) -> float:
        """Return the weighted sum."""
        total: float = sum(map(mul, weights, self))
        return total


# In log-odds: fitted by listwise softmax and rounded (docs/adr/0001-two-stage-retrieval.md).
WEIGHTS = Evidence(bm25=2.0, passage=6.5, coverage=5.0, bigrams=1.0, cue=1.5)


class Ranked(NamedTuple):
    """A sentence of a candidate passage, its evidence and the evidence's sum."""

    rank: float
    candidate: Candidate
    ordinal: int
    evidence: Evidence

    @property
    def text(self) -> str:
        """The sentence's words."""
        return _text(self.candidate, self.ordinal)


class _Word(NamedTuple):
    """A word of a sentence: its terms that the question knows, its last stem, and its sort."""

    known: list[str]
    stem: str
    stop: bool


class _Reading(NamedTuple):
    """Of a sentence: the question's terms in it, its terms in all, and neighbours in both."""

    found: list[str]
    length: int
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
    ) -> None:
        self._archive_idf = idf
        super().__init__(sentences, k1=K1, b=B)
        self.doc_len = lengths
        self.avgdl = sum(lengths) / len(lengths) or 1.0

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {term: self._archive_idf[term] for term in nd}


class Question:
    """A question's words, what each is worth in this archive, and the kinds of answers it wants."""

    def __init__(self, text: str, words: Sequence[Token], index: Snapshot) -> None:
        self.text = text
        self.cues = wanted(text)
        self.words = tuple({word.surface: word for word in words}.values())
        # A stop word counts half, in every term it stands for.
        self.idf = {
            term: word.weight * index.idf(term) for word in self.words for term in word.terms
        }
        content = [word for word in self.words if not word.stop]
        # A word is worth what its commonest form is: a rare spelling of a common word is common.
        self.worth: dict[Token, float] = {
            word: min(self.idf[term] for term in word.terms) for word in content
        }
        self.mass = sum(self.worth.values()) or 1.0
        self.bigrams = _pairs(words)
        # What stands in any story is worth less as proof that this story answers.
        self.proof = {word: w * _proof(word, index) for word, w in self.worth.items()}
        # The share of it in words, no everyday ones, that stand nowhere in the archive.
        unknown = [word for word in content if not (word.everyday or _used(word, index))]
        self.unknown = sum(self.proof[w] for w in unknown) / (sum(self.proof.values()) or 1.0)

    def share(self, present: AbstractSet[str]) -> float:
        """Return the share of the question's worth that a set of terms holds."""
        return _found(self.worth, present) / self.mass

    def read(self, sentences: Sequence[str]) -> list[_Reading]:
        """Return what analysed sentences (`retrieval.text.written`) share with the question."""
        lines = [sentence.split() for sentence in sentences]
        # Few words are the question's: each is looked at once, however often it stands there.
        strange = self.idf.keys().isdisjoint
        known = {
            kept: self._word(kept)
            for kept in set(chain.from_iterable(lines))
            if not strange(kept.removesuffix(STOP_MARK).split(SEPARATOR))
        }
        return [
            _reading([(at, known[kept]) for at, kept in enumerate(line) if kept in known], sentence)
            for line, sentence in zip(lines, sentences, strict=True)
        ]

    def _word(self, kept: str) -> _Word:
        held = kept.removesuffix(STOP_MARK).split(SEPARATOR)
        known = [term for term in held if term in self.idf]
        return _Word(known, held[-1], kept.endswith(STOP_MARK))

    def proven(self, text: str) -> float:
        """Return the share of the question's worth as proof that a text holds."""
        return _found(self.proof, set(terms(tokens(text)))) / (sum(self.proof.values()) or 1.0)


def rank(question: Question, candidates: Sequence[Candidate], limit: int) -> list[Ranked]:
    """Return the best sentences of the candidates, best first, at most `limit`."""
    places = [(candidate, n) for candidate in candidates for n in range(len(candidate.sentences))]
    if not places:
        return []
    read = question.read([candidate.analysed[ordinal] for candidate, ordinal in places])
    found = [reading.found for reading in read]
    bm25 = ArchiveBM25(found, [reading.length for reading in read], question.idf).get_scores(
        list(question.idf)
    )
    best = candidates[0].score
    ranked = []
    for (candidate, ordinal), reading, points in zip(places, read, bm25, strict=True):
        present = set(reading.found)
        evidence = Evidence(
            bm25=float(points) / (3 * question.mass),
            passage=candidate.score / best,
            coverage=question.share(present),
            bigrams=len(question.bigrams & reading.pairs) / (len(question.bigrams) or 1),
            cue=0.0,
        )
        ranked.append(Ranked(evidence.weighed(WEIGHTS), candidate, ordinal, evidence))
    ranked.sort(key=_by_rank)
    # Looking for a cue costs as much as all the rest, so only the best are looked at.
    return sorted((_with_cue(question, each) for each in ranked[:limit]), key=_by_rank)


def _reading(hits: Sequence[tuple[int, _Word]], sentence: str) -> _Reading:
    """Return a reading from the places of the known words among all words of the sentence."""
    pairs = {
        (word.stem, following.stem)
        for (at, word), (next_at, following) in pairwise(hits)
        if next_at == at + 1 and not (word.stop and following.stop)
    }
    found = [term for _, word in hits for term in word.known]
    return _Reading(found, sentence.count(" ") + 1 + sentence.count(SEPARATOR), pairs)


def _proof(word: Token, index: Snapshot) -> float:
    if not word.everyday:
        return 1.0
    return EVERYDAY_PROOF if _used(word, index) else UNUSED_PROOF


def _used(word: Token, index: Snapshot) -> bool:
    return index.document_frequency(word.terms[-1]) > 0


def _found(worth: Mapping[Token, float], present: AbstractSet[str]) -> float:
    return sum(w for word, w in worth.items() if not present.isdisjoint(word.terms))


def _text(candidate: Candidate, ordinal: int) -> str:
    start, end = candidate.sentences[ordinal]
    return candidate.text[start - candidate.start : end - candidate.start]


def _pairs(words: Sequence[Token]) -> set[tuple[str, str]]:
    """Return the stems of neighbours, of which one at least is no stop word."""
    return {(a.terms[-1], b.terms[-1]) for a, b in pairwise(words) if not (a.stop and b.stop)}


def _with_cue(question: Question, ranked: Ranked) -> Ranked:
    if not question.cues:
        return ranked
    cue = sum(held(cue, ranked.text, question.text) for cue in question.cues) / len(question.cues)
    evidence = ranked.evidence._replace(cue=cue)
    return ranked._replace(rank=evidence.weighed(WEIGHTS), evidence=evidence)


def _by_rank(ranked: Ranked) -> float:
    return -ranked.rank
