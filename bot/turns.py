"""Counts every message that goes to Telegram, so that alerts take the turns that answers leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.handlers.reply import wait_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.clocks import Clocks


class Turns(BaseRateLimiter[None]):
    """Counts, and holds nobody up: whoever may wait asks the clocks first."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    async def initialize(self) -> None:
        """Need nothing."""

    async def shutdown(self) -> None:
        """Hold nothing."""

    async def process_request(  # noqa: PLR0917 - the library's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Make the call; count it if it sends or edits, and note a wait that Telegram demands."""
        del rate_limit_args
        chat_id = data.get("chat_id")
        if not isinstance(chat_id, int):
            return await callback(*args, **kwargs)
        if endpoint.startswith(("send", "edit")) and endpoint != "sendChatAction":
            self._clocks.said(chat_id)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as slow:
            self._clocks.refused(chat_id, wait_seconds(slow))
            raise
