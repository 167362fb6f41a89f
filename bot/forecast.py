"""What a standing query would have caught: shown when it is saved, so that nobody is surprised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.models import Article

DAYS = 30
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
