"""Sending: Telegram's limits obeyed, its refusals understood."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.layout import Message as Rendered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import CallbackQuery

    from bot.layout import Keyboard

log = logging.getLogger(__name__)
_T = TypeVar("_T")

TRIES = 3
LONGEST_WAIT = 60.0  # seconds; a longer wait is not for a reader who is looking at the chat
PAUSE = 1.0  # seconds before a dropped connection is tried again
_GONE = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "topic_closed",
    "message thread not found",
    "chat_write_forbidden",
)


async def reply(to: Message, said: Rendered | str, *, prompt: str | None = None) -> Message | None:
    """Answer a message; return what was sent, or None when its chat is closed to us.

    With a `prompt`, which stands in the input field, its sender is made to reply to ours.
    A group that has become a supergroup is answered there, where the question has another number.
    """
    message = Rendered(said) if isinstance(said, str) else said
    look: dict[str, Any] = {
        "parse_mode": ParseMode.HTML,
        "reply_markup": _forced(to, prompt) if prompt else markup(message.keyboard),
    }
    quoted = ReplyParameters(to.message_id, allow_sending_without_reply=True)
    try:
        return await patiently(lambda: to.reply_text(message.html, reply_parameters=quoted, **look))
    except ChatMigrated as moved:
        new = moved.new_chat_id
        return await patiently(lambda: to.get_bot().send_message(new, message.html, **look))


async def send_file(to: Message, name: str, content: bytes, caption: str) -> Message | None:
    """Answer a message with a file; return what was sent, or None as `reply` does."""
    quoted = ReplyParameters(to.message_id, allow_sending_without_reply=True)
    return await patiently(
        lambda: to.reply_document(content, filename=name, caption=caption, reply_parameters=quoted)
    )


async def patiently(send: Callable[[], Awaitable[_T]]) -> _T | None:
    """Send, waiting as Telegram demands; return None when nobody can be reached there.

    Raises RetryAfter when the wait is too long, NetworkError when the line stays dead, and
    ChatMigrated. TimedOut is raised at once: the message has probably arrived. After a connection
    that broke it probably has not, so it is sent again, at the risk of twice.
    """
    for left in range(TRIES - 1, -1, -1):
        try:
            return await send()
        except RetryAfter as slow:
            seconds = wait_seconds(slow)
            if not left or seconds > LONGEST_WAIT:
                raise
            await asyncio.sleep(seconds)
        except Forbidden as closed:
            log.info("not delivered: %s", closed)
            return None
        except BadRequest as refused:
            if not any(reason in str(refused).lower() for reason in _GONE):
                raise
            log.info("not delivered: %s", refused)
            return None
        except TimedOut:
            raise
        except NetworkError:
            if not left:
                raise
            await asyncio.sleep(PAUSE)
    return None


async def acknowledge(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Answer a press; one that Telegram has given up on is let go."""
    try:
        await query.answer(text or None, show_alert=alert or None)
    except BadRequest as late:
        log.info("press not acknowledged: %s", late)


async def redraw(message: Message, said: Rendered) -> None:
    """Replace a message of ours; one that is unchanged or gone stays as it is."""
    try:
        await message.edit_text(
            said.html, parse_mode=ParseMode.HTML, reply_markup=markup(said.keyboard)
        )
    except (BadRequest, ChatMigrated) as refused:
        log.info("not edited: %s", refused)


async def rebutton(message: Message, *, without: str, extra: Keyboard = ()) -> None:
    """Take buttons off a message of ours, by the first letter of their data, and add others."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    kept = [[button for button in row if not _is(button, without)] for row in rows]
    added = markup(extra)
    keyboard = [row for row in kept if row] + list(added.inline_keyboard if added else ())
    try:
        await message.edit_reply_markup(InlineKeyboardMarkup(keyboard) if keyboard else None)
    except (BadRequest, ChatMigrated) as refused:
        log.info("buttons not changed: %s", refused)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Return Telegram's form of a keyboard, or None for an empty one."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.label, callback_data=b.data, url=b.url) for b in row]
            for row in keyboard
        ]
    )


def _forced(to: Message, placeholder: str) -> ForceReply:
    # In a group it is shown to the sender of the message that is answered, and to nobody else.
    selective = True if to.chat.type != to.chat.PRIVATE else None
    return ForceReply(selective=selective, input_field_placeholder=placeholder)


def _is(button: InlineKeyboardButton, letters: str) -> bool:
    data = button.callback_data
    return isinstance(data, str) and data[:1] in letters and data[1:2] == ":"


def wait_seconds(slow: RetryAfter) -> float:
    """Return for how long Telegram wants to hear nothing."""
    wait = slow.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
