"""What the outbox is made of: what a text gives to tell, and one message about it in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.store.following import Address, Alert, Wishes
    from retrieval.models import Language

WAITING, DIGEST, EDIT, SENT, TOLD, PARKED = "waiting", "digest", "edit", "sent", "told", "parked"


Marks = tuple[tuple[int, int], ...]


class Heard(NamedTuple):
    """An alert, and where a text holds what it asks for.

    `start` and `end` are the sentence in the revision's text, end 0 meaning the headline; `marks`
    are the words within it, counted from its start.
    """

    alert: Alert
    start: int
    end: int
    marks: Marks


@dataclass(frozen=True, slots=True)
class Match:
    """The same for a place that is to be told of it, and when; in the digest or by itself."""

    alert_id: int
    address: Address
    start: int
    end: int
    marks: Marks
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
    marks: Marks
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


def packed(marks: Marks) -> str:
    """Return marks as the store keeps them."""
    return json.dumps(marks, separators=(",", ":"))


def unpacked(stored: str) -> Marks:
    """Return stored marks."""
    return tuple((start, end) for start, end in json.loads(stored))
