"""What operators alone are told: figures, the feeds, what became of what they sent, and trouble.

Presses: `z` tries again what was set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.layout import Button, Message
from bot.store.batch import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Handed
    from bot.i18n.catalog import Html, Voice
    from bot.meaning import Standing
    from bot.store.feeds import Polled

LONGEST = 3_500  # characters, of the 4,096 that a message may have
SHOWN_URL = 200
_GIGABYTE = 1_000_000_000
_BYTES = frozenset(("archive_bytes", "disk_free"))
_FIGURES = _BYTES | frozenset(
    """
    update article oldest articles alerts followers waiting digest parked feeds feeds_failing
    """.split()
)


def status(state: dict[str, Any], say: Voice) -> Message:
    """Return the bot's state, with a button to try again what was set aside.

    `update`, `article`, `oldest` are times; `articles`, `alerts`, `followers`, `waiting`, `digest`,
    `parked`, `feeds`, `feeds_failing` numbers; `archive_bytes`, `disk_free` bytes; `meaning` is a
    `bot.meaning.Standing`. What is not known is left out.
    """
    lines: list[str] = [say.html("status")]
    for key, value in state.items():
        if key not in _FIGURES or value is None:
            continue
        shown = f"{value / _GIGABYTE:.1f} GB" if key in _BYTES else value
        lines.append(say.html(f"status_{key}", value=shown))
    if "meaning" in state:
        lines.append(_meaning(state["meaning"], state.get("articles", 0), say))
    if "feeds" in state:
        lines.append("/feeds")
    again = ((Button(say.plain("try_again"), "z:"),),) if state.get("parked") else ()
    return Message("\n".join(lines), again)


def _meaning(standing: Standing, articles: int, say: Voice) -> Html:
    if isinstance(standing, str):
        return say.html(f"status_meaning_{standing}")
    # Articles may have come between the two counts.
    return say.html("status_meaning", n=standing, total=max(articles, standing))


def feeds(every: Sequence[Polled], say: Voice) -> str:
    """Return the feeds with what is wrong with them, those that fail first."""
    if not every:
        return "\n".join((say.html("feeds_none"), say.html("feeds_how")))
    lines: list[str] = [say.html("feeds_listed", n=len(every))]
    room = LONGEST
    ordered = sorted(every, key=lambda each: (each.trouble is None, each.id))
    for number, each in enumerate(ordered):
        line = _feed(each, say)
        room -= len(line) + 1
        if room < 0:
            lines.append(say.html("feeds_more", n=len(every) - number))
            break
        lines.append(line)
    return "\n".join(lines)


def _feed(each: Polled, say: Voice) -> Html:
    url = each.feed.url[:SHOWN_URL]
    if each.state.dead:
        return say.html("feed_dead", url=url, trouble=each.trouble or "?")
    if each.trouble is not None:
        return say.html("feed_failing", url=url, trouble=each.trouble)
    if each.feed.answered is None:
        return say.html("feed_waiting", url=url)
    return say.html("feed_well", url=url, date=each.feed.answered)


def handed(what: Handed, say: Voice) -> str:
    """Return what became of a document or a link, in counts."""
    outcomes = what.tally.outcomes
    counts = {
        "handed_added": outcomes[Outcome.ADDED],
        "handed_updated": outcomes[Outcome.UPDATED],
        "handed_known": outcomes[Outcome.KNOWN],
        "handed_refused": what.tally.refused,
    }
    lines = [str(say.html(key, count=count)) for key, count in counts.items() if count]
    lines += [
        str(say.html("handed_why", where=each.where[-SHOWN_URL:], reason=each.reason))
        for each in what.refusals
    ]
    return "\n".join(lines) or say.html("handed_nothing")


def trouble(key: str, say: Voice, **params: object) -> Html:
    """Return one piece of news for operators."""
    return say.html(f"told_{key}", **params)
