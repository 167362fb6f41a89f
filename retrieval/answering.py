"""A question in, the best quotes out, or a refusal with the nearest articles.

`find` works on the index alone and says where to quote; `answer` reads those places in the stored
articles, and refuses to build a quote that is not there word for word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.cues import Cue, values
from retrieval.languages import language_of
from retrieval.models import Answer, Language, Quote, Span
from retrieval.sentences import Question, Ranked, rank
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retrieval.index import Snapshot
    from retrieval.models import Article
    from retrieval.text import Token

PASSAGES = 50  # the first stage's best, whose sentences the second stage reads
QUESTION_CHARACTERS = 1_000
QUESTION_WORDS = 32
CONSIDERED = 40  # sentences looked at when quotes are chosen
JOIN_WITHIN = 1.0  # a neighbour this much weaker joins its neighbour's quote
SHOW_WITHIN = 3.0  # a quote this much weaker than the first is not worth a reader's time
STORY_WITHIN = 2.5  # another story this much weaker may take the third place
JOINED_CHARACTERS = 600
COPY = 0.75  # share of words that two sentences of one wire story have in common
NEAR = 3

# In log-odds, fitted and rounded: docs/adr/0001-two-stage-retrieval.md.
TRUST_SENTENCE, TRUST_PASSAGE, TRUST_BIGRAMS, TRUST_BIAS = 3.0, 5.2, 4.75, -5.0
TRUST_LEAST = 0.3  # probability below which nothing is quoted


class MisquoteError(Exception):
    """The index and the stored article disagree about the words of a quote."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to quote: a revision, the sentences, the passage around them, and what they say."""

    article: int
    revision: int
    span: Span
    context_span: Span
    text: str
    score: float
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What the index says to a question.

    `places` are the best there are, good enough or not; `trust` is the probability that the first
    one answers the question; `ranking` are the revisions of the articles found, best first.
    """

    question: str
    language: Language
    places: tuple[Place, ...]
    ranking: tuple[int, ...]
    trust: float
    sources_differ: bool = False
    has_more: bool = False

    @property
    def answered(self) -> bool:
        """Whether the first place is likely enough to be an answer."""
        return bool(self.places) and self.trust >= TRUST_LEAST

    @property
    def near(self) -> tuple[int, ...]:
        """The articles to name when there is no answer."""
        return () if self.answered else self.ranking[:NEAR]

    def revisions(self) -> set[int]:
        """Return every revision needed to show this."""
        shown = self.places if self.answered else ()
        return {r for place in shown for r in (place.revision, *place.also)} | set(self.near)


def find(index: Snapshot, text: str, *, limit: int = 3, skip: int = 0) -> Findings:
    """Search the index for places that answer a question, best first, after the first `skip`.

    Raises `DamagedIndexError`.
    """
    # A lone surrogate, which broken input may hold, cannot be written as UTF-8.
    text = text[:QUESTION_CHARACTERS].encode("utf-8", "replace").decode()
    language = language_of(text) or Language.ENGLISH
    words = _worth_asking(tokens(text), index)
    if all(word.stop for word in words):
        return Findings(text, language, (), (), 0.0)
    question = Question(text, words, index)
    candidates = index.search(words, PASSAGES)
    ranked = rank(question, candidates, CONSIDERED)
    if not ranked:
        return Findings(text, language, (), (), 0.0)
    quotes, differ = _choose(question, ranked)
    found = [*(each.candidate for each in ranked), *candidates]
    return Findings(
        text,
        language,
        tuple(quote.place() for quote in quotes[skip : skip + limit]),
        tuple(dict.fromkeys(candidate.revision for candidate in found)),
        _trust(question, ranked[0]),
        sources_differ=differ and skip == 0,
        has_more=len(quotes) > skip + limit,
    )


def answer(findings: Findings, articles: Mapping[int, Article]) -> Answer:
    """Return the answer in the stored articles' words; `articles` by revision.

    Raises `MisquoteError` when a revision is missing or does not hold the words at the place.
    """
    quotes: list[Quote] = []
    for place in findings.places if findings.answered else ():
        article = articles.get(place.revision)
        if article is None or article.body[place.span.start : place.span.end] != place.text:
            raise MisquoteError(f"revision {place.revision} does not hold {place.span}")
        also = tuple(articles[revision] for revision in place.also if revision in articles)
        quotes.append(Quote(article, place.span, place.context_span, place.score, also))
    return Answer(
        question=findings.question,
        language=findings.language,
        quotes=tuple(quotes),
        near=tuple(articles[revision] for revision in findings.near if revision in articles),
        sources_differ=findings.sources_differ and bool(quotes),
        has_more=findings.has_more and bool(quotes),
    )


def _worth_asking(words: Sequence[Token], index: Snapshot) -> list[Token]:
    """Return the question's words in order; of a long text, the rarest that the archive knows."""
    if len(words) <= QUESTION_WORDS:
        return list(words)
    known = {word: index.idf(word.terms[-1]) for word in set(words) if not word.stop}
    known = {word: idf for word, idf in known.items() if index.document_frequency(word.terms[-1])}
    kept = set(sorted(known, key=known.__getitem__, reverse=True)[:QUESTION_WORDS])
    return [word for word in words if word in kept]


def _trust(question: Question, best: Ranked) -> float:
    evidence = (
        TRUST_BIAS
        + TRUST_SENTENCE * question.proven(best.text)
        + TRUST_PASSAGE * question.proven(best.candidate.text)
        + TRUST_BIGRAMS * best.evidence.bigrams
    )
    return 1 / (1 + math.exp(-evidence))


class _Quote:
    """A quote in the making: one or more neighbouring sentences, and its copies elsewhere."""

    def __init__(self, scored: Ranked) -> None:
        self.rank = scored.rank
        self.candidate = scored.candidate
        self.first = self.last = scored.ordinal
        self.best = scored
        self.words = _content(scored.text)
        self.also: dict[int, int] = {}  # article to revision

    @property
    def article(self) -> int:
        return self.candidate.article

    @property
    def span(self) -> Span:
        sentences = self.candidate.sentences
        return Span(sentences[self.first].start, sentences[self.last].end)

    def place(self) -> Place:
        candidate, span = self.candidate, self.span
        text = candidate.text[span.start - candidate.start : span.end - candidate.start]
        also = tuple(self.also.values())
        return Place(self.article, candidate.revision, span, candidate.span, text, self.rank, also)

    def takes(self, scored: Ranked) -> bool:
        """Join a neighbouring sentence that scores nearly as well, or one that is already in."""
        if scored.candidate is not self.candidate:
            return False
        if self.first <= scored.ordinal <= self.last:
            return True
        if (
            scored.ordinal not in (self.first - 1, self.last + 1)
            or self.rank - scored.rank > JOIN_WITHIN
        ):
            return False
        first, last = min(self.first, scored.ordinal), max(self.last, scored.ordinal)
        start = self.candidate.sentences[first].start
        end = self.candidate.sentences[last].end
        left, right = sorted((scored.ordinal, self.first if first < self.first else self.last))
        gap = slice(
            self.candidate.sentences[left].end - self.candidate.start,
            self.candidate.sentences[right].start - self.candidate.start,
        )
        # Between neighbours stands white space; a heading or a bullet keeps them apart.
        if end - start > JOINED_CHARACTERS or self.candidate.text[gap].strip():
            return False
        self.first, self.last = first, last
        return True

    def copied_by(self, scored: Ranked, words: frozenset[str]) -> bool:
        """Note another article that carries the same sentence; its numbers must agree."""
        if scored.candidate.article == self.article or not _alike(self.words, words):
            return False
        self.also.setdefault(scored.candidate.article, scored.candidate.revision)
        return True


def _choose(question: Question, ranked: Sequence[Ranked]) -> tuple[list[_Quote], bool]:
    """Return quotes in the order to show them, and whether two sources differ on the answer."""
    quotes: list[_Quote] = []
    for scored in ranked:
        if ranked[0].rank - scored.rank > SHOW_WITHIN:
            break
        words = _content(scored.text)
        if not any(quote.copied_by(scored, words) or quote.takes(scored) for quote in quotes):
            quotes.append(_Quote(scored))
    differing = _differing(question, quotes)
    if differing is not None:
        quotes.remove(differing)
        quotes.insert(1, differing)
    _widen(quotes)
    return quotes, differing is not None


def _widen(quotes: list[_Quote]) -> None:
    """Give the third place to another story when the first three are one story and it is close."""
    story = {quotes[0].article, *quotes[0].also}
    if any(quote.article not in story for quote in quotes[:3]):
        return
    for quote in quotes[3:]:
        if quote.article not in story and quotes[0].rank - quote.rank <= STORY_WITHIN:
            quotes.remove(quote)
            quotes.insert(2, quote)
            return


def _differing(question: Question, quotes: Sequence[_Quote]) -> _Quote | None:
    """Return the best quote that gives another year or number for what was asked, if any."""
    asked = question.cues & {Cue.TIME, Cue.NUMBER}
    if not quotes or len(asked) != 1:
        return None
    (cue,) = asked
    first = quotes[0]
    given = values(cue, first.best.text) - values(cue, question.text)
    for quote in quotes[1:]:
        if (
            quote.article == first.article
            or quote.best.candidate.language != first.candidate.language
        ):
            continue
        other = values(cue, quote.best.text) - values(cue, question.text)
        as_near = quote.best.evidence.coverage >= first.best.evidence.coverage * 0.8
        if given and other and as_near and given.isdisjoint(other):
            return quote
    return None


def _content(text: str) -> frozenset[str]:
    return frozenset(token.terms[-1] for token in tokens(text) if not token.stop)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    if not shared or shared / len(one | other) < COPY:
        return False
    return not any(word.isdecimal() for word in one ^ other)
