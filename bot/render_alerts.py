"""Alerts as Telegram shows them: what arrives, what was saved, and what can be changed. Pure.

Presses: `o` opens an alert's card, `i` the list, `g` changes one thing of an alert, `f` asks for
other words, `d` deletes, `u` mutes from under an alert, `v` shows its card, `q` the rest of a
digest.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, NamedTuple

from bot import zones
from bot.i18n.catalog import Html, isolated
from bot.layout import (
    HEADLINE_LIMIT,
    MESSAGE_LIMIT,
    Button,
    Message,
    cut,
    headline,
    open_button,
    rows,
    units,
)
from bot.render import PUBLISHER_LIMIT, QUOTE_LIMIT
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bot.forecast import Forecast
    from bot.hours import Rhythm
    from bot.i18n.catalog import Voice
    from bot.layout import Keyboard
    from bot.store.following import Alert
    from retrieval.models import Article

QUERY_LIMIT = 200
MOST_MARKS = 60  # Telegram takes about a hundred entities
DIGEST_HEADLINES = 10
PAGE = 10  # alerts of a list, a button each
IN_A_ROW = 5
EVERYTHING = "*"


class Told(NamedTuple):
    """One story of a digest, and the alert that asked for it."""

    article: Article
    query: str
    also: int = 0


class Channel(NamedTuple):
    """A channel whose alerts are managed from a private chat: its number, and what it is called."""

    number: int
    name: str  # with its @, or the title where it has none


def alert(
    article: Article,
    quote_start: int,
    quote_end: int,
    marks: Sequence[tuple[int, int]],
    *,
    alert_query: str,
    also: int,
    corrected: bool,
    say: Voice,
    number: int,
) -> Message:
    """Return an alert: the sentence that matched, its matched words bold, and where it stands.

    Marks count from the sentence's start. `quote_end` 0 means that the headline matched.
    """
    lines: list[str] = [say.html("alert_of", query=name(alert_query, say))]
    lines.append(headline(article, own_line=True))
    quote = article.body[quote_start:quote_end]
    if quote:
        if units(html.escape(quote)) > QUOTE_LIMIT:
            lines.append(say.html("alert_too_long"))
        else:
            lines.append(f"<blockquote>{marked(quote, marks)}</blockquote>")
    lines.append(_attribution(article, say))
    if also:
        lines.append(say.html("also_in", n=also))
    if corrected:
        lines.append(say.html("alert_corrected"))
    keyboard = (*rows(open_button(article, say)), *mute_row(number, say))
    return Message("\n".join(lines), keyboard)


def digest(
    items: Sequence[Told], more: int, say: Voice, *, skip: int = 0, number: int | None = None
) -> Message:
    """Return a digest of at most ten headlines, grouped by alert; the rest behind a button.

    `more` is how many there are beyond `items`, `skip` how many were shown before. `number` is that
    of the digest's own message, where this is another.
    """
    shown = items[:DIGEST_HEADLINES]
    left = more + len(items) - len(shown)
    title = say.html("digest_rest") if skip else say.html("digest_of", n=len(shown) + left)
    for limit in (HEADLINE_LIMIT, HEADLINE_LIMIT // 2, HEADLINE_LIMIT // 5):
        text = "\n".join([title, *_digest_lines(shown, say, skip, limit)])
        if units(text) <= MESSAGE_LIMIT:
            break
    rest = f"q:{skip + len(shown)}" + (f":{number}" if number else "")
    button = [Button(say.plain("digest_more", n=left), rest)] if left else []
    return Message(text, rows(button))


def receipt(
    saved: Alert,
    forecast: Forecast,
    say: Voice,
    *,
    usual: Rhythm | None,
    changed: bool = False,
    channel: Channel | None = None,
) -> Message:
    """Return what was saved and what it would have brought.

    `usual` are the hours of a chat that never chose its own: they are told, so that nobody waits.
    `channel` is the alert's, where it is managed from elsewhere.
    """
    key = "alert_changed" if changed else "alert_saved"
    lines: list[str] = [say.html(key, query=name(saved.query, say)), *_of(channel, say)]
    if forecast.count:
        lines.append(say.html("would_have", n=forecast.count))
        lines += _numbered(forecast.latest)
    else:
        lines.append(say.html("would_have_none"))
    if forecast.busy:
        lines.append(say.html("busy", n=round(forecast.a_day)))
    if usual is not None and usual.quiet_from != usual.quiet_until:
        lines.append(
            say.html(
                "hours_note_channel" if channel else "hours_note",
                start=Html(clock(usual.quiet_from)),
                end=Html(clock(usual.quiet_until)),
                city=zones.city(usual.zone.key, say.language),
            )
        )
    rhythm = [] if saved.digest else [Button(say.plain("digest_instead"), f"g:{saved.id}:digest")]
    change = [
        Button(say.plain("edit"), f"f:{saved.id}"),
        Button(say.plain("delete"), f"d:{saved.id}"),
    ]
    return Message("\n".join(lines), rows([*rhythm, *change]))


def listed(
    alerts: Sequence[Alert],
    say: Voice,
    now: datetime,
    page: int = 0,
    *,
    channel: Channel | None = None,
) -> Message:
    """Return the alerts of a place, or of a channel elsewhere, ten a page, with a button each."""
    lines = _of(channel, say)
    if not alerts and channel:
        return Message("\n".join([*lines, say.html("alerts_none")]))
    if not alerts:
        new = Button(say.plain("create_alert"), "a:new")
        return Message(say.html("alerts_none"), ((new,),))
    pages = (len(alerts) - 1) // PAGE + 1
    page = min(max(page, 0), pages - 1)
    shown = list(enumerate(alerts, 1))[page * PAGE : (page + 1) * PAGE]
    lines.append(say.html("alerts_here", n=len(alerts)))
    lines += [_listed(number, each, say, now) for number, each in shown]
    buttons = [Button(str(number), f"o:{each.id}") for number, each in shown]
    turning = [
        Button(say.plain(key), f"i:{to}" + (f":{channel.number}" if channel else ""))
        for key, to in (("earlier", page - 1), ("later", page + 1))
        if 0 <= to < pages
    ]
    return Message("\n".join(lines), rows(buttons[:IN_A_ROW], buttons[IN_A_ROW:], turning))


def card(
    shown: Alert, say: Voice, rhythm: Rhythm, now: datetime, where: int | None = None
) -> Message:
    """Return one alert, and everything that can be changed about it.

    `where` is the chat in which it is shown, if that may be another than its own.
    """
    lines: list[str] = [say.html("alert_of", query=name(shown.query, say))]
    coverage = f"coverage_{shown.language}" if shown.language else "coverage_both"
    lines.append(say.html(coverage))
    if shown.digest:
        lines.append(say.html("delivery_digest", time=Html(clock(rhythm.digest_at))))
    else:
        lines.append(say.html("delivery_at_once"))
    muted = _muted(shown, now)
    if shown.paused:
        lines.append(say.html("alert_paused"))
    elif muted:
        lines.append(say.html("alert_muted", date=muted))

    def change(key: str, what: str) -> Button:
        return Button(say.plain(key), f"g:{shown.id}:{what}")

    return Message(
        "\n".join(lines),
        rows(
            [
                change("resume", "resume") if shown.paused else change("pause", "pause"),
                change("unmute", "unmute") if muted else change("mute", "mute"),
            ],
            [
                change("at_once", "now") if shown.digest else change("digest_instead", "digest"),
                change("coverage_button", "language"),
            ],
            [
                Button(say.plain("edit"), f"f:{shown.id}"),
                Button(say.plain("delete"), f"d:{shown.id}"),
                list_button(shown, say, where),
            ],
        ),
    )


def languages(shown: Alert, say: Voice) -> Message:
    """Return the choice of the coverage that an alert is for."""
    choices = [
        Button(say.plain(key), f"g:{shown.id}:{what}")
        for key, what in (("both_languages", "both"), ("only_ar", "ar"), ("only_en", "en"))
    ]
    back = [Button(say.plain("back"), f"o:{shown.id}")]
    text = say.html("coverage_ask", query=name(shown.query, say))
    return Message(text, rows(choices, back))


def deletion(shown: Alert, say: Voice) -> Message:
    """Return the question whether an alert is to be deleted."""
    yes = Button(say.plain("delete"), f"d:{shown.id}:yes")
    no = Button(say.plain("keep"), f"o:{shown.id}")
    return Message(say.html("delete_ask", query=name(shown.query, say)), ((yes, no),))


def list_button(shown: Alert, say: Voice, where: int | None = None) -> Button:
    """Return the way back to the list that an alert is in, from the chat where it is shown."""
    own = shown.address.chat_id
    return Button(say.plain("all_alerts"), "i:0" if where in {None, own} else f"i:0:{own}")


def mute_row(number: int, say: Voice) -> Keyboard:
    """Return the buttons under an alert that quiet it, or change it."""
    return ((Button(say.plain("mute"), f"u:{number}"), _edit_alert(number, say)),)


def unmute_row(number: int, say: Voice) -> Keyboard:
    """Return the same for an alert that is muted."""
    return ((Button(say.plain("unmute"), f"u:{number}:off"), _edit_alert(number, say)),)


def name(query: str, say: Voice) -> str:
    """Return what an alert is called: its words, or that it is for everything."""
    return say.plain("everything") if query == EVERYTHING else cut(query, QUERY_LIMIT)


def marked(quote: str, marks: Sequence[tuple[int, int]]) -> str:
    """Return a quote as Telegram's HTML, character for character, with the marks bold."""
    parts: list[str] = []
    at = 0
    for begin, end in sorted(marks)[:MOST_MARKS]:
        start, stop = max(begin, at), min(end, len(quote))
        if start < stop:
            bold = f"<b>{html.escape(quote[start:stop])}</b>"
            parts += [html.escape(quote[at:start]), bold]
            at = stop
    return "".join(parts) + html.escape(quote[at:])


def clock(minute: int) -> str:
    """Return a time of day, 07:05, from minutes after midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _of(channel: Channel | None, say: Voice) -> list[str]:
    return [say.html("channel_of", channel=channel.name)] if channel else []


def _edit_alert(number: int, say: Voice) -> Button:
    return Button(say.plain("edit_alert"), f"v:{number}")


def _digest_lines(shown: Sequence[Told], say: Voice, skip: int, limit: int) -> Iterator[str]:
    number = skip
    for query in dict.fromkeys(each.query for each in shown):
        yield say.html("digest_alert", query=cut(name(query, say), limit))
        for each in shown:
            if each.query == query:
                number += 1
                outlet = isolated(cut(each.article.publisher, limit // 4))
                yield f"{number}) {headline(each.article, own_line=True, limit=limit)} ({outlet})"


def _numbered(articles: Sequence[Article]) -> list[str]:
    return [f"{n}) {headline(each, own_line=True)}" for n, each in enumerate(articles, 1)]


def _attribution(article: Article, say: Voice) -> Html:
    params: dict[str, object] = {
        "publisher": cut(article.publisher, PUBLISHER_LIMIT),
        "language": say.html(f"language_{article.language}"),
    }
    if article.published is None:
        return say.html("alert_source_undated", **params)
    return say.html("alert_source", date=article.published, **params)


def _listed(number: int, each: Alert, say: Voice, now: datetime) -> str:
    if each.paused:
        state = f" – {say.html('state_paused')}"
    elif _muted(each, now):
        state = f" – {say.html('state_muted')}"
    elif each.digest:
        state = f" – {say.html('state_digest')}"
    else:
        state = ""
    return say.html("alert_line", number=number, query=name(each.query, say), state=Html(state))


def _muted(each: Alert, now: datetime) -> datetime | None:
    until = each.muted_until
    return until if until is not None and until > now else None


ONLY = {"both": None, **{language.value: language for language in Language}}  # of `g:…:` presses
