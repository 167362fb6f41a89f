"""Where alerts go, and who may change them: in groups and channels their administrators alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest

from bot.handlers.reply import patiently, reply
from bot.store.following import Address

if TYPE_CHECKING:
    from telegram import Chat, ChatFullInfo, Message, Update, User

    from bot.context import Context
    from bot.i18n.catalog import Voice

_SLASHED = re.compile(r"/\S+\s*")
_ADMINS = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}


def address(message: Message) -> Address:
    """Return where the alerts of a message's conversation go: its chat, and its forum's topic."""
    # Elsewhere the number is that of a chain of replies.
    topic = message.message_thread_id if message.is_topic_message else None
    return Address(message.chat_id, topic or 0)


async def manages(message: Message, user: User | None) -> bool:
    """Return whether who wrote a message, or pressed under one, may manage the chat's alerts."""
    chat = message.chat
    if chat.type == ChatType.PRIVATE:
        return True
    return user is not None and await is_admin(chat, user)


async def wrote_as_manager(message: Message) -> bool:
    """Return whether a message's sender manages the chat; only they can post in a channel.

    An anonymous administrator writes in the chat's own name.
    """
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat_id
    return await manages(message, message.from_user)


class Command(NamedTuple):
    """A command that its sender may give: its message, and the words behind it."""

    message: Message
    words: str
    say: Voice


async def managed(update: Update, context: Context) -> Command | None:
    """Return a command of a chat's manager; explain to others that it is not theirs."""
    message = update.effective_message
    if message is None:
        return None
    words = _SLASHED.sub("", message.text or "", count=1).strip()
    say = await context.voice(update, words)
    if await wrote_as_manager(message):
        return Command(message, words, say)
    await reply(message, say.html("alerts_admins"))
    return None


async def is_admin(chat: Chat | ChatFullInfo, user: User) -> bool:
    """Return whether somebody administers a chat; ask Telegram."""
    try:
        member = await patiently(lambda: chat.get_member(user.id))
    except BadRequest:  # Telegram knows no such member, or shows us none
        return False
    return member is not None and member.status in _ADMINS
