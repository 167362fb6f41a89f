"""The passages around quotes: which quotes share one, how it is shown, what it adds. Pure."""

from __future__ import annotations

import html
from itertools import pairwise
from typing import TYPE_CHECKING

from retrieval.models import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retrieval.models import Quote


def together(quotes: Sequence[Quote]) -> list[list[int]]:
    """Return the indexes of the quotes, those of one passage together, in the quotes' order."""
    groups: list[list[int]] = []
    for index, quote in enumerate(quotes):
        shared = (group for group in groups if _same_passage(quotes[group[0]], quote))
        group = next(shared, None)
        if group is None:
            groups.append([index])
        else:
            group.append(index)
    return groups


def marked(quotes: Sequence[Quote], limit: int) -> str:
    """Return the one passage of these quotes in HTML, each quote whole and bold.

    The rest is cut so that all of it has about `limit` characters.
    """
    body, around = quotes[0].article.body, quotes[0].context_span
    spans = list(_apart(quote.span for quote in quotes))
    room = max(limit - sum(span.end - span.start for span in spans), 0) // (len(spans) + 1)
    start = min(around.start, spans[0].start)
    shown = [html.escape(_tail(body[start : spans[0].start], room))]
    for span, following in pairwise(spans):
        shown += [_bold(body, span), html.escape(_ends(body[span.end : following.start], room))]
    after = body[spans[-1].end : max(around.end, spans[-1].end)]
    shown += [_bold(body, spans[-1]), html.escape(_head(after, room))]
    return "".join(shown)


def unseen(quotes: Sequence[Quote], *, first_shown: bool) -> bool:
    """Return whether a passage has words besides the quotes, and the first passage if shown."""
    return any(_adds(quote, quotes, first_shown=first_shown) for quote in quotes)


def first_adds(quotes: Sequence[Quote]) -> bool:
    """Return whether the first quote's passage has words besides the quotes."""
    return _adds(quotes[0], quotes, first_shown=False)


def _adds(quote: Quote, quotes: Sequence[Quote], *, first_shown: bool) -> bool:
    seen = [other.span for other in quotes if other.article == quote.article]
    if first_shown and quotes[0].article == quote.article:
        seen.append(quotes[0].context_span)
    body, (at, end) = quote.article.body, quote.context_span
    for span in sorted(seen):
        if body[at : min(span.start, end)].strip():
            return True
        at = max(at, span.end)
    return bool(body[at:end].strip())


def _same_passage(one: Quote, other: Quote) -> bool:
    return one.context_span == other.context_span and one.article == other.article


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, without what an earlier one holds already."""
    end = 0
    for span in sorted(spans):
        if span.end > end:
            yield Span(max(span.start, end), span.end)
            end = span.end


def _bold(body: str, span: Span) -> str:
    return f"<b>{html.escape(body[span.start : span.end])}</b>"


def _tail(text: str, room: int) -> str:
    return text if len(text) <= room else "…" + text[len(text) - room :].partition(" ")[2]


def _head(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room].rpartition(" ")[0] + "…"


def _ends(text: str, room: int) -> str:
    """Return what stands between two quotes, cut in its middle."""
    if len(text) <= room or not text.strip():
        return text
    half = room // 2
    return f"{text[:half].rpartition(' ')[0]} … {text[len(text) - half :].partition(' ')[2]}"
