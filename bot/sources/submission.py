"""What a source yields: an article to publish, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from retrieval.models import Language


@dataclass(frozen=True, slots=True)
class Submission:
    """An article as it came, trimmed and bounded. `source` is the name of its file."""

    body: str
    source: str
    headline: str | None
    outlet: str | None
    url: str | None
    published: date | None
    language: Language


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not taken, by name ("path", "path:line 7" or "path:article 2"), and why."""

    where: str
    reason: str
