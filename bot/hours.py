"""When a chat may be written to: quiet hours, digests and days, by its own clock. Pure.

Wall clocks jump. An hour that a change to summer time leaves out is over when the clock has
jumped past it; one that comes twice is quiet both times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY = 24 * 60  # minutes
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a chat wants its days: minutes from midnight on its own clock.

    `quiet_from` equal to `quiet_until` means no quiet hours; past midnight is fine.
    """

    zone: ZoneInfo
    quiet_from: int
    quiet_until: int
    digest_at: int

    def is_quiet(self, at: datetime) -> bool:
        """Return whether an aware time falls into the quiet hours."""
        minute = _minute(at.astimezone(self.zone))
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= minute < self.quiet_until
        return minute >= self.quiet_from or minute < self.quiet_until

    def open_from(self, at: datetime) -> datetime:
        """Return the first time from `at` on, in UTC and to the minute, that is not quiet."""
        if not self.is_quiet(at):
            return at.astimezone(UTC)
        found = self._next(self.quiet_until, at)
        # The clock may have jumped over the end, or back before it.
        while self.is_quiet(found):
            found += _MINUTE
        while found - _MINUTE > at and not self.is_quiet(found - _MINUTE):
            found -= _MINUTE
        return found

    def next_digest(self, at: datetime) -> datetime:
        """Return when the next digest goes out, in UTC: the digest's hour, outside quiet hours."""
        return self.open_from(self._next(self.digest_at, at))

    def midnight(self, at: datetime) -> datetime:
        """Return when the local day of `at` began, in UTC."""
        local = at.astimezone(self.zone)
        return _instant(local.date(), 0, self.zone)

    def _next(self, minute: int, after: datetime) -> datetime:
        """Return the next time after `after`, in UTC, at which the clock shows that minute."""
        today = after.astimezone(self.zone).date()
        for days in range(-1, 3):
            day = today + timedelta(days=days)
            for fold in (0, 1):
                found = _instant(day, minute, self.zone, fold)
                if found > after:
                    return found
        raise AssertionError("a clock shows every minute within two days")


def _instant(day: date, minute: int, zone: ZoneInfo, fold: int = 0) -> datetime:
    at = time(minute // 60, minute % 60, fold=fold)
    return datetime.combine(day, at, zone).astimezone(UTC)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
