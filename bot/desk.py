"""What operators do from a chat: see to the feeds, hand in a document or a link."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.newsroom import Tally, take_in, take_in_pages
from bot.sources import Refusal
from bot.sources.feeds import Feed
from bot.sources.files import EXTENSIONS
from bot.sources.opml import subscription

if TYPE_CHECKING:
    from bot.sources.fetching import Fetcher
    from bot.store import Store
    from bot.store.feeds import Polled

LARGEST = 20_000_000  # bytes that getFile gives
MOST_REFUSALS = 5  # that are named
LONGEST_NAME = 40  # characters of up to four bytes, beside the ending


@dataclass(slots=True)
class Handed:
    """What became of a document or a link, and the first refusals."""

    tally: Tally = field(default_factory=Tally)
    refusals: list[Refusal] = field(default_factory=list)

    def refused(self, refusal: Refusal) -> None:
        """Keep a refusal, if it is among the first."""
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(refusal)


class Desk:
    """Acts on the store, and fetches."""

    def __init__(self, store: Store, fetcher: Fetcher) -> None:
        self._store = store
        self._fetcher = fetcher

    async def feeds(self) -> list[Polled]:
        """Return every feed, in the order in which they were added."""
        return await self._store.feeds.all()

    async def add_feed(self, url: str) -> bool:
        """Poll a feed from now on; return whether it is new. Raises RefusedError."""
        wanted = subscription(url)
        added = await self._store.feeds.add([Feed(wanted.url)], datetime.now(UTC))
        return bool(added.new)

    async def remove_feed(self, url: str) -> bool:
        """Poll a feed no longer; return whether there was one."""
        return await self._store.feeds.remove(url.strip())

    async def take_file(self, name: str, content: bytes) -> Handed:
        """Publish the articles of a file."""
        handed = Handed()
        with TemporaryDirectory(prefix="isnad-") as folder:
            path = Path(folder, _file_name(name))
            await asyncio.to_thread(path.write_bytes, content)
            named = _Named(handed, folder)
            await take_in(self._store.articles, [path], refused=named.refused, tally=handed.tally)
        return handed

    async def take_page(self, url: str) -> Handed:
        """Publish the article of a page."""
        handed = Handed()
        await take_in_pages(
            self._store.articles,
            [url],
            self._fetcher,
            refused=handed.refused,
            tally=handed.tally,
        )
        return handed


@dataclass(frozen=True, slots=True)
class _Named:
    """Names files as they were sent, not where they lay."""

    handed: Handed
    folder: str

    def refused(self, refusal: Refusal) -> None:
        where = refusal.where.removeprefix(self.folder).lstrip("/")
        self.handed.refused(Refusal(where, refusal.reason))


def readable(name: str) -> bool:
    """Return whether a file's name has an ending that can be read."""
    return Path(name).suffix.lower() in EXTENSIONS


def _file_name(name: str) -> str:
    """Return a stranger's file name without a way out of its folder, or into a manifest."""
    last = name.replace("\\", "/").rpartition("/")[2].lstrip(".")
    clean = "".join(each if each.isprintable() else "?" for each in last)
    suffix = Path(clean).suffix.lower()
    stem = clean[: len(clean) - len(suffix)].encode("utf-8", "replace").decode()
    return f"{stem[:LONGEST_NAME] or 'document'}{suffix}"
