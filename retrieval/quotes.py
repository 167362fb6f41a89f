"""Ranked sentences become quotes: neighbours join, copies fold together, sources may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.cues import Cue, values
from retrieval.decision import Evidence
from retrieval.models import Span
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.index import Candidate
    from retrieval.question import Question
    from retrieval.sentences import Ranked

JOIN_WITHIN = 1.0  # a neighbour this much weaker joins its neighbour's quote
SHOW_WITHIN = 4.0  # a quote this much weaker than the first is not worth a reader's time
STORY_WITHIN = 3.3  # another story this much weaker may take the third place
JOINED_SENTENCES, JOINED_CHARACTERS = 2, 500
DIFFERS_ON = 0.6  # of what the first quote holds of the question, a differing one holds this much
COPY = 0.75  # share of words that two sentences of one wire story have in common
NOTHING = Evidence()


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


class DraftQuote:
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
        """The article that is quoted."""
        return self.candidate.article

    def place(self) -> Place:
        """Return where the quote stands, with the copies that carry all of it."""
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

    def repeated_by(self, other: DraftQuote) -> bool:
        """Note another quote that says nothing more than this one, in another article."""
        known = [self.copied_by(other.candidate, words) for words in other.sentences.values()]
        return all(known)


def choose(question: Question, ranked: Sequence[Ranked]) -> tuple[list[DraftQuote], bool]:
    """Return quotes in the order to show them, and whether two sources differ on the answer."""
    quotes: list[DraftQuote] = []
    for scored in ranked:
        if ranked[0].rank - scored.rank > SHOW_WITHIN:
            break
        words = _content(scored.text)
        if not any(
            quote.copied_by(scored.candidate, words) or quote.takes(scored, words)
            for quote in quotes
        ):
            quotes.append(DraftQuote(scored))
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


def _widen(quotes: list[DraftQuote]) -> None:
    """Give the third place to another story when the first three are one story and it is close."""
    story = quotes[0].story
    if any(quote.article not in story for quote in quotes[:3]):
        return
    for quote in quotes[3:]:
        if quote.article not in story and quotes[0].rank - quote.rank <= STORY_WITHIN:
            quotes.remove(quote)
            quotes.insert(2, quote)
            return


def _differing(question: Question, quotes: Sequence[DraftQuote]) -> DraftQuote | None:
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
