"""The nouns: an article, spans of its text, a quote, an answer.

Text is stored once, in the article. Everything else is offsets into it, so a quote cannot
misquote (docs/adr/0002-offsets-instead-of-text.md). Offsets count characters (code points), half
open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from retrieval.furniture import is_furniture
from retrieval.languages import Language

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Answer", "Article", "Language", "Quote", "Span", "opening_words"]

OPENING_CHARACTERS = 80


class Span(NamedTuple):
    """Characters `start` up to, not including, `end` of an article's body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One revision of one article, as stored.

    `id` stays when the text is corrected; `revision` is new with every text and grows with time.
    `published` is a plain date when no time of day is known. `source` is the name of the file it
    came from.
    """

    id: int
    revision: int
    language: Language
    body: str
    headline: str | None
    outlet: str | None
    url: str | None
    published: date | None
    source: str

    @property
    def title(self) -> str:
        """The headline, or the body's opening words."""
        return self.headline or opening_words(self.body)

    @property
    def publisher(self) -> str:
        """The outlet, or the file's name."""
        return self.outlet or self.source


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of an article, the passage around them, and where else they stand."""

    article: Article
    span: Span
    context_span: Span
    score: float = 0.0
    also: tuple[Article, ...] = ()

    @property
    def text(self) -> str:
        """The words as published."""
        return self.article.body[self.span.start : self.span.end]

    @property
    def context(self) -> str:
        """The passage that holds the quote, as published."""
        return self.article.body[self.context_span.start : self.context_span.end]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question: quotes, best first, or none and the near articles."""

    question: str
    language: Language
    quotes: tuple[Quote, ...] = ()
    near: tuple[Article, ...] = ()
    sources_differ: bool = False
    has_more: bool = False

    @property
    def answered(self) -> bool:
        """Whether the evidence was strong enough to quote."""
        return bool(self.quotes)


def opening_words(body: str) -> str:
    """Return the first words of the story, at most `OPENING_CHARACTERS`, cut between words."""
    lines = (line for line in body[:4_000].splitlines() if not is_furniture(line))
    opening = " ".join(next(lines, body)[: OPENING_CHARACTERS * 4].split())
    if len(opening) <= OPENING_CHARACTERS:
        return opening
    return (
        opening[: OPENING_CHARACTERS + 1].rpartition(" ")[0] or opening[:OPENING_CHARACTERS]
    ) + "…"
