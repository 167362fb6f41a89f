"""Sentences and passages, as offsets into the original characters.

A passage is whole paragraphs, merged or split to about 60 to 120 words: long enough to hold a
subject, short enough to be read. Sentences are what is quoted: trimmed, disjoint, in order,
inside their passage, and at most `LONGEST_SENTENCE` characters.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from retrieval.furniture import is_furniture
from retrieval.models import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PASSAGE_WORDS = (60, 120)
HEADING_WORDS = 14
LONG_SENTENCE_WORDS = 70
LONGEST_SENTENCE = 1_000
LABEL = 200  # characters, more than any label of a site: a growing line is not read anew
QUOTATION = 400  # characters up to which a quotation is kept in one piece

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_WORD = re.compile(r"\S+")
_CLOSERS = "\"'”’»)]"
_TERMINATOR = re.compile(rf"[.!?\u061f\u06d4…]+[{re.escape(_CLOSERS)}]*")
_QUOTED = re.compile(
    "|".join(
        f"{left}[^{left}{right}]{{1,{QUOTATION}}}{right}"
        for left, right in (("“", "”"), ("«", "»"), ('"', '"'), (r"\(", r"\)"))
    )
)
_LAST_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*\Z")
_NEXT_WORD = re.compile(r"[^\W\d_]+")
_OPENERS = "“«\"'‘(["
_BULLETS = "•●▪◦*·–—-"
_BULLET = re.compile(rf"(?:[{_BULLETS}]\s+)+")
_CLAUSE_ENDS = (re.compile(r"[؛;]\s"), re.compile(r"[،,]\s"))
_SPACE = re.compile(r"\s")
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = re.compile(rf"[.!?\u061f\u06d4…:]\s*[{re.escape(_CLOSERS)}]*\s*\Z")
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof gen lt col maj capt cpl sgt adm cmdr rev hon sen rep gov pres st sr jr fr
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    inc ltd co corp bros dept est approx vs etc eg ie cf al fig figs vol ed eds pp ca ave blvd rd
    mt ft nos art arts sec ch min max tel ext dist univ assn
    """.split()
)
# An abbreviation that often ends a sentence too: it holds only before a digit.
_BEFORE_DIGIT = frozenset(
    {"no", "nos", "p", "pp", "art", "fig", "sec", "ch", "vol", "mar", "sat", "sun"}
)
_STARTERS = frozenset(
    "the a an in on at it he she they we but and this that these those as after before for while "
    "when meanwhile however".split()
)


class Passage(NamedTuple):
    """A stretch of an article and the sentences in it that may be quoted."""

    span: Span
    sentences: tuple[Span, ...]


class _Paragraph(NamedTuple):
    span: Span
    sentences: tuple[Span, ...]
    words: int
    heading: bool


def passages(body: str) -> list[Passage]:
    """Split a body into passages, in order and disjoint; site furniture is in none of them."""
    return [
        passage
        for story in _stories(body)
        for group in _merged(story)
        for passage in _split(body, group)
    ]


def is_quotable(body: str) -> bool:
    """Return whether a body has a passage; looks no further than the story of its first one."""
    return any(paragraph.sentences for story in _stories(body) for paragraph in story)


def _stories(body: str) -> Iterator[Iterator[_Paragraph]]:
    """Yield runs of paragraphs with no furniture between them, headings recognised."""
    run: list[Span] = []
    for line in _lines(body):
        if is_furniture(body[line.start : line.end]):
            yield _with_headings(body, run)
            run = []
        else:
            run.append(line)
    yield _with_headings(body, run)


def _lines(body: str) -> Iterator[Span]:
    """Yield each line's trimmed span; a line broken in mid-sentence goes on in the next."""
    held: Span | None = None
    for match in _LINE.finditer(body):
        line = _trimmed(body, *match.span())
        if line.start == line.end:
            continue
        if held:
            if _wrapped(body, held, line) and not _is_point(body, match.start(), line.start):
                held = Span(held.start, line.end)
                continue
            yield held
        held = line
    if held:
        yield held


def _is_point(body: str, start: int, text: int) -> bool:
    """Return whether a line from `start`, its text from `text`, is a point: "• one", "a) one"."""
    bulleted = start < text and _BULLET.search(body, start, text) is not None
    return bulleted or body.startswith(")", text + 1)


def _wrapped(body: str, line: Span, following: Span) -> bool:
    # Only a lower-case Latin letter proves that a line goes on; Arabic has no such sign.
    start, end = following
    return (
        body[start].islower()
        and body[line.end - 1] not in ".!?…:"
        and (start == line.end + 1 or body.count("\n", line.end, start) <= 1)
        # With a full stop a label's word is the last of a sentence: "they went / home."
        and (body[end - 1] == "." or not is_furniture(body[start:end]))
        and (line.end - line.start > LABEL or not is_furniture(body[line.start : line.end]))
    )


def _with_headings(body: str, lines: list[Span]) -> Iterator[_Paragraph]:
    for line, following in zip_longest(lines, lines[1:]):
        text = body[line.start : line.end]
        words = len(text.split())
        heading = (
            following is not None
            and words <= HEADING_WORDS
            and not _ENDS.search(text[-8:])
            and following.end - following.start > line.end - line.start
            and not body[max(0, line.start - 4) : line.start]
            .rstrip(" \t")
            .endswith(tuple(_BULLETS))
        )
        own = () if heading else tuple(_sentences(body, line))
        yield _Paragraph(line, own, words, heading)


def _merged(paragraphs: Iterable[_Paragraph]) -> Iterator[list[_Paragraph]]:
    """Group paragraphs until each group has the least number of words; a short rest joins back."""
    least, most = PASSAGE_WORDS
    groups: list[list[_Paragraph]] = []
    words = least
    for paragraph in paragraphs:
        if words >= least:
            groups.append([])
            words = 0
        groups[-1].append(paragraph)
        words += paragraph.words
    if len(groups) > 1 and words < least:
        before = sum(paragraph.words for paragraph in groups[-2])
        if before + words <= most:
            rest = groups.pop()
            groups[-1] += rest
    yield from groups


def _split(body: str, group: list[_Paragraph]) -> Iterator[Passage]:
    """Cut a group at sentence ends into parts of about equal length, none much over the most."""
    total = sum(paragraph.words for paragraph in group)
    parts = -(-total // PASSAGE_WORDS[1])
    share = total / parts if parts else 0
    start, chosen, words = None, [], 0
    for paragraph in group:
        if start is None:
            start = paragraph.span.start
        for sentence in paragraph.sentences:
            if start is None:
                start = sentence.start
            chosen.append(sentence)
            words += len(body[sentence.start : sentence.end].split())
            if words >= share * 0.9 and parts > 1:
                yield Passage(Span(start, sentence.end), tuple(chosen))
                start, chosen, words, parts = None, [], 0, parts - 1
    if chosen:
        first = chosen[0].start if start is None else start
        yield Passage(Span(first, chosen[-1].end), tuple(chosen))


def _sentences(body: str, line: Span) -> Iterator[Span]:
    """Yield a line's sentences; what holds no letter, as the number of a point, joins one."""
    text = body[line.start : line.end]
    held: Span | None = None
    start = searched = 0
    for end in _ends(text):
        if _LETTER.search(text, searched, end):
            if held:
                yield from _bounded(body, *held)
            held = Span(line.start + start, line.start + end)
            start = end
        searched = end
    if held:
        figures = any(map(str.isdigit, text[start:]))
        yield from _bounded(body, held.start, line.end if figures else held.end)


def _ends(text: str) -> Iterator[int]:
    """Yield where each sentence ends, whatever it holds; the last is the end of the text."""
    quoted = deque(match.span() for match in _QUOTED.finditer(text))
    for match in _TERMINATOR.finditer(text):
        end = match.end()
        while quoted and quoted[0][1] <= end - 1:
            quoted.popleft()
        inside = bool(quoted) and quoted[0][0] < end < quoted[0][1]
        if not inside and _ends_sentence(text, match):
            yield end
    yield len(text)


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Decide whether a full stop, a question mark or dots end the sentence before them."""
    rest = text[match.end() : match.end() + 40]
    following = rest.lstrip()
    if not following:
        return True
    spaced = following != rest
    mark = match.group()
    first = following.lstrip(_OPENERS)[:1] or following[0]
    if first.islower() or following[0] in ",;:\u060c\u061b)]":
        return False
    if mark.startswith(("..", "…")):
        # Arab newsrooms write two dots as a pause.
        return spaced and first.isupper()
    if mark[0] != ".":
        return True
    return _full_stop(text, match, following, spaced=spaced)


def _full_stop(text: str, match: re.Match[str], following: str, *, spaced: bool) -> bool:
    """Tell a full stop from the point of an abbreviation, an initial, an address or a decimal."""
    found = _LAST_WORD.search(text, max(0, match.start() - 24), match.start())
    word = found.group() if found else ""
    first = following.lstrip(_OPENERS)[:1] or following[0]
    if match.group() != ".":
        return True
    if not spaced:
        return len(word) > 1 and "." not in word and _missing_space(word, first)
    if "." in word or (len(word) == 1 and word.isalpha()):
        # After initials only a word that opens sentences opens one: "in the U.S. The …".
        opening = _NEXT_WORD.match(following.lstrip(_OPENERS))
        return opening is not None and opening.group().casefold() in _STARTERS
    if word.casefold() in _BEFORE_DIGIT:
        return not first.isdigit()
    return word.casefold() not in _ABBREVIATIONS


def _missing_space(last: str, first: str) -> bool:
    if last.isascii():
        return last[1:].islower() and first.isupper()
    return first.isalpha() and not first.isascii()


def _bounded(body: str, start: int, end: int) -> Iterator[Span]:
    """Yield a sentence, or its clauses when it is too long to be shown as one quote."""
    pending = [Span(start, end)]
    while pending:
        span = _trimmed(body, *pending.pop())
        if span.start == span.end:
            continue
        cut = _cut(body, span)
        if cut is None:
            if any(map(str.isalpha, body[span.start : span.end])):
                yield span
        else:
            pending += [Span(cut, span.end), Span(span.start, cut)]


def _cut(body: str, span: Span) -> int | None:
    """Return where to cut a sentence that is too long: at a clause's end nearest its middle."""
    text = body[span.start : span.end]
    if len(text) <= LONGEST_SENTENCE // 2 and text.count(" ") < LONG_SENTENCE_WORDS:
        return None
    too_long = len(text) > LONGEST_SENTENCE
    if not too_long and len(text.split()) <= LONG_SENTENCE_WORDS:
        return None
    middle = len(text) // 2
    reach = min(len(text) // 4, LONGEST_SENTENCE // 2)
    for pattern in (*_CLAUSE_ENDS, _SPACE) if too_long else _CLAUSE_ENDS:
        matches = pattern.finditer(text, middle - reach, middle + reach)
        cuts = [match.end() for match in matches]
        if cuts:
            return span.start + min(cuts, key=lambda cut: abs(cut - middle))
    return span.start + middle if too_long else None


def _trimmed(body: str, start: int, end: int) -> Span:
    if start < end and body[start].isalnum() and not body[end - 1].isspace():
        return Span(start, end)
    text = body[start:end]
    left = len(text) - len(text.lstrip())
    bullet = _BULLET.match(text, left)
    if bullet:
        left = bullet.end()
    return Span(start + left, start + max(left, len(text.rstrip())))
