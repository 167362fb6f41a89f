"""Answers as Telegram shows them: domain values in, HTML and buttons out. Pure.

Quotes are shown whole or not at all. What may be cut is what surrounds them: headlines, context,
the echo of a question.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import links
from bot.i18n.catalog import Html, isolated, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.i18n.catalog import Voice
    from bot.store import ArchiveSummary
    from retrieval.models import Answer, Article, Quote

MESSAGE_LIMIT = 4096  # UTF-16 units after parsing
QUOTE_LIMIT = 3000  # a longer passage leaves no room for its source
CONTEXT_LIMIT = 1500
HEADLINE_LIMIT = 200
PUBLISHER_LIMIT = 80
ECHO_LIMIT = 200
DESCRIPTION_LIMIT = 150
URL_LIMIT = 2048

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Button:
    """A press comes back as `data` (at most 64 bytes), or opens `url`."""

    label: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What one Telegram message holds."""

    html: str
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One result of an inline query."""

    code: str
    title: str
    description: str
    message: Message


def answer(found: Answer, say: Voice, *, skip: int = 0) -> Message:
    """Return an answer with quotes, of which `skip` were shown before."""
    header = opening(found, say, skip)
    for number in range(len(found.quotes), 0, -1):
        shown = found.quotes[:number]
        text = _fitting(shown, say, header, differ=found.sources_differ and number > 1)
        if text:
            break
    else:
        shown = found.quotes[:1]
        text = say.html("too_long", headline=_headline(shown[0].article))
    return Message(text, _answer_keyboard(found, shown, say, skip))


def reopened(quotes: Sequence[Quote], say: Voice) -> Message:
    """Return an answer that a deep link opens again."""
    for number in range(len(quotes), 0, -1):
        text = _fitting(quotes[:number], say, say.html("reopened"))
        if text:
            return Message(text, _rows(_reading_row(quotes[:number], say)))
    text = say.html("too_long", headline=_headline(quotes[0].article))
    return Message(text, _rows(_reading_row(quotes[:1], say)))


def refusal(found: Answer, say: Voice, summary: ArchiveSummary) -> Message:
    """Return "I found no answer", what was searched, and the nearest headlines."""
    if not summary.articles:
        return Message(say.html("archive_empty"))
    lines: list[str] = [
        say.html("no_answer", question=cut(found.question, ECHO_LIMIT)),
        _searched(say, summary),
    ]
    if found.near:
        lines += ["", say.html("near")]
        # Not isolated: a line's direction is that of its first strong letter, its own.
        lines += [f"{n}) {_headline(near, own_line=True)}" for n, near in enumerate(found.near, 1)]
        lines.append("")
    lines.append(say.html("rephrase"))
    return Message("\n".join(lines))


def context(quotes: Sequence[Quote], say: Voice) -> Message:
    """Return the passages around the quotes, the quotes in bold."""
    for limit in (CONTEXT_LIMIT, CONTEXT_LIMIT // 3, 0):
        parts: list[str] = []
        for number, quote in enumerate(quotes, 1):
            passage = f"<blockquote>{_passage(quote, limit)}</blockquote>"
            parts += [_context_title(quote, number, say), passage]
        text = "\n".join(parts)
        if units(text) <= MESSAGE_LIMIT:
            return Message(text)
    return Message(say.html("too_long", headline=_headline(quotes[0].article)))


def card(quote: Quote, question: str, say: Voice, username: str) -> Card | None:
    """Return one quote as an inline result, or None when it does not fit a message."""
    code = code_of([quote])
    asked = say.html("asked", question=cut(question, ECHO_LIMIT))
    text = _fitting([quote], say, asked)
    if text is None:
        return None
    row = [
        *_open_button(quote.article, say),
        Button(say.plain("open_in_bot"), url=f"https://t.me/{username}?start=q_{code}"),
    ]
    return Card(
        code=code,
        title=cut(quote.article.title, HEADLINE_LIMIT),
        description=cut(f"{quote.article.publisher}: {quote.text}", DESCRIPTION_LIMIT),
        message=Message(text, _rows(row)),
    )


def reasons(code_id: int, say: Voice) -> Keyboard:
    """Return the buttons that ask what was wrong with an answer."""
    kinds = ("source", "sentence", "old", "other")
    buttons = [Button(say.plain(f"reason_{kind}"), f"r:{code_id}:{kind}") for kind in kinds]
    return (tuple(buttons[:2]), tuple(buttons[2:]))


def archive_name(say: Voice, newsroom: str) -> Html:
    """Return "{newsroom}'s archive", or "this archive" where the newsroom has no name."""
    return say.html("archive_named", newsroom=newsroom) if newsroom else say.html("archive_here")


def holdings(say: Voice, summary: ArchiveSummary) -> Html:
    """Return how many articles there are and up to when."""
    if summary.newest is None:
        return say.html("holdings", n=summary.articles)
    return say.html("holdings_until", n=summary.articles, date=summary.newest)


def code_of(quotes: Sequence[Quote]) -> str:
    """Return the code by which `archive.reopen` finds these quotes again."""
    return links.encode(
        [links.Place(quote.article.revision, quote.span.start, quote.span.end) for quote in quotes]
    )


def units(markup: str) -> int:
    """Return how long Telegram finds a text: its UTF-16 units after parsing."""
    return len(plain(markup).encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters, cut between words where it can be."""
    line = " ".join(text[: limit * 4].split())
    if len(line) <= limit:
        return line
    return (line[:limit].rpartition(" ")[0] or line[: limit - 1]) + "…"


def openable(url: str | None) -> bool:
    """Return whether Telegram takes this address for a button."""
    if not url or len(url) > URL_LIMIT or re.search(r"[\s\x00-\x1f<>\"]", url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(host))


def opening(found: Answer, say: Voice, skip: int = 0) -> Html:
    """Return the line above the quotes: where they were found, or that they cross languages."""
    if skip:
        return say.html("more_found")
    if all(quote.article.language != found.language for quote in found.quotes):
        return say.html(f"nothing_in_{found.language}")
    articles = {article.id for quote in found.quotes for article in (quote.article, *quote.also)}
    return say.html("found", n=len(articles))


def _fitting(
    quotes: Sequence[Quote], say: Voice, header: Html, *, differ: bool = False
) -> str | None:
    """Return the answer's text with context, else without, or None when it is too long."""
    if any(units(html.escape(quote.text)) > QUOTE_LIMIT for quote in quotes):
        return None
    first = quotes[0]
    lines = [header, f"<blockquote>{html.escape(first.text)}</blockquote>", attribution(first, say)]
    if differ:
        lines.append(say.html("sources_differ"))
    for number, quote in enumerate(quotes[1:], 2):
        told = any(quote.article.id == earlier.article.id for earlier in quotes[: number - 1])
        source = say.html("also_there", number=number) if told else attribution(quote, say, number)
        lines.append(source)
        lines.append(f"<blockquote expandable>{html.escape(quote.text)}</blockquote>")
    texts = ["\n".join(lines)]
    if _has_context(first):
        passage = f"<blockquote expandable>{_passage(first, CONTEXT_LIMIT)}</blockquote>"
        texts.insert(0, "\n".join([*lines, say.html("context"), passage]))
    return next((text for text in texts if units(text) <= MESSAGE_LIMIT), None)


def attribution(quote: Quote, say: Voice, number: int = 1) -> Html:
    """Return who said it, when, in which language, under which headline, and who else has it."""
    article = quote.article
    key = "source" if number == 1 else "also"
    params: dict[str, object] = {
        "publisher": cut(article.publisher, PUBLISHER_LIMIT),
        "language": say.html(f"language_{article.language}"),
        "headline": _headline(article),
    }
    if number > 1:
        params["number"] = number
    if article.published is None:
        line = say.html(f"{key}_undated", **params)
    else:
        line = say.html(key, date=article.published, **params)
    if quote.also:
        line = Html(f"{line}\n{say.html('also_in', n=len(quote.also))}")
    return line


def _headline(article: Article, *, own_line: bool = False) -> Html:
    title = cut(article.title, HEADLINE_LIMIT)
    shown = html.escape(title) if own_line else isolated(title)
    if openable(article.url):
        shown = f'<a href="{html.escape(article.url or "")}">{shown}</a>'
    return Html(f"<b>{shown}</b>")


def _context_title(quote: Quote, number: int, say: Voice) -> Html:
    publisher = cut(quote.article.publisher, PUBLISHER_LIMIT)
    headline = _headline(quote.article)
    return say.html("context_of", number=number, publisher=publisher, headline=headline)


def _has_context(quote: Quote) -> bool:
    return quote.context.strip() != quote.text.strip()


def _passage(quote: Quote, limit: int) -> str:
    """Return the passage with its quote whole and bold, the rest cut to `limit` characters."""
    body, around, inside = quote.article.body, quote.context_span, quote.span
    room = max(limit - len(quote.text), 0) // 2
    before = body[min(around.start, inside.start) : inside.start]
    after = body[inside.end : max(around.end, inside.end)]
    if len(before) > room:
        before = "…" + before[len(before) - room :].partition(" ")[2]
    if len(after) > room:
        after = after[:room].rpartition(" ")[0] + "…"
    return f"{html.escape(before)}<b>{html.escape(quote.text)}</b>{html.escape(after)}"


def _searched(say: Voice, summary: ArchiveSummary) -> Html:
    first, last = summary.oldest, summary.newest
    if first is None or last is None or first == last:
        return say.html("searched", n=summary.articles)
    return say.html("searched_period", n=summary.articles, first=first, last=last)


def _answer_keyboard(found: Answer, shown: Sequence[Quote], say: Voice, skip: int) -> Keyboard:
    code = code_of(shown)
    reading = _reading_row(shown, say)
    if found.has_more or len(shown) < len(found.quotes):
        reading.append(Button(say.plain("more"), f"m:{skip + len(shown)}:"))
    verdict = [
        Button(say.plain("helpful"), f"h:{code}"),
        Button(say.plain("not_helpful"), f"n:{code}"),
    ]
    return _rows(reading, verdict)


def _reading_row(quotes: Sequence[Quote], say: Voice) -> list[Button]:
    row = _open_button(quotes[0].article, say)
    if any(_has_context(quote) for quote in quotes):
        row.append(Button(say.plain("context_button"), f"c:{code_of(quotes)}"))
    return row


def _open_button(article: Article, say: Voice) -> list[Button]:
    return [Button(say.plain("open"), url=article.url)] if openable(article.url) else []


def _rows(*rows: Sequence[Button]) -> Keyboard:
    return tuple(tuple(row) for row in rows if row)
