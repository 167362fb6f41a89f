"""What operators alone are told: the feeds, what became of what they sent, and trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.store.batch import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Handed
    from bot.i18n.catalog import Html, Voice
    from bot.store.feeds import Polled

LONGEST = 3_500  # characters, of the 4,096 that a message may have
SHOWN_URL = 200


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
