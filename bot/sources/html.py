"""A saved page: the article inside it, and what the page says of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bot.sources import dates
from bot.sources.details import Details
from bot.sources.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET_WITHIN = 4_096
# The extraction takes time in the square of these: 10 s at 100,000.
MOST_ELEMENTS = 30_000
_NO_TEXT = "no article text found"
# Where publishers state the day; modification dates are not among them.
_DATE_NAMES = frozenset(
    {
        "article:published_time",
        "og:article:published_time",
        "og:published_time",
        "datepublished",
        "date",
        "pubdate",
        "publishdate",
        "publish-date",
        "publish_date",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date",
        "dc.date.issued",
        "dcterms.created",
        "dcterms.date",
        "dcterms.issued",
    }
)


def declared_charset(content: bytes) -> str | None:
    """Return the charset in the page's own <meta>, or None."""
    match = _CHARSET.search(content[:_CHARSET_WITHIN])
    return match[1].decode("ascii", "replace") if match else None


def read_html(content: str) -> tuple[str, Details]:
    """Return a page's article text, and its title, site, address and date. Raises RefusedError."""
    import trafilatura  # noqa: PLC0415 - 0.3 s that only pages pay for

    tree = trafilatura.load_html(content)
    if tree is None:
        raise RefusedError(_NO_TEXT)
    if sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
        raise RefusedError(f"more than {MOST_ELEMENTS:,} elements")
    stated = list(_stated_dates(tree))
    try:
        about = trafilatura.extract_metadata(tree, extensive=False)
        article: Any = trafilatura.bare_extraction(
            tree, include_comments=False, include_tables=False
        )
    except Exception as error:
        # Heuristics over strangers' markup: whatever they trip over, only this page is refused.
        raise RefusedError(_NO_TEXT) from error
    text = getattr(article, "text", None) or ""
    if not text.strip():
        raise RefusedError(_NO_TEXT)
    fields = {
        "headline": about.title,
        "outlet": about.sitename,
        "url": about.url,
        # htmldate would also take a date from the prose, an image's name or the copyright line.
        "published": next(filter(None, map(_date, stated)), None),
    }
    return text, Details.as_far_as_valid(fields)


def _stated_dates(tree: Any) -> Iterator[str]:
    """Yield what <meta>, JSON-LD and marked <time> elements give as the day of publication."""
    for meta in tree.iter("meta"):
        names = {meta.get(key, "").casefold() for key in ("property", "name", "itemprop")}
        if names & _DATE_NAMES:
            yield meta.get("content", "")
    for script in tree.iter("script"):
        if script.get("type", "").casefold() == "application/ld+json":
            yield from _linked_data_dates(script.text or "")
    for moment in tree.iter("time"):
        if moment.get("itemprop", "").casefold() == "datepublished" or "pubdate" in moment.attrib:
            yield moment.get("datetime", "")


def _linked_data_dates(content: str) -> Iterator[str]:
    try:
        waiting = [json.loads(content, parse_int=float)]
    except (ValueError, RecursionError):
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if isinstance(node.get("datePublished"), str):
                yield node["datePublished"]
            waiting.append(node.get("@graph"))


def _date(stated: str) -> Any:
    try:
        return dates.parse(stated)
    except ValueError:
        return None
