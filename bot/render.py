"""Answers as Telegram shows them: domain values in, HTML and buttons out. Pure.

Quotes are shown whole or not at all. What may be cut is what surrounds them: headlines, context,
the echo of a question.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot import links, surroundings
from bot.i18n.catalog import Html
from bot.layout import (
    HEADLINE_LIMIT,
    MESSAGE_LIMIT,
    Button,
    Keyboard,
    Message,
    cut,
    headline,
    open_button,
    rows,
    units,
)
from retrieval.languages import Language, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.i18n.catalog import Voice
    from bot.store import ArchiveSummary
    from retrieval.models import Answer, Quote

QUOTE_LIMIT = 3000  # a longer passage leaves no room for its source
CONTEXT_LIMIT = 1500
PUBLISHER_LIMIT = 80
ECHO_LIMIT = 200
DESCRIPTION_LIMIT = 150
ALERT_ME = "a:"  # the question stands in the message that was answered


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
    crossing = crosses_at(found, skip)
    for number in range(len(found.quotes), 0, -1):
        shown = found.quotes[:number]
        differ = found.sources_differ and number > 1
        fitted = _fitting(shown, say, header, differ=differ, crossing=crossing)
        if fitted:
            break
    else:
        fitted, shown = None, found.quotes[:1]
    reading = _reading_row(shown, say, fitted)
    if found.has_more or len(shown) < len(found.quotes):
        reading.append(Button(say.plain("more"), f"m:{skip + len(shown)}:"))
    code = code_of(shown)
    verdict = [
        Button(say.plain("helpful"), f"h:{code}"),
        Button(say.plain("not_helpful"), f"n:{code}"),
    ]
    keyboard = rows(reading, verdict, [Button(say.plain("alert_me"), ALERT_ME)])
    return Message(fitted.html if fitted else _too_long(shown[0], say), keyboard)


def reopened(quotes: Sequence[Quote], say: Voice) -> Message:
    """Return an answer that a deep link opens again."""
    for number in range(len(quotes), 0, -1):
        fitted = _fitting(quotes[:number], say, say.html("reopened"))
        if fitted:
            return Message(fitted.html, rows(_reading_row(quotes[:number], say, fitted)))
    return Message(_too_long(quotes[0], say), rows(_reading_row(quotes[:1], say, None)))


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
        lines += [f"{n}) {headline(near, own_line=True)}" for n, near in enumerate(found.near, 1)]
        lines.append("")
    lines.append(say.html("rephrase"))
    return Message("\n".join(lines), ((Button(say.plain("alert_me_if"), ALERT_ME),),))


def context(quotes: Sequence[Quote], say: Voice) -> Message:
    """Return the passages around the quotes, the quotes in bold."""
    return Message(_passages(quotes, say) or _too_long(quotes[0], say))


def card(quote: Quote, question: str, say: Voice, username: str) -> Card | None:
    """Return one quote as an inline result, or None when it does not fit a message."""
    code = code_of([quote])
    asked = say.html("asked", question=cut(question, ECHO_LIMIT))
    crossing = 0 if quote.article.language != (language_of(question) or Language.ENGLISH) else None
    fitted = _fitting([quote], say, asked, crossing=crossing)
    if fitted is None:
        return None
    row = [
        *open_button(quote.article, say),
        Button(say.plain("open_in_bot"), url=f"https://t.me/{username}?start=q_{code}"),
    ]
    return Card(
        code=code,
        title=cut(quote.article.title, HEADLINE_LIMIT),
        description=cut(f"{quote.article.publisher}: {quote.text}", DESCRIPTION_LIMIT),
        message=Message(fitted.html, rows(row)),
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


def about(say: Voice, newsroom: str, summary: ArchiveSummary) -> Html:
    """Return whose archive this is, how large it is and which program reads it."""
    archive = archive_name(say, newsroom)
    lines = [say.html("about", archive=archive, holdings=holdings(say, summary))]
    if summary.oldest and summary.newest and summary.oldest != summary.newest:
        lines.append(say.html("about_period", first=summary.oldest, last=summary.newest))
    lines.append(say.html("about_program"))
    return Html("\n".join(lines))


def slow_down(seconds: int, limit: int, say: Voice) -> Html:
    """Return how fast a reader may ask, and how soon again."""
    pace = say.html("questions_a_minute", n=limit)
    return say.html("slow_down", limit=pace, wait=say.html("go_on_in", n=seconds))


def slow_press(seconds: int, say: Voice) -> Html:
    """Return that answers were opened too fast, and how soon it goes on."""
    return say.html("slow_press", wait=say.html("go_on_in", n=seconds))


def code_of(quotes: Sequence[Quote]) -> str:
    """Return the code by which `archive.reopen` finds these quotes again."""
    return links.encode(
        [links.Place(quote.article.revision, quote.span.start, quote.span.end) for quote in quotes]
    )


def opening(found: Answer, say: Voice, skip: int = 0) -> Html:
    """Return the line above the quotes: where they were found, or that they cross languages."""
    if skip:
        return say.html("more_found")
    if _all_cross(found):
        return say.html(f"nothing_in_{found.language}")
    articles = {article.id for quote in found.quotes for article in (quote.article, *quote.also)}
    return say.html("found", n=len(articles))


def crosses_at(found: Answer, skip: int = 0) -> int | None:
    """Return where the first quote of the other language stands, from 0.

    None where there is none, or where the opening says already that they all are.
    """
    if not skip and _all_cross(found):
        return None
    others = (at for at, q in enumerate(found.quotes) if q.article.language != found.language)
    return next(others, None)


def crossing_line(quote: Quote, say: Voice) -> Html:
    """Return what stands above the first quote in the other language."""
    return say.html(f"crossing_{quote.article.language}")


def _all_cross(found: Answer) -> bool:
    """Return whether nothing was found in the question's language; what More shows may be in it."""
    return not found.has_more and all(
        quote.article.language != found.language for quote in found.quotes
    )


class _Fitted(NamedTuple):
    """An answer's text, and whether the first quote's passage is in it."""

    html: str
    context: bool


def _fitting(
    quotes: Sequence[Quote],
    say: Voice,
    header: Html,
    *,
    differ: bool = False,
    crossing: int | None = None,
) -> _Fitted | None:
    """Return the answer's text with context, else without, or None when it is too long."""
    if any(units(html.escape(quote.text)) > QUOTE_LIMIT for quote in quotes):
        return None
    first = quotes[0]
    lines: list[str] = [header]
    if crossing == 0:
        lines.append(crossing_line(first, say))
    lines += [f"<blockquote>{html.escape(first.text)}</blockquote>", attribution(first, say)]
    if differ:
        lines.append(say.html("sources_differ"))
    for number, quote in enumerate(quotes[1:], 2):
        if crossing == number - 1:
            lines.append(crossing_line(quote, say))
        told = any(quote.article.id == earlier.article.id for earlier in quotes[: number - 1])
        source = say.html("also_there", number=number) if told else attribution(quote, say, number)
        lines.append(source)
        lines.append(f"<blockquote expandable>{html.escape(quote.text)}</blockquote>")
    fits = [_Fitted("\n".join(lines), context=False)]
    if surroundings.first_adds(quotes):
        passage = surroundings.marked(
            [quotes[index] for index in surroundings.together(quotes)[0]], CONTEXT_LIMIT
        )
        lines += [say.html("context"), f"<blockquote expandable>{passage}</blockquote>"]
        fits.insert(0, _Fitted("\n".join(lines), context=True))
    return next((fitted for fitted in fits if units(fitted.html) <= MESSAGE_LIMIT), None)


def _passages(quotes: Sequence[Quote], say: Voice) -> str | None:
    """Return each passage once, under its title, or None when the quotes are too long."""
    for limit in (CONTEXT_LIMIT, CONTEXT_LIMIT // 3, 0):
        parts: list[str] = []
        for group in surroundings.together(quotes):
            article = quotes[group[0]].article
            title = say.html(
                "context_of",
                n=len(group),
                numbers=tuple(index + 1 for index in group),
                publisher=cut(article.publisher, PUBLISHER_LIMIT),
                headline=headline(article),
            )
            passage = surroundings.marked([quotes[index] for index in group], limit)
            parts += [title, f"<blockquote>{passage}</blockquote>"]
        text = "\n".join(parts)
        if units(text) <= MESSAGE_LIMIT:
            return text
    return None


def _too_long(quote: Quote, say: Voice) -> Html:
    return say.html("too_long", headline=headline(quote.article))


def attribution(quote: Quote, say: Voice, number: int = 1) -> Html:
    """Return who said it, when, in which language, under which headline, and who else has it."""
    article = quote.article
    key = "source" if number == 1 else "also"
    params: dict[str, object] = {
        "publisher": cut(article.publisher, PUBLISHER_LIMIT),
        "language": say.html(f"language_{article.language}"),
        "headline": headline(article),
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


def _searched(say: Voice, summary: ArchiveSummary) -> Html:
    first, last = summary.oldest, summary.newest
    if first is None or last is None or first == last:
        return say.html("searched", n=summary.articles)
    return say.html("searched_period", n=summary.articles, first=first, last=last)


def _reading_row(quotes: Sequence[Quote], say: Voice, fitted: _Fitted | None) -> list[Button]:
    """Return Open, and Context where it would show what the message does not."""
    row = open_button(quotes[0].article, say)
    adds = fitted is None or surroundings.unseen(quotes, first_shown=fitted.context)
    if adds and _passages(quotes, say):
        row.append(Button(say.plain("context_button"), f"c:{code_of(quotes)}"))
    return row
