"""What a chat wants where it never said: hours, digest, daily limit. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot import zones
from bot.hours import Rhythm

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.following import Wishes

QUIET_FROM, QUIET_UNTIL = 22 * 60, 7 * 60  # minutes from midnight
DIGEST_AT = 8 * 60
DAILY_CAP = 20
NO_CAP = 0
REMEMBERED = 10_000  # an article may concern as many chats, of few different wishes


def rhythm_of(wishes: Wishes, usual_zone: str) -> Rhythm:
    """Return when a chat of these wishes may be written to."""
    return _rhythm(
        wishes.zone or usual_zone,
        QUIET_FROM if wishes.quiet_from is None else wishes.quiet_from,
        QUIET_UNTIL if wishes.quiet_until is None else wishes.quiet_until,
        DIGEST_AT if wishes.digest_at is None else wishes.digest_at,
    )


def cap_of(wishes: Wishes) -> int | None:
    """Return how many alerts a day a chat of these wishes wants; None for any number."""
    cap = DAILY_CAP if wishes.daily_cap is None else wishes.daily_cap
    return None if cap == NO_CAP else cap


def opens(rhythm: Rhythm, now: datetime) -> datetime:
    """Return from when on a chat may be told, to the minute: no later than now if it may now."""
    return _open_from(rhythm, _minute(now))


def next_digest(rhythm: Rhythm, now: datetime) -> datetime:
    """Return when a chat's next digest goes out."""
    return _next_digest(rhythm, _minute(now))


@lru_cache(maxsize=REMEMBERED)
def _rhythm(zone: str, quiet_from: int, quiet_until: int, digest_at: int) -> Rhythm:
    return Rhythm(zones.clock(zone), quiet_from, quiet_until, digest_at)


@lru_cache(maxsize=REMEMBERED)
def _open_from(rhythm: Rhythm, at: datetime) -> datetime:
    return rhythm.open_from(at)


@lru_cache(maxsize=REMEMBERED)
def _next_digest(rhythm: Rhythm, at: datetime) -> datetime:
    return rhythm.next_digest(at)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
