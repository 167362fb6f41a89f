"""Whether the bot is let in: blocked and unblocked, thrown out and taken in, moved along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatMemberStatus, ChatType, ParseMode

from bot.handlers.reply import patiently

if TYPE_CHECKING:
    from telegram import Update

    from bot.context import Context
    from bot.i18n.catalog import Voice

_OUT = {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}


async def changed(update: Update, context: Context) -> None:
    """Stop writing to a chat that shut the bot out; go on when it lets the bot in again."""
    told = update.my_chat_member
    if told is None:
        return
    chat = told.chat
    if told.new_chat_member.status in _OUT:
        private = chat.type == ChatType.PRIVATE
        await context.services.follows.end(chat.id, "blocked" if private else "left")
        return
    say = await context.voice(update)
    back = await revived(context, chat.id, say)
    if back and chat.type != ChatType.CHANNEL:  # what is posted there is for its readers
        await patiently(lambda: context.bot.send_message(chat.id, back, parse_mode=ParseMode.HTML))


async def revived(context: Context, chat_id: int, say: Voice) -> str:
    """Write to a chat again; return what to say of the alerts that waited, nothing if none did."""
    follows = context.services.follows
    if not await follows.revive(chat_id):
        return ""
    waited = len(await follows.of_chat(chat_id))
    return say.html("revived", n=waited) if waited else ""


async def moved(update: Update, context: Context) -> None:
    """Take everything of a group along when it becomes a supergroup."""
    message = update.effective_message
    if message and message.migrate_to_chat_id:
        new = message.migrate_to_chat_id
        await context.services.readers.move(message.chat_id, new)
        await context.services.follows.move(message.chat_id, new)
