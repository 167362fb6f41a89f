"""What goes wrong between a bot and Telegram, played on purpose.

A reader who blocks the bot, and a group that moves, are in `readers` and `telegram`: those are
things that people do.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.preview.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.preview.updates import Updates


@dataclass(frozen=True, slots=True)
class LostReply:
    """The method is carried out, and the connection breaks before the bot hears of it."""


class Faults:
    """What the next calls of each method meet instead of an answer."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._next: defaultdict[str, deque[RefusedError | LostReply]] = defaultdict(deque)

    def fail_next(
        self,
        method: str,
        status: int,
        description: str,
        parameters: dict[str, Any] | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls of a method; a poll that hangs is refused at once."""
        refusals = [RefusedError(status, description, parameters) for _ in range(times)]
        if method == "getUpdates":
            self._updates.fail(refusals)
        else:
            self._next[method].extend(refusals)

    def slow_down(self, method: str, seconds: int, times: int = 1) -> None:
        """Answer the next calls with 429: too many requests, retry after so many seconds."""
        description = f"Too Many Requests: retry after {seconds}"
        self.fail_next(method, 429, description, {"retry_after": seconds}, times)

    def break_gateway(self, method: str, times: int = 1) -> None:
        """Answer the next calls with 502."""
        self.fail_next(method, 502, "Bad Gateway", times=times)

    def lose_reply(self, method: str, times: int = 1) -> None:
        """Carry out the next calls, and break the connection instead of answering."""
        self._next[method].extend([LostReply()] * times)

    def around(self, method: str, perform: Callable[[], Any]) -> Any:
        """Perform a method, or fail as was asked for. Raises RefusedError and ReplyLostError."""
        waiting = self._next.get(method)
        fault = waiting.popleft() if waiting else None
        if isinstance(fault, RefusedError):
            raise fault
        result = perform()
        if isinstance(fault, LostReply):
            raise ReplyLostError
        return result


class ReplyLostError(Exception):
    """The connection is to be broken."""
