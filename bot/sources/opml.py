"""Lists of feeds: OPML, which every reader of feeds can write, and feeds.toml, for people."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from lxml import etree
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError

from bot.sources import charsets, languages
from bot.sources.addresses import is_web
from bot.sources.characters import check, clean, decode, one_line
from bot.sources.details import LONGEST_OUTLET
from bot.sources.markup import local, parse_xml
from bot.sources.refusing import RefusedError, complaints
from bot.sources.submission import Refusal
from retrieval.models import Language

MOST_FEEDS = 5_000
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed to follow: its address, and outlet and language where they are known."""

    url: str
    outlet: str | None = None
    language: Language | None = None


def subscription(url: str, outlet: str | None = None, language: str | None = None) -> Subscription:
    """Return a feed as a person names it. Raises RefusedError, naming what is wrong."""
    try:
        row = _Row.model_validate({"url": url, "outlet": outlet, "language": language})
    except ValidationError as error:
        raise RefusedError(complaints(error)) from error
    return Subscription(row.url, row.outlet, row.language)


def read_opml(content: bytes) -> tuple[list[Subscription], list[Refusal]]:
    """Return the feeds of an OPML file, each once and in order, and what is wrong with others.

    Folders are left behind. Raises RefusedError for what is no OPML.
    """
    if len(content) > LARGEST:
        raise RefusedError(f"larger than {LARGEST // 1_000_000} MB")
    root, whole = parse_xml(charsets.decode(content).text.strip("\ufeff \t\r\n\0"))
    if local(root) != "opml":
        raise RefusedError("not OPML")
    refused = [] if whole else [Refusal("opml", "breaks off")]
    found = []
    for number, outline in enumerate((e for e in root.iter() if local(e) == "outline"), 1):
        fields = {name.lower(): value for name, value in outline.attrib.items()}
        url = fields.get("xmlurl", "").strip()
        if not url:
            continue
        try:
            found.append(_subscription(url, fields))
        except RefusedError as error:
            refused.append(Refusal(f"outline {number}", str(error)))
    kept, more = _distinct(found)
    return kept, refused + more


def write_opml(subscriptions: Iterable[Subscription], title: str = "Isnad") -> bytes:
    """Return an OPML 2.0 file that `read_opml` reads back."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean(title)
    body = etree.SubElement(root, "body")
    for each in subscriptions:
        name = _NOT_XML.sub("", each.outlet or "") or each.url
        fields = {"type": "rss", "text": name, "title": name, "xmlUrl": each.url}
        if each.language:
            fields["language"] = each.language.value
        etree.SubElement(body, "outline", fields)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def read_toml(content: bytes) -> tuple[list[Subscription], list[Refusal]]:
    """Return the feeds of a feeds.toml, each once and in order. Raises RefusedError.

    A list written by hand is right or wrong as a whole: a feed left out would not be noticed.
    """
    if len(content) > LARGEST:
        raise RefusedError(f"larger than {LARGEST // 1_000_000} MB")
    try:
        found = _List.model_validate(tomllib.loads(decode(content).replace("\r\n", "\n")))
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(f"not TOML: {error}"[:100]) from error
    except ValidationError as error:
        raise RefusedError(complaints(error)) from error
    except RecursionError as error:
        raise RefusedError("not TOML") from error
    return _distinct([Subscription(each.url, each.outlet, each.language) for each in found.feeds])


def write_toml(subscriptions: Iterable[Subscription]) -> bytes:
    """Return a feeds.toml that `read_toml` reads back."""
    blocks = []
    for each in subscriptions:
        fields = {"url": each.url, "outlet": each.outlet, "language": each.language}
        # A basic string of TOML is a string of JSON, but for DEL, which no outlet's name has.
        rows = [
            f"{name} = {json.dumps(str(value), ensure_ascii=False)}"
            for name, value in fields.items()
            if value
        ]
        blocks.append("\n".join(["[[feeds]]", *rows]))
    return ("\n\n".join(blocks) + "\n").encode() if blocks else b"feeds = []\n"


def _url(value: str) -> str:
    url = check(value.strip())
    if not is_web(url):
        raise ValueError("not an http or https address")
    return url


def _outlet(value: str | None) -> str | None:
    line = one_line(check(value or ""))
    return line[:LONGEST_OUTLET].strip() if line else None


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_url)]
    outlet: Annotated[str | None, AfterValidator(_outlet)] = None
    language: Annotated[Language | None, PlainValidator(languages.parse)] = None


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    feeds: list[_Row]


def _subscription(url: str, fields: dict[str, Any]) -> Subscription:
    outlet = _outlet(fields.get("title") or fields.get("text"))
    try:
        # Other readers' files name any language there is; that is no reason against the feed.
        language = languages.parse(fields.get("language"))
    except ValueError:
        language = None
    try:
        address = _url(url)
    except ValueError as error:
        raise RefusedError(f"xmlUrl: {error}") from error
    return Subscription(address, None if outlet == address else outlet, language)


def _distinct(found: Sequence[Subscription]) -> tuple[list[Subscription], list[Refusal]]:
    first = {each.url: each for each in reversed(found)}
    kept = [each for each in found if first[each.url] is each]
    if len(kept) > MOST_FEEDS:
        return kept[:MOST_FEEDS], [Refusal("list", f"more than {MOST_FEEDS:,} feeds")]
    return kept, []
