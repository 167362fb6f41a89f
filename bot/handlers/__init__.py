"""The routing table: which update goes to which conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.handlers import ask, commands, inline, press
from bot.handlers.failure import failed

if TYPE_CHECKING:
    from telegram.ext import BaseHandler

    from bot.context import Context

__all__ = ["COMMANDS", "UPDATES", "failed", "routes"]

UPDATES = ("message", "callback_query", "inline_query")

COMMANDS = {
    "start": commands.start,
    "help": commands.help_,
    "language": commands.language,
    "privacy": commands.privacy,
    "about": commands.about,
}

_PRIVATE = filters.ChatType.PRIVATE
_GROUP = filters.ChatType.GROUPS
# What was sent through inline mode is an answer already; what happened to a chat is no message.
_SAID = ~filters.VIA_BOT & ~filters.StatusUpdate.ALL


def routes() -> list[BaseHandler[Any, Context, Any]]:
    """Return the handlers; the first that matches an update has it."""
    return [
        *(CommandHandler(name, act) for name, act in COMMANDS.items()),
        MessageHandler(filters.StatusUpdate.MIGRATE, commands.moved),
        MessageHandler(_PRIVATE & filters.COMMAND & _SAID, commands.unknown),
        MessageHandler(_PRIVATE & _SAID, ask.in_private),
        MessageHandler(_GROUP & (filters.TEXT | filters.CAPTION) & _SAID, ask.in_group),
        CallbackQueryHandler(press.pressed),
        InlineQueryHandler(inline.asked),
    ]
