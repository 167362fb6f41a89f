"""The conversation without Telegram: the same answers, set for a terminal."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot import explaining, render, smalltalk
from bot.i18n.catalog import Catalogue, plain
from retrieval.languages import language_of
from retrieval.models import Language

if TYPE_CHECKING:
    from typing import TextIO

    from bot.archive import Archive
    from bot.i18n.catalog import Voice
    from retrieval.answering import Findings
    from retrieval.models import Answer

WIDTH = 100
LONGEST_LINE = 20_000  # characters of one line that are read
# What moves a terminal's cursor, colours what follows, or worse.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def read_line(stream: TextIO) -> str | None:
    """Return the next line without its end, or None after the last; of a long one, its start."""
    line = stream.readline(LONGEST_LINE)
    if not line:
        return None
    rest = line
    while len(rest) == LONGEST_LINE and not rest.endswith("\n"):
        rest = stream.readline(LONGEST_LINE)
    return line.rstrip("\r\n")


async def converse(archive: Archive, newsroom: str, stream: TextIO) -> None:
    """Answer what is typed until the end of input or an empty line."""
    console = _console()
    catalogue = Catalogue()
    await _welcome(console, archive, catalogue, newsroom)
    while True:
        if stream.isatty():
            console.print("> ", end="", style="bold")
        line = await asyncio.to_thread(read_line, stream)
        if line is None or (not line.strip() and stream.isatty()):
            return
        if line.strip():
            await show(archive, line, 3, newsroom=newsroom)


async def show(
    archive: Archive, question: str, limit: int, *, newsroom: str = "", explain: bool = False
) -> None:
    """Print the answer to one question in the question's language; `explain` says why."""
    question = _CONTROL.sub(" ", question)  # it is shown again, and may be somebody else's
    console = _console()
    say = Catalogue().voice(language_of(question) or Language.ENGLISH)
    kind = smalltalk.kind(question)
    if not smalltalk.has_words(question):
        console.print(Text(say.plain("send_words")))
    elif kind == "greeting":
        console.print(Text(say.plain("greeting", archive=render.archive_name(say, newsroom))))
    elif kind == "help":
        console.print(Text(say.plain("description").strip()))
    elif kind == "about":
        console.print(Text(plain(render.about(say, newsroom, await archive.summary()))))
    elif kind:
        console.print(Text(say.plain(kind)))
    else:
        findings, answer = await archive.explained(question, limit=limit)
        if answer.answered:
            _answer(console, answer, say, findings if explain else None)
        else:
            message = render.refusal(answer, say, await archive.summary())
            console.print(Text(plain(message.html)), soft_wrap=not console.is_terminal)
            for place in findings.places if explain else ():
                console.print()
                _indented(console, place.text)
                console.print(explaining.evidence(findings, place))
        if explain:
            console.print()
            console.print(explaining.decision(findings))
    console.print()


async def _welcome(console: Console, archive: Archive, catalogue: Catalogue, newsroom: str) -> None:
    summary = await archive.summary()
    for language in Language:
        say = catalogue.voice(language)
        name = render.archive_name(say, newsroom)
        if not summary.articles:
            console.print(Text(say.plain("welcome_empty", archive=name)))
            continue
        held = render.holdings(say, summary)
        console.print(Text(say.plain("welcome", archive=name, holdings=held).strip()))
        example = await archive.example(language)
        if example:
            console.print(Text(say.plain("for_example", example=example)), style="dim")
    console.print()


def _answer(
    console: Console, answer: Answer, say: Voice, explained: Findings | None = None
) -> None:
    console.print(Text(plain(render.opening(answer, say))))
    crossing = render.crosses_at(answer)
    for number, quote in enumerate(answer.quotes, 1):
        console.print()
        if crossing == number - 1:
            console.print(Text(plain(render.crossing_line(quote, say))))
        _indented(console, quote.text, "bold")
        _indented(console, plain(render.attribution(quote, say, number)), "dim")
        if number == 1 and answer.sources_differ:
            _indented(console, say.plain("sources_differ"))
        if explained is not None:
            console.print(explaining.evidence(explained, explained.places[number - 1]))


def _indented(console: Console, text: str, style: str = "") -> None:
    if console.is_terminal:
        console.print(Padding(Text(text, style=style), (0, 2), expand=False))
    else:
        # A pipe or a file gets whole lines: a quote broken by us is no longer word for word.
        console.print(Text(f"  {text}"), soft_wrap=True)


def _console() -> Console:
    return Console(width=min(WIDTH, Console().width), highlight=False, file=sys.stdout)
