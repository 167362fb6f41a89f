"""Articles as JSON: one, a list of them, or one a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

from pydantic import Field

from bot.sources.characters import decode
from bot.sources.details import Details, Headline
from bot.sources.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE = 5_000_000
_PIECE = 65_536


class Record(Details):
    """One article: `url, title, outlet, published, language, text`; only `text` is required."""

    headline: Headline = Field(default=None, alias="title")
    text: str


def read_json(content: str) -> Iterator[tuple[int | None, Record | RefusedError]]:
    """Yield the article of one object, or the number and the article of each in a list.

    {"articles": […]} is a list too. Raises RefusedError.
    """
    value = loads(content)
    if isinstance(value, dict) and "text" not in value and "articles" in value:
        value = value["articles"]
        if not isinstance(value, list):
            raise RefusedError("articles: not a list")
    if not isinstance(value, list):
        yield None, Record.of(_fields(value))
        return
    for number, item in enumerate(value, 1):
        try:
            record = Record.of(_fields(item))
        except RefusedError as error:
            yield number, error
        else:
            yield number, record


def read_lines(file: BinaryIO) -> Iterator[tuple[int, Record | RefusedError]]:
    """Yield the number and the article of each line that is not blank, a line at a time."""
    for number, line in _lines(file):
        if line is None:
            yield number, RefusedError(f"line longer than {LONGEST_LINE // 1_000_000} MB")
        elif line.strip():
            try:
                record = Record.of(_fields(loads(decode(line))))
            except RefusedError as error:
                yield number, error
            else:
                yield number, record


def loads(content: str) -> object:
    """Return what a stranger's JSON holds, whole numbers as floats. Raises RefusedError."""
    try:
        # As floats, numbers of any length are read in no time; none of them is of use here.
        return json.loads(content, parse_int=float)
    except json.JSONDecodeError as error:
        raise RefusedError(f"not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise RefusedError("not JSON: nested too deeply") from error


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line, None in place of one that is too long to hold."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield number, line if number > 1 else line.removeprefix(b"\xef\xbb\xbf")
            continue
        while (piece := file.readline(_PIECE)) and not piece.endswith(b"\n"):
            pass
        yield number, None


def _fields(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise RefusedError("not an article: an object with the field text is needed")
    return value
