"""A .md file: optional front matter, a heading, the text without its marks."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from bot.sources.characters import lines
from bot.sources.details import LONGEST_TEXT, Details
from bot.sources.plain import field
from bot.sources.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

# Unclosed ones take time in the square of their number: 1 s at 50,000.
MOST_BRACKETS = 50_000
FENCE = "---"
_SHOWN = {"text": None, "code_inline": None, "softbreak": " ", "hardbreak": "\n"}


def read_markdown(content: str) -> tuple[str, Details]:
    """Return a .md file's text, and what its front matter and first heading say.

    Links become their text; code blocks, images and raw HTML are left out. Raises RefusedError.
    """
    if len(content) > LONGEST_TEXT:
        raise RefusedError(f"text: longer than {LONGEST_TEXT:,} characters")
    if content.count("[") > MOST_BRACKETS:
        raise RefusedError(f"more than {MOST_BRACKETS:,} opening brackets")
    fields, text = _front_matter(content)
    tokens = _parser().parse(text)
    heading = next(_headings(tokens), None)
    if heading and not fields.get("headline"):
        fields["headline"] = heading
    return "".join(_blocks(tokens)), Details.of(fields)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 20})


def _front_matter(content: str) -> tuple[dict[str, str], str]:
    """Return the simple fields between two fences at the very start, and the rest."""
    fields: dict[str, str] = {}
    for number, (line, end) in enumerate(lines(content)):
        if number == 0:
            if line.rstrip() != FENCE:
                break
        elif line.rstrip() == FENCE:
            return fields, content[end:]
        elif found := field(line):
            name, value = found
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            fields.setdefault(name, value[1:-1] if quoted else value)
    return {}, content


def _headings(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the text of each first-level heading."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h1":
            yield _inline(inline)


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield paragraphs and list items, each followed by what parts it from the next."""
    depth = 0
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            depth -= 1
            if not depth:
                yield "\n"
        elif token.type == "inline" and (text := _inline(token)):
            yield text + ("\n" if depth else "\n\n")


def _inline(token: Token) -> str:
    shown = (
        _SHOWN[child.type] or child.content
        for child in token.children or ()
        if child.type in _SHOWN
    )
    return "".join(shown).strip()
