"""What a standing query would have caught: shown when it is saved, so that nobody is surprised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from retrieval import names
from retrieval.matching import Matcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.articles import Lately
    from retrieval.matching import StandingQuery
    from retrieval.models import Article

DAYS = 30
EXAMINED = 400  # texts that are looked at
SHOWN = 3
BUSY = 40  # articles a day, from which on a reader is warned


@dataclass(frozen=True, slots=True)
class Forecast:
    """The articles of the last `DAYS` days that match: how many, how many a day, the newest."""

    count: int
    a_day: float
    latest: tuple[Article, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether it would be too much for most readers."""
        return round(self.a_day) >= BUSY


def forecast(query: StandingQuery, lately: Sequence[Lately], now: datetime) -> Forecast:
    """Return what a query would have matched of the texts of the last days, the newest first.

    Of `EXAMINED` texts, which may be the newest of more, it is their rate. Takes about a second.
    """
    matcher = Matcher(names)
    matcher.add(1, query)
    articles = [each.article for each in lately]
    matched = [each for each in articles if matcher.match(each.headline or "", each.body)]
    days = float(DAYS)
    if len(lately) == EXAMINED:
        days = max((now - lately[-1].added_at) / timedelta(days=1), 1 / 24)
    rate = len(matched) / days
    return Forecast(round(rate * DAYS), rate, tuple(matched[:SHOWN]))
