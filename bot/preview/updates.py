"""What waits for the bot, and the long poll that fetches it."""

from __future__ import annotations

import asyncio
import copy
import itertools
from typing import TYPE_CHECKING, Any

from bot.preview.refusing import RefusedError, bad

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_POLL = 50  # seconds
MOST_AT_ONCE = 100
MOST_WAITING = 100_000
REST = 3.0  # seconds between two polls after which a bot counts as stopped

_OFF_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_SECOND_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class Updates:
    """One bot's queue. `stir` is called at each change, `listens` as polling begins and ends."""

    def __init__(self, stir: Callable[[], None], listens: Callable[[bool], None]) -> None:
        self._stir = stir
        self._listens = listens
        self._numbers = itertools.count(5001)
        self._changed = asyncio.Event()
        self._queue: list[dict[str, Any]] = []
        self._again: list[dict[str, Any]] = []
        self._last: list[dict[str, Any]] = []
        self._failures: list[RefusedError] = []
        self._allowed: frozenset[str] | None = None
        self._poller: object | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._silent = False
        self._closed = False
        self.dropped: list[str] = []
        self.webhook: dict[str, Any] = {}

    def __len__(self) -> int:
        """How many updates have not been confirmed by a later offset."""
        return len(self._queue)

    @property
    def listening(self) -> bool:
        """Whether a bot polls."""
        return self._poller is not None

    def push(self, kind: str, what: dict[str, Any]) -> None:
        """Queue an update of any kind, unless the bot has not asked for that kind."""
        wanted = kind in self._allowed if self._allowed else kind not in _OFF_BY_DEFAULT
        if wanted:
            number = next(self._numbers)
            self._queue.append({"update_id": number, kind: copy.deepcopy(what)})
            del self._queue[:-MOST_WAITING]
        else:
            self.dropped = [*self.dropped[-99:], kind]
        self._change()

    def repeat(self) -> None:
        """Deliver once more what was delivered last, confirmed or not."""
        self._again += copy.deepcopy(self._last)
        self._change()

    def fail(self, refusals: list[RefusedError]) -> None:
        """Refuse the next polls; one that hangs is refused at once."""
        self._failures += refusals
        self._change()

    def silence(self) -> None:
        """Let getUpdates hang, whatever comes."""
        self._silent = True

    def speak(self) -> None:
        """End the silence."""
        self._silent = False
        self._change()

    def close(self) -> None:
        """Let every poll return nothing at once."""
        self._closed = True
        if self._rest:
            self._rest.cancel()
        self._change()

    def set_webhook(self, given: dict[str, Any]) -> bool:
        """Note a webhook, with which polling is refused. Nothing is delivered to it."""
        url = given.get("url", "")
        if url and not url.startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = {**given} if url else {}
        if given.get("drop_pending_updates"):
            self._queue.clear()
        self._change()
        return True

    def webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        """Return what getWebhookInfo says."""
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
        }

    async def get(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer getUpdates, waiting up to its timeout. Raises RefusedError, 409 among others."""
        begins = not self.listening
        poller = self._poller = object()
        if begins:
            self._listens(True)  # noqa: FBT003 - a callback
        self._change()
        if self._rest:
            self._rest.cancel()
        try:
            return await self._poll(given, poller)
        finally:
            if self._poller is poller and not self._closed:
                self._rest = asyncio.get_running_loop().call_later(REST, self._stop)

    async def _poll(self, given: dict[str, Any], poller: object) -> list[dict[str, Any]]:
        if self.webhook:
            raise RefusedError(409, _WEBHOOK)
        if "allowed_updates" in given:
            self._allowed = frozenset(given["allowed_updates"]) or None
        self._confirm(given.get("offset", 0))
        await self._something(given, poller)
        if self._closed:
            return []
        if self._poller is not poller:
            raise RefusedError(409, _SECOND_POLLER)
        if self._failures:
            raise self._failures.pop(0)
        again, self._again = self._again, []
        batch = (again + self._queue)[: min(max(given.get("limit", 100), 1), MOST_AT_ONCE)]
        self._last = batch or self._last
        return batch

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._queue = self._queue[offset:]
        else:
            self._queue = [each for each in self._queue if each["update_id"] >= offset]
        self._stir()

    async def _something(self, given: dict[str, Any], poller: object) -> None:
        """Wait for an update, a failure to play, another poller, the end, or the timeout."""
        expired = asyncio.Event()

        def expire() -> None:
            expired.set()
            self._change()

        def ready() -> bool:
            if self._closed:
                return True
            ours = self._queue or self._again or self._failures
            over = self._poller is not poller or expired.is_set()
            return not self._silent and bool(ours or over)

        timeout = min(max(given.get("timeout", 0), 0), LONGEST_POLL)
        alarm = asyncio.get_running_loop().call_later(timeout, expire)
        try:
            while not ready():
                await self._changed.wait()
        finally:
            alarm.cancel()

    def _stop(self) -> None:
        self._poller = None
        self._listens(False)  # noqa: FBT003 - a callback

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
        self._stir()
