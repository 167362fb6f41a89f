"""A question in, the best quotes out, or a refusal with the nearest articles.

`find` works on the index alone and says where to quote; `answer` reads those places in the stored
articles, and refuses to build a quote that is not there word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from retrieval.cues import Cue, values
from retrieval.decision import Evidence, Model, Proof, model
from retrieval.languages import language_of
from retrieval.models import Answer, Language, Quote, Span
from retrieval.question import Question, SynonymGroup
from retrieval.sentences import Ranked, rank
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retrieval.index import Candidate, Snapshot
    from retrieval.models import Article
    from retrieval.nearness import Nearness
    from retrieval.text import Token

PASSAGES = 50  # the first stage's best, whose sentences the second stage reads
QUESTION_CHARACTERS = 1_000
QUESTION_WORDS = 32
CONSIDERED = 40  # sentences looked at when quotes are chosen
JOIN_WITHIN = 1.0  # a neighbour this much weaker joins its neighbour's quote
SHOW_WITHIN = 4.0  # a quote this much weaker than the first is not worth a reader's time
STORY_WITHIN = 3.3  # another story this much weaker may take the third place
JOINED_SENTENCES, JOINED_CHARACTERS = 2, 500
DIFFERS_ON = 0.6  # of what the first quote holds of the question, a differing one holds this much
COPY = 0.75  # share of words that two sentences of one wire story have in common
NEAR = 3

UNKNOWN_SUBJECT = 0.5  # share of a question in words that stand nowhere in the archive
LEAST = 0.25  # probability below which nothing is quoted, unless told otherwise

OWN_WITHIN = 0.5  # a sentence in the question's language this much weaker comes first
NOTHING = Evidence()


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
    evidence: Evidence = NOTHING


class Grounds(NamedTuple):
    """Why the places stand in this order, and why the first is trusted as much as it is."""

    groups: tuple[SynonymGroup, ...]  # the question's words, and what else means them
    unknown: float  # share of the question in words that stand nowhere in the archive
    proof: Proof
    model: Model
    meaning: bool  # whether nearness in meaning was looked at


@dataclass(frozen=True, slots=True)
class Findings:
    """What the index says to a question.

    `places` are the best there are, good enough or not; `trust` is the probability that the first
    one answers the question; `ranking` are the revisions of the articles found, best first.
    There are no `grounds` where nothing was found.
    """

    question: str
    language: Language
    places: tuple[Place, ...]
    ranking: tuple[int, ...]
    trust: float
    sources_differ: bool = False
    has_more: bool = False
    least: float = LEAST
    grounds: Grounds | None = None

    @property
    def answered(self) -> bool:
        """Whether the first place is likely enough to be an answer."""
        return bool(self.places) and self.trust >= self.least

    @property
    def near(self) -> tuple[int, ...]:
        """The articles to name when there is no answer."""
        return () if self.answered else self.ranking[:NEAR]

    def revisions(self) -> set[int]:
        """Return every revision needed to show this."""
        shown = self.places if self.answered else ()
        return {r for place in shown for r in (place.revision, *place.also)} | set(self.near)


def find(
    index: Snapshot,
    text: str,
    *,
    limit: int = 3,
    skip: int = 0,
    near: Nearness | None = None,
    least: float = LEAST,
) -> Findings:
    """Search the index for places that answer a question, best first, after the first `skip`.

    Raises `DamagedIndexError`.
    """
    # A lone surrogate, which broken input may hold, cannot be written as UTF-8.
    text = text[:QUESTION_CHARACTERS].encode("utf-8", "replace").decode()
    language = language_of(text) or Language.ENGLISH
    words = _worth_asking(tokens(text), index)
    if all(word.stop for word in words):
        return Findings(text, language, (), (), 0.0, least=least)
    question = Question(text, words, index)
    candidates = index.search(question.clauses(index), PASSAGES)
    if near is not None:
        held = {(each.revision, each.start) for each in candidates}
        missing = {(each.revision, each.passage): None for each in near.best}
        candidates += index.at([place for place in missing if place not in held])
    ranked = rank(question, candidates, CONSIDERED, near)
    if not ranked:
        return Findings(text, language, (), (), 0.0, least=least)
    ranked = _own_first(question, ranked)
    quotes, differ = _choose(question, ranked)
    found = [*(each.candidate for each in ranked), *candidates]
    grounds = _grounds(question, ranked[0], near)
    return Findings(
        text,
        language,
        tuple(quote.place() for quote in quotes[skip : skip + limit]),
        tuple(dict.fromkeys(candidate.revision for candidate in found)),
        _trust(grounds),
        sources_differ=differ and skip == 0,
        has_more=len(quotes) > skip + limit,
        least=least,
        grounds=grounds,
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


def _own_first(question: Question, ranked: list[Ranked]) -> list[Ranked]:
    """Return the sentences with one in the question's language first, if it is about as good."""
    for at, each in enumerate(ranked):
        if ranked[0].rank - each.rank > OWN_WITHIN:
            break
        if each.candidate.language is question.language:
            return [each, *ranked[:at], *ranked[at + 1 :]]
    return ranked


def _grounds(question: Question, best: Ranked, near: Nearness | None) -> Grounds:
    proof = Proof(
        sentence=question.proven(best.groups),
        passage=question.proven(best.story),
        bigrams=best.evidence.bigrams,
        crossing=float(best.candidate.language is not question.language),
        meaning=best.evidence.meaning - near.by_chance if near else 0.0,
    )
    meaning = near is not None
    return Grounds(question.groups, question.unknown, proof, model(meaning=meaning), meaning)


def _trust(grounds: Grounds) -> float:
    """Return the probability that the best sentence answers.

    There is none if most of the question is in words that the archive never uses; but what is near
    in meaning in the other language may say them in words that no list connects.
    """
    if grounds.unknown >= UNKNOWN_SUBJECT and not (grounds.meaning and grounds.proof.crossing):
        return 0.0
    return grounds.proof.probability(grounds.model.trust)


class _Quote:
    """A quote in the making: one or more neighbouring sentences, and their copies elsewhere."""

    def __init__(self, scored: Ranked) -> None:
        self.rank = scored.rank
        self.candidate = scored.candidate
        self.best = scored
        # The content words of each sentence, by its ordinal in the passage.
        self.sentences = {scored.ordinal: _content(scored.text)}
        # By another article's revision, which of the sentences it carries too.
        self.copies: dict[int, set[int]] = {}
        # The articles that tell this story, as far as was seen.
        self.story = {scored.candidate.article}

    @property
    def article(self) -> int:
        return self.candidate.article

    def place(self) -> Place:
        candidate = self.candidate
        first, last = min(self.sentences), max(self.sentences)
        span = Span(candidate.sentences[first].start, candidate.sentences[last].end)
        text = candidate.text[span.start - candidate.start : span.end - candidate.start]
        also = tuple(r for r, carried in self.copies.items() if carried == self.sentences.keys())
        return Place(
            self.article,
            candidate.revision,
            span,
            candidate.span,
            text,
            self.rank,
            also,
            self.best.evidence,
        )

    def takes(self, scored: Ranked, words: frozenset[str]) -> bool:
        """Join a neighbouring sentence that scores nearly as well."""
        if scored.candidate is not self.candidate or self.rank - scored.rank > JOIN_WITHIN:
            return False
        if len(self.sentences) == JOINED_SENTENCES:
            return False
        first, last = min(self.sentences), max(self.sentences)
        if scored.ordinal not in (first - 1, last + 1):
            return False
        spans, start = self.candidate.sentences, self.candidate.start
        left, right = (first - 1, first) if scored.ordinal < first else (last, last + 1)
        gap = self.candidate.text[spans[left].end - start : spans[right].start - start]
        length = spans[max(last, scored.ordinal)].end - spans[min(first, scored.ordinal)].start
        # Between neighbours stands white space; a heading or a bullet keeps them apart.
        if length > JOINED_CHARACTERS or gap.strip():
            return False
        self.sentences[scored.ordinal] = words
        return True

    def copied_by(self, candidate: Candidate, words: frozenset[str]) -> bool:
        """Note another article that carries one of the sentences; its numbers must agree."""
        if candidate.article == self.article:
            return False
        for ordinal, own in self.sentences.items():
            if _alike(own, words):
                self.copies.setdefault(candidate.revision, set()).add(ordinal)
                self.story.add(candidate.article)
                return True
        return False

    def repeated_by(self, other: _Quote) -> bool:
        """Note another quote that says nothing more than this one, in another article."""
        known = [self.copied_by(other.candidate, words) for words in other.sentences.values()]
        return all(known)


def _choose(question: Question, ranked: Sequence[Ranked]) -> tuple[list[_Quote], bool]:
    """Return quotes in the order to show them, and whether two sources differ on the answer."""
    quotes: list[_Quote] = []
    for scored in ranked:
        if ranked[0].rank - scored.rank > SHOW_WITHIN:
            break
        words = _content(scored.text)
        if not any(
            quote.copied_by(scored.candidate, words) or quote.takes(scored, words)
            for quote in quotes
        ):
            quotes.append(_Quote(scored))
    # A copy may have come before the sentence that it copies joined an earlier quote.
    for place in range(len(quotes) - 1, 0, -1):
        if any(earlier.repeated_by(quotes[place]) for earlier in quotes[:place]):
            del quotes[place]
    differing = _differing(question, quotes)
    if differing is not None:
        quotes.remove(differing)
        quotes.insert(1, differing)
    _widen(quotes)
    return quotes, differing is not None


def _widen(quotes: list[_Quote]) -> None:
    """Give the third place to another story when the first three are one story and it is close."""
    story = quotes[0].story
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
        as_near = quote.best.evidence.coverage >= first.best.evidence.coverage * DIFFERS_ON
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
