"""The routing table: which update goes to which conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.handlers import alerts, ask, commands, inline, operators, press, standing, wishes
from bot.handlers.failure import failed

if TYPE_CHECKING:
    from telegram.ext import BaseHandler

    from bot.context import Context

__all__ = ["COMMANDS", "UPDATES", "failed", "routes"]

UPDATES = ("message", "channel_post", "callback_query", "inline_query", "my_chat_member")

COMMANDS = {
    "start": commands.start,
    "help": commands.help_,
    "alert": alerts.alert,
    "alerts": alerts.alerts,
    "settings": wishes.settings,
    "language": commands.language,
    "privacy": commands.privacy,
    "about": commands.about,
    "export": wishes.export,
    "forget": wishes.forget,
    "status": operators.status,
    "feeds": operators.feeds,
}
CHANNEL_COMMANDS = ("alert", "alerts", "settings", "export", "forget")

_PRIVATE = filters.ChatType.PRIVATE
_GROUP = filters.ChatType.GROUPS
# A channel's posts come a second time into the group where they are discussed.
_GIVEN = filters.UpdateType.MESSAGE & ~filters.IS_AUTOMATIC_FORWARD
_POSTED = filters.UpdateType.CHANNEL_POST
# A channel may have several bots: a command without a name is for none of them.
_CALLED = _POSTED & filters.Regex(r"^/\w+@")
# What was sent through inline mode is an answer already; what happened to a chat is no message.
_SAID = ~filters.VIA_BOT & ~filters.StatusUpdate.ALL


def routes() -> list[BaseHandler[Any, Context, Any]]:
    """Return the handlers; the first that matches an update has it."""
    return [
        *(CommandHandler(name, act, _GIVEN) for name, act in COMMANDS.items()),
        *(CommandHandler(name, COMMANDS[name], _CALLED) for name in CHANNEL_COMMANDS),
        MessageHandler(_POSTED & filters.TEXT & ~filters.COMMAND, alerts.in_channel),
        MessageHandler(filters.StatusUpdate.MIGRATE, standing.moved),
        MessageHandler(_PRIVATE & filters.COMMAND & _SAID, commands.unknown),
        MessageHandler(_PRIVATE & _SAID, ask.in_private),
        MessageHandler(_GROUP & (filters.TEXT | filters.CAPTION) & _SAID, ask.in_group),
        CallbackQueryHandler(press.pressed),
        InlineQueryHandler(inline.asked),
        ChatMemberHandler(standing.changed, ChatMemberHandler.MY_CHAT_MEMBER),
    ]
