"""Chats and who is in them, as the Bot API tells bots that ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.preview.refusing import RefusedError, bad

if TYPE_CHECKING:
    from bot.preview.chats import Chat
    from bot.preview.telegram import LoopbackTelegram

_RIGHTS = dict.fromkeys(
    """can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats
    can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories
    can_edit_stories can_delete_stories can_post_messages can_edit_messages""".split(),
    False,
)
_GIFTS = dict.fromkeys(
    """unlimited_gifts limited_gifts unique_gifts premium_subscription
    gifts_from_channels""".split(),
    False,
)


def find(telegram: LoopbackTelegram, given: dict[str, Any]) -> Chat:
    """Return the chat that `chat_id` names, by its number or its @name."""
    if "chat_id" not in given:
        raise bad("chat_id is empty")
    wanted = given["chat_id"]
    chat = telegram.chats.get(wanted)
    if isinstance(wanted, str):
        named = (each for each in telegram.chats.values() if _is_called(each, wanted))
        chat = next(named, None)
    if chat is None:
        raise bad("chat not found")
    return chat


def described(chat: Chat) -> dict[str, Any]:
    """Return what getChat tells of a chat."""
    return chat.data | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": _GIFTS,
    }


def member(telegram: LoopbackTelegram, chat: Chat, number: int) -> dict[str, Any]:
    """Return what getChatMember tells of somebody in a chat."""
    kind = chat.data["type"]
    if chat.blocked and not chat.private:
        raise RefusedError(403, f"Forbidden: bot is not a member of the {kind} chat")
    if number == telegram.me["id"]:
        rights = _RIGHTS | {"can_post_messages": chat.channel and chat.postable}
        return {"status": "administrator", "user": telegram.me, **rights}
    user = telegram.people.get(number)
    if user is None:
        raise bad("invalid user_id specified")
    status = chat.standing(number)
    rights = {"creator": {"is_anonymous": False}, "administrator": _RIGHTS}.get(status, {})
    return {"status": status, "user": user, **rights}


def _is_called(chat: Chat, name: str) -> bool:
    username = chat.data.get("username")
    return username is not None and f"@{username}".lower() == name.lower()
