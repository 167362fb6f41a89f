"""A chat's settings and its own data, as Telegram shows them. Pure.

Presses: `w:` opens the settings, `w:zone` and the like a choice, `w:zone=Asia/Beirut` makes it;
`y` deletes everything, or keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import zones
from bot.habits import DAILY_CAP, NO_CAP
from bot.i18n.catalog import Html
from bot.layout import Button, Message, cut, rows
from bot.render_alerts import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.hours import Rhythm
    from bot.i18n.catalog import Voice
    from bot.store.following import Wishes

CAPS = (10, 20, 50, NO_CAP)
# Minutes after midnight: none, and three usual nights.
QUIET = ((0, 0), (21 * 60, 7 * 60), (22 * 60, 7 * 60), (23 * 60, 8 * 60))
DIGESTS = tuple(hour * 60 for hour in (6, 7, 8, 9, 12, 16, 18, 20))
ZONE_LIMIT = 60
EXAMPLE = "Asia/Beirut"
_IN_A_ROW = 4
_CHOSEN = "✓ "


def settings(wishes: Wishes, rhythm: Rhythm, say: Voice, now: datetime) -> Message:
    """Return when and how a chat hears of its alerts, and buttons to change it."""
    local = now.astimezone(rhythm.zone)
    lines: list[str] = [
        say.html("settings"),
        say.html(
            "set_zone",
            city=zones.city(rhythm.zone.key, say.language),
            time=Html(clock(local.hour * 60 + local.minute)),
        ),
        _quiet(rhythm, say),
        say.html("set_digest", time=Html(clock(rhythm.digest_at))),
    ]
    cap = _cap(wishes)
    lines.append(say.html("set_cap_none") if cap == NO_CAP else say.html("set_cap", n=cap))
    lines.append(say.html("set_silent" if wishes.silent else "set_sound"))
    silence = ("sound_on", "w:silent=0") if wishes.silent else ("sound_off", "w:silent=1")
    buttons = [
        ("zone_button", "w:zone"),
        ("quiet_button", "w:quiet"),
        ("digest_button", "w:digest"),
        ("cap_button", "w:cap"),
        silence,
        ("language_button", "w:language"),
    ]
    row = [Button(say.plain(key), data) for key, data in buttons]
    return Message("\n".join(lines), rows(row[:2], row[2:4], row[4:]))


def zone_choice(rhythm: Rhythm, say: Voice) -> Message:
    """Return a dozen cities, and how to name another place."""
    cities = [(zones.city(each, say.language), each) for each in zones.CITIES]
    buttons = [_choice(label, f"zone={each}", each == rhythm.zone.key) for label, each in cities]
    return Message(_ask_zone(say), _fours(buttons))


def zone_unknown(text: str, near: Sequence[str], say: Voice) -> Message:
    """Return that a zone is not known, and which names look like it."""
    lines = [say.html("zone_unknown", zone=cut(text, ZONE_LIMIT))]
    lines.append(say.html("zone_near") if near else _ask_zone(say))
    cities = [(zones.city(each, say.language), each) for each in near]
    buttons = [_choice(f"{city} ({zone})", f"zone={zone}") for city, zone in cities]
    return Message("\n".join(lines), rows(*([each] for each in buttons)))


def quiet_choice(rhythm: Rhythm, say: Voice) -> Message:
    """Return the usual nights."""
    now = (rhythm.quiet_from, rhythm.quiet_until)
    buttons = [
        _choice(_night(each, say), f"quiet={each[0]}-{each[1]}", _same(each, now)) for each in QUIET
    ]
    return Message(say.html("quiet_ask"), rows(buttons[:2], buttons[2:], [_back(say)]))


def digest_choice(rhythm: Rhythm, say: Voice) -> Message:
    """Return hours for the digest."""
    buttons = [_choice(clock(each), f"digest={each}", each == rhythm.digest_at) for each in DIGESTS]
    return Message(say.html("digest_ask"), (*_fours(buttons), (_back(say),)))


def cap_choice(wishes: Wishes, say: Voice) -> Message:
    """Return how many alerts a day may come one by one."""
    labels = [(say.plain("no_cap") if each == NO_CAP else str(each), each) for each in CAPS]
    buttons = [_choice(label, f"cap={each}", each == _cap(wishes)) for label, each in labels]
    return Message(say.html("cap_ask"), (*_fours(buttons), (_back(say),)))


def forgetting(alerts: int, say: Voice) -> Message:
    """Return the question whether everything is to be deleted."""
    yes = Button(say.plain("forget_yes"), "y:yes")
    no = Button(say.plain("forget_no"), "y:no")
    asked = say.html("forget_ask", n=alerts) if alerts else say.html("forget_ask_none")
    return Message(asked, ((yes, no),))


def _ask_zone(say: Voice) -> Html:
    return say.html("zone_ask", example=EXAMPLE)


def _cap(wishes: Wishes) -> int:
    return DAILY_CAP if wishes.daily_cap is None else wishes.daily_cap


def _quiet(rhythm: Rhythm, say: Voice) -> str:
    if rhythm.quiet_from == rhythm.quiet_until:
        return say.html("set_quiet_none")
    start, end = Html(clock(rhythm.quiet_from)), Html(clock(rhythm.quiet_until))
    return say.html("set_quiet", start=start, end=end)


def _night(hours: tuple[int, int], say: Voice) -> str:
    start, end = hours
    if start == end:
        return say.plain("no_quiet")
    return say.plain("night", start=Html(clock(start)), end=Html(clock(end)))


def _same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one == other or (one[0] == one[1] and other[0] == other[1])


def _choice(label: str, data: str, chosen: bool = False) -> Button:  # noqa: FBT001, FBT002 - chosen or not
    return Button(_CHOSEN * chosen + label, f"w:{data}")


def _back(say: Voice) -> Button:
    return Button(say.plain("back"), "w:")


def _fours(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + _IN_A_ROW]) for at in range(0, len(buttons), _IN_A_ROW))
