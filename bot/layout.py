"""What every message is made of: buttons in rows, headlines as links, text of a length. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.i18n.catalog import Html, isolated, plain, without_bidi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.i18n.catalog import Voice
    from retrieval.models import Article

MESSAGE_LIMIT = 4096  # UTF-16 units after parsing
HEADLINE_LIMIT = 200
URL_LIMIT = 2048

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Button:
    """A press comes back as `data` (at most 64 bytes), or opens `url`."""

    label: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What one Telegram message holds."""

    html: str
    keyboard: Keyboard = ()


def units(markup: str) -> int:
    """Return how long Telegram finds a text: its UTF-16 units after parsing."""
    return len(plain(markup).encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters, cut between words where it can be."""
    line = " ".join(text[: limit * 4].split())
    if len(line) <= limit:
        return line
    return (line[:limit].rpartition(" ")[0] or line[: limit - 1]) + "…"


def openable(url: str | None) -> bool:
    """Return whether Telegram takes this address for a button."""
    if not url or len(url) > URL_LIMIT or re.search(r"[\s\x00-\x1f<>\"]", url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(host))


def headline(article: Article, *, own_line: bool = False, limit: int = HEADLINE_LIMIT) -> Html:
    """Return a headline in bold, linked where there is an address; isolated unless on its own."""
    title = cut(article.title, limit)
    shown = html.escape(without_bidi(title)) if own_line else isolated(title)
    if openable(article.url):
        shown = f'<a href="{html.escape(article.url or "")}">{shown}</a>'
    return Html(f"<b>{shown}</b>")


def open_button(article: Article, say: Voice) -> list[Button]:
    """Return the button that opens an article, if Telegram takes its address."""
    return [Button(say.plain("open"), url=article.url)] if openable(article.url) else []


def rows(*given: Sequence[Button]) -> Keyboard:
    """Return a keyboard of the rows that are not empty."""
    return tuple(tuple(row) for row in given if row)
