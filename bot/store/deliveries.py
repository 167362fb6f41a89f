"""What the outbox is made of: what a text gives to tell, and one message about it in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.following import Address, Alert, Wishes
    from retrieval.models import Language

WAITING, DIGEST, EDIT, SENT, TOLD, PARKED = "waiting", "digest", "edit", "sent", "told", "parked"


@dataclass(frozen=True, slots=True)
class Match:
    """An alert, and where an article holds what it asks for.

    `start` and `end` are the sentence in the revision's text, end 0 meaning the headline; `marks`
    are the words within it, counted from its start.
    """

    alert_id: int
    address: Address
    start: int
    end: int
    marks: tuple[tuple[int, int], ...]
    digest: bool
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """What one revision gives to tell."""

    article_id: int
    revision: int
    story: int
    signature: bytes
    told_at: datetime
    correction: bool
    matches: Sequence[Match]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message about one story in one place."""

    id: int
    address: Address
    story: int
    alert_id: int
    revision: int
    start: int
    end: int
    marks: tuple[tuple[int, int], ...]
    state: str
    due_at: datetime
    tries: int
    also: int
    corrected: bool
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery and all that it depends on, as they stood together.

    `alert` is None when it was deleted; `chosen` is the language that the chat chose; `lately` is
    how many alerts the chat has been sent one by one since a time that was asked for.
    """

    delivery: Delivery
    alert: Alert | None
    wishes: Wishes
    chosen: Language | None
    lately: int
