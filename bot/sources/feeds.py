"""A poll of a stranger's feed: fetched, read, and its articles handed over as submissions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING, TypeVar

from bot.sources import languages
from bot.sources.addresses import is_web
from bot.sources.details import Details, submission
from bot.sources.fetching import FEED, PAGE
from bot.sources.pages import read_page, without_tracking
from bot.sources.refusing import RefusedError, shown
from bot.sources.responses import Failed, Fault, Unchanged
from bot.sources.schedule import Outcome
from bot.sources.submission import Refusal, Submission
from bot.sources.syndication import read_feed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from bot.sources.fetching import Fetcher
    from bot.sources.responses import Fetched
    from bot.sources.syndication import Document, Entry
    from retrieval.models import Language

MOST_AT_ONCE = 200  # new entries of one poll
MOST_PAGES = 20  # fetched in one poll; the others' turn comes with the next
PAGES_SECONDS = 120.0  # after which no other page is fetched in this poll
PATIENCE = timedelta(days=1)  # with a page that cannot be had; then the summary is taken
MOST_KEYS = 2_000
KEY_BYTES = 16
OLD = timedelta(days=2)  # older than this is taken in without a word
LOUD = 20  # of one poll; the rest is taken in without a word
FULL_WORDS = 60  # a summary that the feed calls content has fewer
LONG_WORDS = 200  # an article that the feed calls a description has more
SUMMARY_WORDS = 12
_CUT = ("…", "...", "[…]", "[...]", "[&#8230;]")
# Another poll may find these mended; the entry is looked at again.
_PASSING = frozenset(
    {Fault.TOO_SLOW, Fault.NO_CONNECTION, Fault.ASKED_TO_WAIT, Fault.SERVER, Fault.NO_SUCH_HOST}
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, what its operator knows of it, and what the last poll left behind."""

    url: str
    outlet: str | None = None
    language: Language | None = None
    etag: str | None = None
    modified: str | None = None
    keys: bytes = b""  # of entries that need no second look, 16 bytes each, newest last
    hushed: bytes = b""  # of entries whose turn is to come, and then without a word
    answered: datetime | None = None  # when it last did, in UTC


@dataclass(frozen=True, slots=True)
class Taken:
    """An article to publish. `silent`: nobody is to be told, it is old or one of very many."""

    submission: Submission
    silent: bool


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll brought: articles (oldest first), what was refused, and the feed as it now is."""

    feed: Feed
    outcome: Outcome
    articles: tuple[Taken, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """A new entry and what is to be done with it: publish, refuse, or read its page first."""

    entry: Entry
    where: str
    ready: Submission | RefusedError | Details


async def poll(
    feed: Feed, fetcher: Fetcher, now: datetime, *, thread: Executor | None = None
) -> PollResult:
    """Ask a feed for what is new. Never raises but for cancellation.

    Everything that takes time happens on `thread`, the event loop's own pool by default.
    """
    found = await fetcher.get(feed.url, accept=FEED, etag=feed.etag, modified=feed.modified)
    if isinstance(found, Failed):
        gone = found.fault is Fault.GONE
        outcome = Outcome(fault=found.fault.value, gone=gone, wait=found.wait)
        return PollResult(feed, outcome, refusals=(Refusal(feed.url, found.fault.value),))
    if isinstance(found, Unchanged):
        return PollResult(replace(feed, answered=now), Outcome(fresh=found.fresh))
    try:
        document, items = await _on(thread, lambda: _read(feed, found, now))
    except RefusedError as error:
        return PollResult(
            feed, Outcome(fault=str(error)), refusals=(Refusal(feed.url, str(error)),)
        )
    return await _Poll(feed, fetcher, now, thread).of(found, document, items)


class _Poll:
    """One poll under way."""

    def __init__(
        self, feed: Feed, fetcher: Fetcher, now: datetime, thread: Executor | None
    ) -> None:
        self._feed, self._fetcher, self._now, self._thread = feed, fetcher, now, thread
        self._title: str | None = None
        self._taken: list[tuple[Entry, Submission]] = []
        self._refused: list[Refusal] = []
        self._done: list[bytes] = []
        self._hushed = {*_keys(feed.hushed)}
        self._pages = MOST_PAGES  # left
        self._until = asyncio.get_running_loop().time() + PAGES_SECONDS

    async def of(self, found: Fetched, document: Document, items: Sequence[_Item]) -> PollResult:
        self._title = document.title
        for item in items[:MOST_AT_ONCE]:
            await self._take(item)
        whole = document.whole and found.whole
        if not whole:
            self._refused.append(Refusal(self._feed.url, "breaks off"))
        # With validators, what was left for later would not be sent again.
        complete = whole and len(self._done) == len(items)
        done = {*self._done}
        known = (key for key in _keys(self._feed.keys) if key not in done)
        feed = replace(
            self._feed,
            url=found.moved or self._feed.url,
            etag=found.etag if complete else None,
            modified=found.modified if complete else None,
            keys=b"".join((*known, *self._done))[-MOST_KEYS * KEY_BYTES :],
            hushed=b"".join(self._left(items)),
            answered=self._now,
        )
        fresh = max(filter(None, (found.fresh, document.ttl)), default=None)
        outcome = Outcome(new=len(self._taken), fresh=fresh)
        return PollResult(feed, outcome, tuple(self._announced()), tuple(self._refused))

    async def _take(self, item: _Item) -> None:
        given = item.ready
        ready = await self._from_page(item, given) if isinstance(given, Details) else given
        if isinstance(ready, Fault):
            self._refused.append(Refusal(item.where, f"page: {ready}, for now"))
        elif ready is not None:
            self._done.append(item.entry.key)
            if isinstance(ready, Submission):
                # What the feed is called names the outlet, where neither operator nor page does.
                outlet = ready.outlet or self._title
                self._taken.append((item.entry, replace(ready, outlet=outlet)))
            else:
                self._refused.append(Refusal(item.where, str(ready)))

    async def _from_page(
        self, item: _Item, given: Details
    ) -> Submission | RefusedError | Fault | None:
        """Return the article of a page, or of the summary if there is none.

        A fault that may pass, or None where it is not the page's turn, leave it for the next poll.
        """
        if not self._pages or item.entry.url is None:
            return None
        if asyncio.get_running_loop().time() > self._until:
            return None
        self._pages -= 1
        page = await self._fetcher.get(item.entry.url, accept=PAGE, via=self._feed.url)
        if isinstance(page, Failed) and page.fault in _PASSING:
            if page.fault is Fault.ASKED_TO_WAIT:
                self._pages = 0
            if _moment(item.entry, self._now) > self._now - PATIENCE:
                return page.fault
        article, lost = await _on(
            self._thread, lambda: _from_page(page, item.entry, given, self._feed.url)
        )
        if lost is not None and isinstance(article, Submission):
            self._refused.append(Refusal(item.where, f"page: {lost}; the summary is taken"))
        return article

    def _announced(self) -> list[Taken]:
        """Return the articles, oldest first; those that would come as a flood are silent."""
        by_age = sorted(self._taken, key=lambda each: _moment(each[0], self._now))
        many = len(by_age) - LOUD
        return [
            Taken(
                article,
                silent=number < many
                or entry.key in self._hushed
                or self._feed.answered is None
                or (article.published is None and self._late)
                or _moment(entry, self._now) < self._now - OLD,
            )
            for number, (entry, article) in enumerate(by_age)
        ]

    def _left(self, items: Sequence[_Item]) -> list[bytes]:
        """Return those of the entries left for later that would come as a flood, too."""
        done = {*self._done}
        hushed = self._hushed | {each.entry.key for each in items[LOUD:]}
        return [
            each.entry.key
            for each in items
            if each.entry.key not in done
            and (
                each.entry.key in hushed
                or self._feed.answered is None
                or (each.entry.published is None and self._late)
            )
        ]

    @property
    def _late(self) -> bool:
        """Whether nobody knows which entries are new: at the first poll, and after a long time."""
        return self._feed.answered is None or self._now - self._feed.answered > OLD


def _read(feed: Feed, found: Fetched, now: datetime) -> tuple[Document, list[_Item]]:
    """Return a feed, and those of its entries that are new, each once, newest first."""
    document = read_feed(found.content, found.charset, found.url, whole=found.whole)
    if feed.language is None and document.language:
        try:
            languages.parse(document.language)
        except ValueError:
            raise RefusedError("language: only ar and en") from None
    known = {*_keys(feed.keys)}
    new = {each.key: each for each in document.entries if each.key not in known}
    latest = datetime.max.replace(tzinfo=UTC)
    ordered = sorted(new.values(), key=lambda each: _moment(each, latest), reverse=True)
    # Those beyond what is taken in one poll are counted, and read when their turn comes.
    return document, [
        _item(each, feed, now) if number < MOST_AT_ONCE else _Item(each, "", Details())
        for number, each in enumerate(ordered)
    ]


def _item(entry: Entry, feed: Feed, now: datetime) -> _Item:
    where = shown(entry.url or f"{feed.url}:{entry.headline or '?'}")
    try:
        return _Item(entry, where, _prepared(entry, feed, now))
    except RefusedError as error:
        return _Item(entry, where, error)


def _prepared(entry: Entry, feed: Feed, now: datetime) -> Submission | Details:
    """Return the article, or what is known of it when its page must be read first."""
    if entry.damaged:
        raise RefusedError("holds characters that cannot be read")
    if entry.url and not is_web(entry.url):
        raise RefusedError("url: not an http or https address")
    given = Details.of(
        {
            "headline": entry.headline,
            "outlet": feed.outlet,
            "url": without_tracking(entry.url),
            "published": _not_ahead(entry, now),
            "language": feed.language,
        }
    )
    if _is_full(entry) or entry.url is None:
        return submission(entry.text, Details(), given, feed.url)
    return given


def _from_page(
    page: Fetched | Unchanged | Failed, entry: Entry, given: Details, source: str
) -> tuple[Submission | RefusedError, str | None]:
    """Return the article, or why there is none; and why it is not the page's, if it is not."""
    try:
        return read_page(page, given, source), None
    except RefusedError as error:
        lost = str(error)
    if len(entry.text.split()) < SUMMARY_WORDS:
        return RefusedError(f"page: {lost}"), lost
    try:
        return submission(entry.text, Details(), given, source), lost
    except RefusedError as error:
        return error, lost


def _is_full(entry: Entry) -> bool:
    text = entry.text.rstrip()
    least = FULL_WORDS if entry.full else LONG_WORDS
    return len(text.split()) >= least and not text.endswith(_CUT)


def _not_ahead(entry: Entry, now: datetime) -> object:
    """Return the date, unless it lies in the future: a template's, or a mistake."""
    return None if _moment(entry, now) > now + timedelta(days=1) else entry.published


def _keys(joined: bytes) -> list[bytes]:
    return [joined[at : at + KEY_BYTES] for at in range(0, len(joined), KEY_BYTES)]


def _moment(entry: Entry, otherwise: datetime) -> datetime:
    if entry.published is None:
        return otherwise
    if isinstance(entry.published, datetime):
        return entry.published
    return datetime.combine(entry.published, clock(), UTC)


async def _on(thread: Executor | None, work: Callable[[], _T]) -> _T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)
