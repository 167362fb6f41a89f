"""Telegram's HTML: markup in, visible text and entities out, refused as the Bot API refuses it.

Stricter than Telegram where Telegram silently loses something: a bare ampersand, an attribute it
ignores, a link it drops, the hundred-and-first entity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ENTITIES = 100

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
}
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z-]++)(?:=(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++)))?""")
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)((?:{_ATTRIBUTE.pattern})*+)\s*+>")
_CHARACTER = re.compile(r"&(?:(lt|gt|amp|quot)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));")
_PLAIN = re.compile(r"[^<&]++")
_SPOKEN = re.compile(
    r"(?:(?<=\s)|^)(?:(?P<bot_command>/\w{1,32}(?:@\w{3,32})?)|(?P<mention>@\w{3,32})"
    r"|(?P<url>https?://\S+))",
    re.ASCII,
)


class BadMarkupError(Exception):
    """What Telegram says after "Bad Request: can't parse entities: "."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text that a reader sees, and its entities with offsets in UTF-16 units."""

    text: str
    entities: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    start: int
    extra: dict[str, Any]


def units(text: str) -> int:
    """Length in UTF-16 code units, the unit of every length and offset in the Bot API."""
    return len(text) + sum(character > "\uffff" for character in text)


def url_fault(url: str) -> str | None:
    """Why Telegram would refuse the address, or None."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "Wrong HTTP URL"
    if parts.scheme not in {"http", "https", "tg"}:
        return "Unsupported URL protocol"
    if not host:
        return "URL host is empty"
    if re.search(r"\s", url) or (parts.scheme != "tg" and "." not in host.strip(".")):
        return "Wrong HTTP URL"
    return None


def parse(source: str) -> Parsed:
    """Read HTML. Raises BadMarkupError with Telegram's words."""
    pieces: list[str] = []
    entities: list[dict[str, Any]] = []
    stack: list[_Open] = []
    position = length = 0
    while position < len(source):
        if plain := _PLAIN.match(source, position):
            piece, position = plain[0], plain.end()
        elif source[position] == "&":
            piece, position = _character(source, position)
        else:
            piece, position = "", _tag(source, position, length, stack, entities)
        pieces.append(piece)
        length += units(piece)
    if stack:
        raise BadMarkupError(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    if len(entities) > MOST_ENTITIES:
        raise BadMarkupError(
            f"{len(entities)} entities, and Telegram drops all after the first 100"
        )
    return _trimmed("".join(pieces), entities)


def _character(source: str, position: int) -> tuple[str, int]:
    found = _CHARACTER.match(source, position)
    if found is None:
        raise BadMarkupError(f"Unescaped ampersand at byte offset {_byte(source, position)}")
    name, decimal, hexadecimal = found.groups()
    if name:
        return _CHARACTERS[name], found.end()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise BadMarkupError(f"No such character at byte offset {_byte(source, position)}")
    return chr(code), found.end()


def _tag(
    source: str, position: int, length: int, stack: list[_Open], entities: list[dict[str, Any]]
) -> int:
    at = f"at byte offset {_byte(source, position)}"
    found = _TAG.match(source, position)
    if found is None or found[2].lower() not in _TYPES:
        name = re.compile(r"</?([^\s<>/]*)").match(source, position)
        kind = "end" if source.startswith("</", position) else "start"
        raise BadMarkupError(f'Unsupported {kind} tag "{name[1] if name else ""}" {at}')
    tag = found[2].lower()
    if not found[1]:
        stack.append(_opened(tag, found[3], length, stack, at))
        return found.end()
    if not stack:
        raise BadMarkupError(f"Unexpected end tag {at}")
    opened = stack.pop()
    if opened.tag != tag:
        raise BadMarkupError(
            f'Unmatched end tag {at}, expected "</{opened.tag}>", found "</{tag}>"'
        )
    if length > opened.start:
        entity = {"type": _TYPES[tag], "offset": opened.start, "length": length - opened.start}
        entities.append(entity | opened.extra)
    return found.end()


def _opened(tag: str, written: str, length: int, stack: list[_Open], at: str) -> _Open:
    attributes = dict(_attributes(written))
    if unknown := attributes.keys() - _ATTRIBUTES.get(tag, set()):
        raise BadMarkupError(f'Unsupported attribute "{min(unknown)}" of tag "{tag}" {at}')
    if len(stack) >= MOST_ENTITIES:
        raise BadMarkupError(f"{MOST_ENTITIES} tags are open already {at}")
    around = [opened.tag for opened in stack]
    if tag == "blockquote" and "blockquote" in around:
        raise BadMarkupError(f"Blockquotes can't be nested {at}")
    if tag == "a" and "a" in around:
        raise BadMarkupError(f"Links can't be nested {at}")
    if "code" in around or ("pre" in around and tag != "code"):
        raise BadMarkupError(f'Tag "{tag}" can\'t stand in code {at}')
    return _Open(tag, length, _extra(tag, attributes, at))


def _extra(tag: str, attributes: dict[str, str], at: str) -> dict[str, Any]:
    if tag == "a":
        url = attributes.get("href", "")
        if fault := url_fault(url):
            raise BadMarkupError(f"Link '{url}' would be dropped: {fault} {at}")
        return {"url": url}
    if tag == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise BadMarkupError(f'Tag "span" must have class "tg-spoiler" {at}')
    if tag == "tg-emoji":
        if not attributes.get("emoji-id"):
            raise BadMarkupError(f'Tag "tg-emoji" must have attribute "emoji-id" {at}')
        return {"custom_emoji_id": attributes["emoji-id"]}
    return {}


def _attributes(written: str) -> Iterator[tuple[str, str]]:
    for found in _ATTRIBUTE.finditer(written):
        value = found[2] or found[3] or found[4] or ""
        yield found[1].lower(), _CHARACTER.sub(lambda match: _character(match[0], 0)[0], value)


def _trimmed(text: str, entities: list[dict[str, Any]]) -> Parsed:
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    end = units(text)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        stop = min(entity["offset"] - lead + entity["length"], end)
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    kept.reverse()  # tags are closed inside out, and the sort is stable
    return Parsed(text, sorted(kept, key=lambda each: (each["offset"], -each["length"])))


def _byte(source: str, position: int) -> int:
    return len(source[:position].encode("utf-8", "surrogatepass"))


def detected(text: str, written: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the entities that were written, and the commands, mentions and links beside them."""
    entities = list(written or ())
    taken = [(each["offset"], each["offset"] + each["length"]) for each in entities if _shut(each)]
    for found in _SPOKEN.finditer(text):
        start = units(text[: found.start()])
        end = start + units(found[0])
        if not any(start < until and end > since for since, until in taken):
            entities.append({"type": found.lastgroup, "offset": start, "length": end - start})
    return sorted(entities, key=lambda each: (each["offset"], -each["length"]))


def _shut(entity: dict[str, Any]) -> bool:
    """Whether nothing is looked for inside: code, and what is a link or a mention already."""
    return entity["type"] not in {"bold", "italic", "underline", "strikethrough", "spoiler"} and (
        "blockquote" not in entity["type"]
    )
