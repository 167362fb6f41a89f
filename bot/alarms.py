"""What operators are told without asking, each thing once: trouble, and that it is over."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import render_operators, zones
from bot.sources.schedule import Turn
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from telegram import Bot

    from bot.feeds import Brought
    from bot.i18n.catalog import Catalogue
    from bot.store import Store

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
MOST_WAITING = 200  # pieces of news that are kept while Telegram is away
LATE = timedelta(minutes=15)
LOW_SHARE, LOW_BYTES = 0.05, 500_000_000
# Told again only after it was well in between: a disk at the edge would be told of every minute.
WELL_SHARE, WELL_BYTES = 0.08, 800_000_000
GIGABYTE = 1_000_000_000
MARKER = "running"

Disk = tuple[int, int]  # bytes in all, and free


@dataclass(slots=True)
class Alarms:
    """Looks now and then, and tells every operator what changed.

    `disk` and `now` are for tests.
    """

    bot: Bot
    admins: Collection[int]
    catalogue: Catalogue
    store: Store
    data_dir: Path
    time_zone: str = "UTC"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    disk: Callable[[Path], Disk] = lambda folder: shutil.disk_usage(folder)[::2]
    _waiting: deque[tuple[int, str, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=MOST_WAITING)
    )
    _low: bool = False
    _late: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def crashed(self) -> None:
        """Tell that the bot had not been stopped before it started."""
        self._add("crashed")

    async def polled(self, brought: Brought) -> None:
        """Hear of a poll; tell when a feed died or came back."""
        if brought.turn is Turn.DIED:
            self._add("feed_died", url=brought.url, trouble=brought.trouble or "?")
        elif brought.turn is Turn.CAME_BACK:
            self._add("feed_back", url=brought.url)

    async def run(self) -> None:
        """Look and tell, until cancelled; a failure is logged and tried again."""
        while True:
            # A store that cannot be read is no reason to keep quiet about a full disk.
            for act in (self.look, self.tell):
                try:
                    await act()
                except Exception:
                    log.exception("operators are not told")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            self._news.clear()

    async def look(self) -> None:
        """Look at the disk and at the queue."""
        whole, free = await asyncio.to_thread(self.disk, self.data_dir)
        if not self._low and (free < LOW_BYTES or free < whole * LOW_SHARE):
            self._low = True
            self._add("disk_low", free=f"{free / GIGABYTE:.1f} GB")
        elif self._low and free >= WELL_BYTES and free >= whole * WELL_SHARE:
            self._low = False
        now = self.now()
        oldest = (await self.store.outbox.counts(now))["oldest"]
        late = oldest is not None and now - oldest > LATE
        if late and not self._late:
            self._add("late", due=oldest)
        self._late = late

    async def tell(self) -> None:
        """Send what waits; what Telegram cannot be told now is kept."""
        while self._waiting:
            news = self._waiting[0]
            try:
                await self._send(*news)
            except (Forbidden, BadRequest) as refused:
                log.warning("an operator cannot be told: %s", refused)
            except TelegramError as error:
                log.warning("operators wait for news: %s", type(error).__name__)
                return
            if self._waiting and self._waiting[0] is news:  # no later one has pushed it out
                self._waiting.popleft()

    async def _send(self, chat_id: int, key: str, params: dict[str, Any]) -> None:
        language = await self.store.readers.language(chat_id)
        wishes = await self.store.following.wishes(chat_id)
        language = language or _known(wishes.language_code)
        say = zones.localised(self.catalogue.voice(language), wishes.zone, self.time_zone)
        text = render_operators.trouble(key, say, **params)
        await self.bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)

    def _add(self, key: str, **params: Any) -> None:
        log.warning("for operators: %s %s", key, " ".join(map(str, params.values())))
        self._waiting.extend((each, key, params) for each in sorted(self.admins))
        self._news.set()


def _known(code: str | None) -> Language:
    short = (code or "").partition("-")[0].lower()
    return Language(short) if short in set(Language) else Language.ENGLISH


@contextmanager
def running(data_dir: Path, *, crashed: Callable[[], None]) -> Iterator[None]:
    """Leave a mark in the data folder while the bot runs, which every stop but a crash takes away.

    `crashed` is called when an earlier one is there. A signal's cancellation is a stop; an error is
    a crash.
    """
    mark = data_dir / MARKER
    if mark.exists():
        crashed()
    mark.touch()
    try:
        yield
    except asyncio.CancelledError:
        mark.unlink(missing_ok=True)
        raise
    else:
        mark.unlink(missing_ok=True)
