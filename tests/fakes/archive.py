"""An archive in memory: real articles, quotes and answers, a search that only counts words."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UserError
from bot.store import ArchiveSummary
from retrieval.languages import language_of
from retrieval.models import Answer, Article, Language, Quote, Span
from retrieval.spans import passages
from retrieval.text import tokens

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Sequence

    from bot.links import Place

SEEDS = Path(__file__).parents[2] / "seeds"


def article(body: str, number: int = 1, **more: object) -> Article:
    """An article of which only the text matters, unless told otherwise."""
    fields: dict[str, object] = {
        "id": number,
        "revision": number,
        "language": Language.ENGLISH,
        "body": body,
        "headline": None,
        "outlet": None,
        "url": None,
        "published": None,
        "source": f"{number}.txt",
    }
    return Article(**(fields | more))  # type: ignore[arg-type] - the fields are listed above


def quote(source: Article, text: str, context: str | None = None, **more: object) -> Quote:
    """The place where `text` stands in an article."""
    around = context or text
    return Quote(source, _span(source, text), _span(source, around), **more)  # type: ignore[arg-type] - as in article()


def seeds() -> list[Article]:
    """The seed documents, with an address and a date for some, as the tests need them."""
    qatar, rebels, arabic, lavrov, iran = (
        path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))
    )
    day = date(2024, 12, 10)
    arab = Language.ARABIC
    return [
        article(
            qatar,
            1,
            headline=qatar.partition("\n")[0],
            outlet="The Desk",
            url="https://desk.example/qatar?a=1&b=2",
            published=day,
        ),
        article(rebels, 2),
        article(arabic, 3, language=arab, headline=arabic.strip().partition("\n")[0]),
        article(lavrov, 4, published=date(2024, 12, 7)),
        article(iran, 5),
    ]


class FakeArchive:
    """Answers with the sentences that share most words with the question."""

    def __init__(self, articles: Iterable[Article] = ()) -> None:
        self.articles = list(articles)
        self.asked: list[str] = []
        self.canned: dict[str, Answer] = {}
        self.failures: list[Exception] = []
        self.waits: dict[str, asyncio.Event] = {}

    async def ask(self, question: str, *, limit: int = 3, skip: int = 0) -> Answer:
        self.asked.append(question)
        if self.failures:
            raise self.failures.pop(0)
        if question in self.waits:
            await self.waits[question].wait()
        if question in self.canned:
            return self.canned[question]
        language = language_of(question) or Language.ENGLISH
        found = self._search({word.surface for word in tokens(question) if not word.stop})
        if not found:
            return Answer(question, language, near=tuple(self.articles[:2]))
        shown = found[skip : skip + limit]
        return Answer(question, language, tuple(shown), has_more=len(found) > skip + limit)

    async def reopen(self, places: Sequence[Place]) -> tuple[Quote, ...]:
        stored = {article.revision: article for article in self.articles}
        found = []
        for revision, start, end in places:
            if revision not in stored:
                raise UserError("answer_gone")
            if Span(start, end) not in _sentences(stored[revision].body):
                raise UserError("answer_gone")
            found.append(_in_context(stored[revision], Span(start, end)))
        return tuple(found)

    async def summary(self) -> ArchiveSummary:
        dates = sorted(a.published for a in self.articles if a.published)
        return ArchiveSummary(
            articles=len(self.articles),
            by_language={},
            revisions=len(self.articles),
            passages=0,
            oldest=dates[0] if dates else None,
            newest=dates[-1] if dates else None,
            last_added=None,
        )

    async def example(self, language: Language) -> str | None:
        examples = {Language.ENGLISH: "Who met Hakan Fidan?", Language.ARABIC: "من هو محمد البشير؟"}
        return examples[language] if self.articles else None

    def _search(self, words: set[str]) -> list[Quote]:
        scored = [
            (len(words & found), article, span)
            for article in self.articles
            for span, found in _words(article.body)
        ]
        best = sorted(scored, key=lambda found: -found[0])
        return [_in_context(article, span) for score, article, span in best if score > 1]


@cache
def _words(body: str) -> list[tuple[Span, set[str]]]:
    return [
        (span, {word.surface for word in tokens(body[span.start : span.end])})
        for span in _sentences(body)
    ]


def _in_context(source: Article, span: Span) -> Quote:
    around = next(
        (
            Span(passage.span.start, passage.span.end)
            for passage in passages(source.body)
            if passage.span.start <= span.start and span.end <= passage.span.end
        ),
        span,
    )
    return Quote(source, Span(span.start, span.end), around)


def _span(source: Article, text: str) -> Span:
    start = source.body.index(text)
    return Span(start, start + len(text))


def _sentences(body: str) -> list[Span]:
    return [sentence for passage in passages(body) for sentence in passage.sentences]
