"""A page of the web, by its address: the article on it, or by name why there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sources import charsets
from bot.sources.details import Details, submission
from bot.sources.html import read_html
from bot.sources.refusing import RefusedError, shown
from bot.sources.responses import Failed, Fault, Fetched, Unchanged
from bot.sources.submission import Refusal, Submission

if TYPE_CHECKING:
    from bot.sources.fetching import Fetcher

_TRACKING = ("utm_", "fbclid=", "gclid=", "mc_cid=", "mc_eid=")
_PAGES = frozenset(("", "text/html", "application/xhtml+xml", "application/xml"))


async def read_page_at(url: str, fetcher: Fetcher) -> Submission | Refusal:
    """Fetch a page and return its article. Never raises but for cancellation."""
    page = await fetcher.get(url)
    where = shown(url)
    # Where it was found, not what it calls itself: no page may pass for another's article.
    address = without_tracking(page.url if isinstance(page, Fetched) else None)
    try:
        given = Details.of({"url": address})
        return await asyncio.to_thread(read_page, page, given, address or where)
    except RefusedError as error:
        return Refusal(where, str(error))


def read_page(page: Fetched | Unchanged | Failed, given: Details, source: str) -> Submission:
    """Return the article of a fetched page; `given` goes before its own. Raises RefusedError."""
    if not isinstance(page, Fetched):
        fault = page.fault if isinstance(page, Failed) else Fault.UNEXPECTED
        raise RefusedError(fault.value)
    if page.media_type not in _PAGES:
        raise RefusedError("not an HTML page")
    if not page.whole:
        raise RefusedError("breaks off")
    decoded = charsets.decode(page.content, page.charset)
    text, details = read_html(decoded.text)
    if decoded.damaged and "\ufffd" in text:
        raise RefusedError("holds characters that cannot be read")
    return submission(text, details, given, source)


def without_tracking(url: str | None) -> str | None:
    """Return the address without what only tells which link was followed."""
    if url is None or "?" not in url:
        return url
    path, _, rest = url.partition("?")
    query, mark, fragment = rest.partition("#")
    kept = [each for each in query.split("&") if not each.lower().startswith(_TRACKING)]
    return f"{path}{'?' if kept else ''}{'&'.join(kept)}{mark}{fragment}"
