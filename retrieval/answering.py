"""A question in, the best quotes out, or a refusal with the nearest articles.

`find` works on the index alone and says where to quote; `answer` reads those places in the stored
articles, and refuses to build a quote that is not there word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from retrieval.decision import Model, Proof, model
from retrieval.languages import language_of
from retrieval.models import Answer, Language, Quote
from retrieval.question import Question, SynonymGroup
from retrieval.quotes import Place, choose
from retrieval.sentences import Ranked, rank
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retrieval.index import Candidate, Snapshot
    from retrieval.models import Article
    from retrieval.nearness import Nearness
    from retrieval.text import Token

PASSAGES = 25  # the first stage's best, whose sentences the second stage reads
FIRST = 5  # of them; unless these have vectors, words decide
QUESTION_CHARACTERS = 1_000
QUESTION_WORDS = 32
CONSIDERED = 40  # sentences looked at when quotes are chosen
NEAR = 3

UNKNOWN_SUBJECT = 0.5  # share of a question in words that stand nowhere in the archive
LEAST = 0.25  # probability below which nothing is quoted, unless told otherwise

OWN_WITHIN = 0.25  # a sentence in the question's language this much weaker comes first


class MisquoteError(Exception):
    """The index and the stored article disagree about the words of a quote."""


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
    candidates, near = _gathered(question, index, near)
    ranked = rank(question, candidates, CONSIDERED, near)
    if not ranked:
        return Findings(text, language, (), (), 0.0, least=least)
    ranked = _own_first(question, ranked)
    quotes, differ = choose(question, ranked)
    found = [*(each.candidate for each in ranked), *candidates]
    grounds = _grounds(question, ranked[0], near)
    return Findings(
        text,
        language,
        tuple(quote.place() for quote in quotes[skip : skip + limit]),
        tuple(dict.fromkeys(candidate.revision for candidate in found)),
        _trust(grounds),
        sources_differ=differ and skip == 0 and limit > 1,
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


def _gathered(
    question: Question, index: Snapshot, near: Nearness | None
) -> tuple[list[Candidate], Nearness | None]:
    """Return the passages to choose from, and the nearness if it may count."""
    candidates = index.search(question.clauses(index), PASSAGES)
    if near is None or not _encoded(candidates[:FIRST], near):
        return candidates, None
    held = {(each.revision, each.start) for each in candidates}
    missing = {(each.revision, each.passage): None for each in near.best}
    return candidates + index.at([place for place in missing if place not in held]), near


def _encoded(candidates: Sequence[Candidate], near: Nearness) -> bool:
    """Return whether there are vectors of all these passages.

    What has just come in has none yet. Beside sentences whose nearness is known it would look as
    if it were far from the question.
    """
    return all(
        near.z(each.revision, each.sentences[0].start) is not None
        for each in candidates
        if each.sentences
    )


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
        coverage=best.evidence.coverage,
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
