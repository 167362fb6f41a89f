"""Why an answer is what it is: the evidence of each quote, the decision, the question's words.

For operators, in English, as tables for a terminal and as plain types for programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.i18n.catalog import without_bidi
from retrieval.answering import UNKNOWN_SUBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from retrieval.answering import Findings, Grounds
    from retrieval.decision import Evidence, Proof
    from retrieval.question import SynonymGroup
    from retrieval.quotes import Place

BY_MEANING = frozenset(("meaning", "around"))  # what is known by sentence vectors alone
CELL = 26  # columns of a terminal
# A line that begins with a right-to-left word would put the table's columns in reverse.
LEFT_TO_RIGHT = "\u200e"


def evidence(findings: Findings, place: Place) -> RenderableType:
    """Return a table of what speaks for one place; of joined sentences, for the better one."""
    if findings.grounds is None:
        return Text()
    return _weighing("evidence", place.evidence, findings.grounds.model.ranking, findings.grounds)


def decision(findings: Findings) -> RenderableType:
    """Return what made the first place likely enough or not, and how the question was read."""
    grounds = findings.grounds
    if grounds is None:
        return Text("Nothing was found: the question has no words to look for, or nobody uses them")
    verdict = "quoted" if findings.answered else "refused"
    said = f"probability {findings.trust:.2f}, threshold {findings.least:.2f}: {verdict}"
    if grounds.unknown >= UNKNOWN_SUBJECT:
        said += f"\n{grounds.unknown:.2f} of the question's worth stands nowhere in the archive"
    return Group(
        Text(said),
        _weighing("first quote", grounds.proof, grounds.model.trust, grounds),
        Text(),
        _words(grounds.groups),
    )


def explanation_record(findings: Findings) -> dict[str, Any] | None:
    """Return the same in plain types; None where nothing was found."""
    grounds = findings.grounds
    if grounds is None:
        return None
    ranking, trust = grounds.model.ranking, grounds.model.trust
    return {
        "trust": round(findings.trust, 4),
        "least": findings.least,
        "by_meaning": grounds.meaning,
        "unknown": round(grounds.unknown, 4),
        "proof": _weighed_record(grounds.proof, trust, grounds),
        "places": [
            {
                "text": place.text,
                "article": place.article,
                "start": place.span.start,
                "end": place.span.end,
                "evidence": _weighed_record(place.evidence, ranking, grounds),
            }
            for place in findings.places
        ],
        "words": [
            {
                "word": group.word.surface,
                "worth": round(group.worth, 4),
                "equivalents": _translated(group),
                "acronyms": _explained(group),
                "names": sorted(group.names),
            }
            for group in grounds.groups
        ],
    }


def _weighed_record(
    given: Evidence | Proof, weights: Evidence | Proof, grounds: Grounds
) -> dict[str, dict[str, float] | None]:
    return {
        name: None if part is None else {"value": round(part[0], 4), "weighed": round(part[1], 4)}
        for name, part in _parts(given, weights, grounds)
    }


def _parts(
    given: Evidence | Proof, weights: Evidence | Proof, grounds: Grounds
) -> Iterator[tuple[str, tuple[float, float] | None]]:
    """Yield each feature by name, its value and its weighed part; None what was not looked at."""
    for name, value, weight in zip(given._fields, given, weights, strict=True):
        unseen = name in BY_MEANING and not grounds.meaning
        yield name, None if unseen else (value, value * weight)


def _weighing(
    title: str, given: Evidence | Proof, weights: Evidence | Proof, grounds: Grounds
) -> RenderableType:
    parts = list(_parts(given, weights, grounds))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(title, min_width=len(title) + 1)
    for name, _ in parts:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("sum", justify="right", no_wrap=True)
    table.add_row("value", *(_two(part and part[0]) for _, part in parts), "")
    total = sum(part[1] for _, part in parts if part)
    table.add_row("weighed", *(_two(part and part[1]) for _, part in parts), _two(total))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _two(number: float | None) -> str:
    # Rounding before adding zero leaves no "-0.00".
    return "–" if number is None else f"{round(number, 2) + 0.0:.2f}"


def _words(groups: Iterable[SynonymGroup]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("word", no_wrap=True)
    table.add_column("worth", justify="right", no_wrap=True)
    for name in ("equivalents", "name keys", "acronyms"):
        table.add_column(name, no_wrap=True)
    for group in groups:
        table.add_row(
            LEFT_TO_RIGHT + _isolated(group.word.surface),
            _two(group.worth),
            *map(_cell, (_translated(group), sorted(group.names), _explained(group))),
        )
    return table


def _translated(group: SynonymGroup) -> list[str]:
    return [_said(each) for each in group.others if each not in group.explained]


def _explained(group: SynonymGroup) -> list[str]:
    return [_said(each) for each in group.explained]


def _said(words: Iterable[Any]) -> str:
    return " ".join(word.surface for word in words)


def _cell(items: Iterable[str]) -> Text:
    """Return items between commas on lines of a column's width.

    Each is isolated, so that none turns the direction of what follows, and stays on one line.
    """
    lines = [""]
    width = 0
    for item in items:
        if width and width + len(item) + 2 > CELL:
            lines[-1] += ","
            lines.append("")
            width = 0
        lines[-1] += (", " if width else "") + _isolated(item)
        width += len(item) + 2
    return Text("\n".join(lines))


def _isolated(text: str) -> str:
    # Not the catalogue's, which is for HTML.
    return f"\u2068{without_bidi(text)}\u2069"
