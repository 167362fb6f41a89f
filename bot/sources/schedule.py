"""When a feed is asked again: soon while there is news, seldom while it is quiet or broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

SHORTEST = timedelta(minutes=2)
LONGEST = timedelta(hours=6)
FIRST = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)  # what a server may ask for
DEAD_AFTER = timedelta(days=3)
_QUIET = 1.5
# News come in bursts: the more at once, the sooner again. By the number of new entries.
_BUSY = ((5, 0.25), (2, 0.5), (1, 0.8))
_MOST_DOUBLINGS = 10
_SPREAD = 0.1  # of the interval, so that feeds added together part
_SPREAD_FAILED = 0.5


class Turn(StrEnum):
    """What an operator should hear of a feed, once."""

    DIED = "died"
    CAME_BACK = "came back"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a poll came to: new entries, or a fault by name; and what the server asked for.

    `fresh` is how long the answer stays good (Cache-Control, Expires, TTL), `wait` is Retry-After.
    """

    new: int = 0
    fault: str | None = None
    gone: bool = False
    fresh: timedelta | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a feed stands. `turn` is set by the one poll that brought it about; times in UTC."""

    due: datetime
    interval: timedelta = FIRST
    failures: int = 0
    failing_since: datetime | None = None
    dead: bool = False
    turn: Turn | None = None


def next_poll(state: State, outcome: Outcome, now: datetime, *, jitter: float = 0.5) -> State:
    """Return where the feed stands after a poll; `jitter` is the caller's number in [0, 1)."""
    if outcome.fault is not None:
        return _after_failure(state, outcome, now, jitter)
    factor = next((by for least, by in _BUSY if outcome.new >= least), _QUIET)
    interval = _within(state.interval * factor, SHORTEST, LONGEST)
    pause = max(interval, _within(outcome.fresh, SHORTEST, LONGEST))
    return State(
        due=now + pause * (1 + _SPREAD * jitter),
        interval=interval,
        turn=Turn.CAME_BACK if state.dead else None,
    )


def _after_failure(state: State, outcome: Outcome, now: datetime, jitter: float) -> State:
    failures = state.failures + 1
    since = state.failing_since or now
    doubled = max(state.interval, SHORTEST) * 2 ** min(failures, _MOST_DOUBLINGS)
    pause = LONGEST if outcome.gone else _within(doubled, SHORTEST, LONGEST)
    pause = max(
        pause * (1 - _SPREAD_FAILED * jitter), _within(outcome.wait, SHORTEST, LONGEST_WAIT)
    )
    dead = state.dead or outcome.gone or now - since >= DEAD_AFTER
    return State(
        due=now + pause,
        interval=state.interval,
        failures=failures,
        failing_since=since,
        dead=dead,
        turn=Turn.DIED if dead and not state.dead else None,
    )


def _within(value: timedelta | None, least: timedelta, most: timedelta) -> timedelta:
    return least if value is None else min(max(value, least), most)
