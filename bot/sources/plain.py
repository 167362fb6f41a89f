"""A .txt file: an optional header, an optional headline, the story."""

from __future__ import annotations

import re

from bot.sources import dates
from bot.sources.characters import lines, one_line
from bot.sources.details import Details
from retrieval.furniture import is_furniture

HEADLINE_CHARACTERS = 160
HEADLINE_WORDS = 25
_KEYS = {
    "title": "headline",
    "headline": "headline",
    "العنوان": "headline",
    "outlet": "outlet",
    "source": "outlet",
    "المصدر": "outlet",
    "url": "url",
    "link": "url",
    "الرابط": "url",
    "date": "published",
    "published": "published",
    "التاريخ": "published",
    "language": "language",
    "lang": "language",
    "اللغة": "language",
}
_FIELD = re.compile(r"\s*([^\W\d_]+)\s*[:=]\s*(.*?)\s*")
# A headline may ask or exclaim; these end a sentence, a quotation or a list's opening.
_ENDINGS = (*".…:;,)]\"'»”’", "\u060c", "\u061b", "\u06d4")


def read_plain(content: str, *, guess_headline: bool) -> tuple[str, Details]:
    """Return a .txt file's text, and what its header and first line say. Raises RefusedError."""
    fields, text = _header(content)
    if guess_headline and not fields.get("headline"):
        fields["headline"] = _first_line(text)
    return text, Details.of(fields)


def field(line: str) -> tuple[str, str] | None:
    """Return the name and value of a "Key: value" line; None when the key is not one of ours."""
    match = _FIELD.fullmatch(line)
    name = _KEYS.get(match[1].casefold()) if match else None
    return (name, match[2]) if match and name else None


def _header(content: str) -> tuple[dict[str, str | None], str]:
    """Return the header's fields and the rest; no fields unless every line of it is a known one."""
    fields: dict[str, str | None] = {}
    start = 0
    for line, end in lines(content[:10_000]):
        if not line.strip():
            return (fields, content[start:]) if fields else ({}, content)
        found = field(line)
        if found is None:
            break
        fields.setdefault(*found)
        start = end
    return {}, content


def _first_line(text: str) -> str | None:
    """Return the first line when it is made like a headline and stands apart from a text."""
    opening = text.strip()
    (line, end), *_ = lines(opening[: 4 * HEADLINE_CHARACTERS])
    following, _ = lines(opening[end : end + 1_000])[0]
    headline = one_line(line)
    if headline is None or following.strip() or not opening[end:].strip():
        return None
    if len(headline) > HEADLINE_CHARACTERS or len(headline.split()) > HEADLINE_WORDS:
        return None
    if headline.endswith(_ENDINGS) or is_furniture(headline):
        return None
    if dates.standing_alone(headline) or not any(map(str.isalpha, headline)):
        return None
    return headline
