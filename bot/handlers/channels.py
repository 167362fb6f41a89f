"""A channel's alerts, managed from a private chat: which channel is meant, and who may.

Nothing of it is remembered: the name stands in the command or in the prompt, the number in the
button, and Telegram is asked at each use.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telegram import ChatMemberAdministrator
from telegram.constants import ChatType
from telegram.error import BadRequest

from bot.errors import UserError
from bot.handlers.managing import is_admin
from bot.handlers.reply import patiently
from bot.render_alerts import Channel

if TYPE_CHECKING:
    from telegram import ChatFullInfo, Message, User

    from bot.context import Context

NAME = r"@[A-Za-z][A-Za-z0-9_]{3,31}"
_FIRST = re.compile(rf"({NAME})(?:\s+|$)", re.ASCII)


async def named(context: Context, message: Message, words: str) -> tuple[Channel | None, str]:
    """Return the channel that stands before the words of a private message, and the words.

    None where no channel is named. Raises UserError when it is not for this reader to manage.
    """
    first = _FIRST.match(words)
    if first is None or message.chat.type != ChatType.PRIVATE:
        return None, words
    found = await channel(context, message.from_user, first[1])
    return found, words[first.end() :]


async def channel(context: Context, user: User | None, which: str | int) -> Channel:
    """Return a channel by its name or number.

    Raises UserError when there is none, when the bot may not post in it, or when it is not for
    this reader to manage.
    """
    found = await _known(context, which)
    if found is None or found.type != ChatType.CHANNEL:
        raise UserError("channel_unknown", channel=str(which))
    name = f"@{found.username}" if found.username else found.title or str(found.id)
    if not await _may_post(context, found):
        raise UserError("channel_no_bot", channel=name)
    if user is None or not await is_admin(found, user):
        raise UserError("channel_not_yours", channel=name)
    return Channel(found.id, name)


async def _known(context: Context, which: str | int) -> ChatFullInfo | None:
    try:
        return await patiently(lambda: context.bot.get_chat(which))
    except BadRequest:  # no such name
        return None


async def _may_post(context: Context, found: ChatFullInfo) -> bool:
    try:
        member = await patiently(lambda: found.get_member(context.bot.id))
    except BadRequest:  # Telegram shows the bot no members of it
        return False
    return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
