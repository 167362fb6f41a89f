"""An answer as JSON: what `ask --json` and `ask --batch` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.models import Answer, Article, Quote


def answer_record(answer: Answer, elapsed_ms: float) -> dict[str, Any]:
    """Return an answer in plain types; offsets count characters of the stored text."""
    return {
        "question": answer.question,
        "language": answer.language.value,
        "answered": answer.answered,
        "elapsed_ms": round(elapsed_ms, 2),
        "quotes": [_quote(quote) for quote in answer.quotes],
        "near": [{"id": article.id, "title": article.title} for article in answer.near],
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "text": quote.text,
        "start": quote.span.start,
        "end": quote.span.end,
        "score": round(quote.score, 4),
        "article": _article(quote.article),
        "also": [_article(article) for article in quote.also],
    }


def _article(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.publisher,
        "url": article.url,
        "published": article.published.isoformat() if article.published else None,
        "language": article.language.value,
    }
