"""RSS, Atom and JSON Feed, as strangers write them, to entries: nothing is fetched, none raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from bot.sources import charsets, dates
from bot.sources.characters import clean, one_line
from bot.sources.details import LONGEST_OUTLET
from bot.sources.markup import local, namespace, parse_xml, text_of
from bot.sources.records import loads
from bot.sources.refusing import RefusedError

MOST_ENTRIES = 1_000  # of a document, in its order
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ATOM = frozenset({"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"})
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_RSS_1 = "http://purl.org/rss/1.0/"
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
_SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168}
_LONGEST_DATE = 80
_LONGEST_FIELD = 2_000
_LONGEST_TTL = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. `key` is 16 bytes that change when anything about it does.

    `text` is plain; `full` says that it was given as the whole article, not as a summary.
    """

    key: bytes
    headline: str | None
    url: str | None
    published: date | None
    text: str
    full: bool
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it was published. `whole` is False when it breaks off; its last entry is gone."""

    title: str | None
    language: str | None
    entries: tuple[Entry, ...]
    ttl: timedelta | None = None
    whole: bool = True


def read_feed(content: bytes, charset: str | None, url: str, *, whole: bool = True) -> Document:
    """Return the entries of a feed, relative addresses resolved against `url`.

    `charset` is what HTTP says, `whole` whether all of it arrived. Raises RefusedError.
    """
    decoded = charsets.decode(content, charset)
    text = decoded.text.strip("\ufeff \t\r\n\0")
    if not text:
        raise RefusedError("empty")
    if text[0] == "{":
        return _read_json(text, url)
    if text[0] != "<":
        raise RefusedError("not a feed")
    root, ended = parse_xml(text)
    kind = local(root)
    if kind == "html":
        raise RefusedError("not a feed: an HTML page")
    if kind not in {"rss", "rdf", "feed", "channel"}:
        raise RefusedError("not a feed")
    return _read_xml(root, url, whole=whole and ended, damaged=decoded.damaged)


def _read_xml(root: Any, url: str, *, whole: bool, damaged: bool) -> Document:
    found = [each for each in root.iter() if local(each) in {"item", "entry"}]
    # Where it breaks off, nobody knows how much of the last one is missing.
    found = (found if whole else found[:-1])[:MOST_ENTRIES]
    about = next((each for each in root if local(each) == "channel"), root)
    language = _said(about, "language") or root.get(f"{_XML}lang")
    return Document(
        title=_name(_text(_own(about, "title"))),
        language=language and language[:_LONGEST_DATE],
        entries=tuple(_entry(each, url, damaged=damaged) for each in found),
        ttl=_ttl(about),
        whole=whole,
    )


def _name(title: str) -> str | None:
    """Return what a feed is called, as far as it can be an outlet's name."""
    written = title[:_LONGEST_FIELD].encode("utf-8", "ignore").decode().replace("\0", "")
    return (one_line(written) or "")[:LONGEST_OUTLET].strip() or None


def _entry(item: Any, url: str, *, damaged: bool) -> Entry:
    headline = one_line(clean(_text(_own(item, "title"))))
    content = _text(_of(item, _CONTENT, "encoded")) or _text(_own(item, "content"))
    summary = _text(_own(item, "description")) or _text(_own(item, "summary"))
    text, full = (content, True) if len(content) >= len(summary) else (summary, False)
    return _made(
        identity=_said(item, "guid") or _said(item, "id"),
        headline=headline,
        url=_link(item, url),
        published=_published(item),
        text=text,
        full=full and bool(content),
        damaged=damaged,
    )


def _made(
    *,
    identity: str | None,
    headline: str | None,
    url: str | None,
    published: date | None,
    text: str,
    full: bool,
    damaged: bool = False,
) -> Entry:
    state = blake2b(digest_size=16)
    for part in (identity or url or "", headline or "", text):
        encoded = part.encode("utf-8", "replace")
        state.update(b"%d:%s" % (len(encoded), encoded))
    unreadable = damaged and "\ufffd" in f"{headline}{text}"
    return Entry(state.digest(), headline, url, published, text, full, unreadable)


def _own(parent: Any, name: str) -> Any:
    """Return the first child of that name in the parent's own vocabulary."""
    vocabularies = {namespace(parent), "", _RSS_1} | (
        _ATOM if namespace(parent) in _ATOM else frozenset()
    )
    return next(
        (each for each in parent if local(each) == name and namespace(each) in vocabularies), None
    )


def _of(parent: Any, vocabulary: str, name: str) -> Any:
    return parent.find(f"{{{vocabulary}}}{name}")


def _said(parent: Any, name: str) -> str | None:
    """Return a short field: what it says, on one line."""
    found = _own(parent, name)
    return one_line(str(found.text or "")[:_LONGEST_FIELD]) if found is not None else None


def _text(element: Any) -> str:
    """Return what a text construct says, whichever way it wraps its markup."""
    if element is None:
        return ""
    if len(element):
        return text_of(etree.tostring(element, encoding="unicode", with_tail=False))
    text = element.text or ""
    if namespace(element) in _ATOM and element.get("type", "text") in {"text", "text/plain"}:
        return str(text).strip()
    return text_of(text)


def _link(item: Any, url: str) -> str | None:
    original = _of(item, _FEEDBURNER, "origLink")
    stated = one_line(str(original.text or "")) if original is not None else None
    stated = stated or _said(item, "link") or _atom_link(item)
    guid = _own(item, "guid")
    if not stated and guid is not None and guid.get("isPermaLink", "true").lower() != "false":
        named = one_line(str(guid.text or "")[:_LONGEST_FIELD]) or ""
        stated = named if named.startswith(("http://", "https://")) else None
    if not stated:
        return None
    try:
        return urljoin(urljoin(url, str(item.base or "")), stated)
    except ValueError:
        return stated


def _atom_link(item: Any) -> str | None:
    for link in item:
        if local(link) == "link" and link.get("rel", "alternate") == "alternate":
            kind = link.get("type", "text/html")
            if kind in {"text/html", "application/xhtml+xml"} and link.get("href"):
                return one_line(str(link.get("href"))[:_LONGEST_FIELD])
    return None


def _published(item: Any) -> date | None:
    # When it was changed says when it was published only where nothing else does.
    stated = [_said(item, name) for name in ("pubdate", "published", "issued", "created")]
    dublin = _of(item, _DUBLIN_CORE, "date")
    stated.append(one_line(dublin.text or "") if dublin is not None else None)
    stated.append(_said(item, "updated") or _said(item, "modified"))
    return next(filter(None, map(_date, stated)), None)


def _date(stated: str | None) -> date | None:
    if not stated or len(stated) > _LONGEST_DATE:
        return None
    try:
        return dates.parse(parsedate_to_datetime(stated))
    except (ValueError, TypeError, OverflowError, IndexError):
        pass
    try:
        return dates.parse(stated)
    except ValueError:
        return None


def _ttl(about: Any) -> timedelta | None:
    minutes = _said(about, "ttl") or ""
    if minutes.isdecimal() and minutes.isascii():
        return min(timedelta(minutes=int(minutes[:6])), _LONGEST_TTL) or None
    period = _of(about, _SYNDICATION, "updatePeriod")
    hours = _PERIODS.get((period.text or "").strip().lower()) if period is not None else None
    times = _of(about, _SYNDICATION, "updateFrequency")
    often = (times.text or "").strip() if times is not None else "1"
    if hours is None or not often.isdecimal() or not often.isascii() or not int(often[:4]):
        return None
    return min(timedelta(hours=hours) / int(often[:4]), _LONGEST_TTL)


def _read_json(text: str, url: str) -> Document:
    feed = loads(text)
    version = feed.get("version") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(version)[:_LONGEST_DATE]:
        raise RefusedError("not a feed: JSON of another kind")
    items = feed.get("items")
    if not isinstance(items, list):
        raise RefusedError("items: not a list")
    return Document(
        title=_name(_string(feed, "title")),
        language=_string(feed, "language")[:_LONGEST_DATE] or None,
        entries=tuple(
            _json_entry(each, url) for each in items[:MOST_ENTRIES] if isinstance(each, dict)
        ),
    )


def _json_entry(item: dict[str, object], url: str) -> Entry:
    content = _string(item, "content_text").strip() or text_of(_string(item, "content_html"))
    stated = _string(item, "url") or _string(item, "external_url")
    try:
        link = urljoin(url, stated) if stated else None
    except ValueError:
        link = stated
    return _made(
        identity=_string(item, "id"),
        headline=one_line(clean(_string(item, "title"))),
        url=link,
        published=_date(_string(item, "date_published")) or _date(_string(item, "date_modified")),
        text=content or _string(item, "summary").strip(),
        full=bool(content),
    )


def _string(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
