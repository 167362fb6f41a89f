"""What readers marked, as JSON lines: written from the store, and asked anew of the archive.

A line is a question, the verdict, the reason and the quotes that it was about, as published. It
says neither who asked nor when, and lines are in the order of their words, not of their coming.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot import links
from bot.errors import CorruptDataError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.archive import Archive
    from bot.store.feedback import Feedback
    from retrieval.answering import Findings
    from retrieval.models import Quote

LONGEST_LINE = 100_000  # characters; three quotes of the longest have a third of it


class MarkedQuote(BaseModel):
    """A quote as published, and what names its article."""

    model_config = ConfigDict(frozen=True)

    text: str
    title: str = ""
    outlet: str = ""


class Marked(BaseModel):
    """A reader's verdict on the answer to a question; what else a line holds is passed over."""

    model_config = ConfigDict(frozen=True)

    question: str
    verdict: Literal["helpful", "not_helpful"]
    reason: str | None = None
    quotes: tuple[MarkedQuote, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was marked, and how many verdicts were on answers that cannot be opened any more."""

    marked: tuple[Marked, ...]
    gone: int


async def export(feedback: Feedback, archive: Archive) -> Exported:
    """Return every verdict whose quotes still stand in the archive, in the order of their words."""
    marked: list[Marked] = []
    gone = 0
    for given in await feedback.all():
        try:
            quotes = await archive.reopen(links.decode(given.code))
        except UserError:
            gone += 1
            continue
        about = tuple(map(_quote, quotes))
        kept = {"question": given.question, "verdict": given.verdict, "reason": given.reason}
        marked.append(Marked.model_validate({**kept, "quotes": about}))
    return Exported(tuple(sorted(marked, key=Marked.model_dump_json)), gone)


def read(path: Path) -> list[Marked]:
    """Read exported lines; empty ones are passed over.

    Raises CorruptDataError, naming the line, for what is no such file.
    """
    marked = []
    try:
        with path.open(encoding="utf-8-sig") as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE):
                number += 1
                where = f"{path}, line {number}"
                if len(line) == LONGEST_LINE:
                    raise CorruptDataError(f"{where}: {LONGEST_LINE:,} characters or more")
                if line.strip():
                    marked.append(_read(line, where))
    except OSError as error:
        raise CorruptDataError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CorruptDataError(f"{path}: not UTF-8") from error
    if not marked:
        raise CorruptDataError(f"{path}: no questions")
    return marked


async def ask_again(
    marked: Sequence[Marked],
    archive: Archive,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, float]:
    """Ask every marked question anew; return shares between 0 and 1 under the printed names.

    What was helpful is right when one of its quotes comes first, what was not when none of them
    does. A refusal has no first quote.
    """
    right: dict[str, list[bool]] = {"helpful": [], "not_helpful": []}
    answered = 0
    for number, each in enumerate(marked, 1):
        findings, _ = await archive.explained(each.question, limit=1)
        first = _comes_first(each, findings)
        right[each.verdict].append(first if each.verdict == "helpful" else not first)
        answered += findings.answered
        told(number, len(marked))
    figures: dict[str, float] = {
        "questions": len(marked),
        "answered": answered / len(marked),
        "right": sum(map(sum, right.values())) / len(marked),
    }
    named = {"helpful": "helpful_first", "not_helpful": "not_helpful_not_first"}
    return figures | {named[key]: sum(each) / len(each) for key, each in right.items() if each}


def _comes_first(marked: Marked, findings: Findings) -> bool:
    """Return whether the first quote is one of the marked, with or without a joined neighbour."""
    if not findings.answered:
        return False
    first = _plain(findings.places[0].text)
    return any(first in quote or quote in first for quote in map(_plain, _texts(marked)))


def _texts(marked: Marked) -> list[str]:
    return [quote.text for quote in marked.quotes if quote.text.strip()]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _quote(quote: Quote) -> MarkedQuote:
    article = quote.article
    return MarkedQuote(text=quote.text, title=article.title, outlet=article.publisher)


def _read(line: str, where: str) -> Marked:
    try:
        return Marked.model_validate_json(line)
    except ValidationError as error:
        # What stands in the line is a reader's: only its shape is told.
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "no JSON object"
        raise CorruptDataError(f"{where}: not from `feedback export`: {field}") from None
