"""The people at the other end: what they send, press and see."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.preview.chats import PATIENCE, Chat, SentMessage, quoted
from bot.preview.markup import detected
from bot.preview.rules import keyboard, message_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.preview.telegram import LoopbackTelegram

LONGEST_QUERY = 256  # characters of an inline query


@dataclass(frozen=True, slots=True)
class Press:
    """What a press on a button came to: answerCallbackQuery's parameters."""

    answer: dict[str, Any]

    @property
    def text(self) -> str:
        """What the reader was shown."""
        return str(self.answer.get("text", ""))

    @property
    def alert(self) -> bool:
        """Whether the reader had to close it."""
        return bool(self.answer.get("show_alert"))


@dataclass(frozen=True, slots=True)
class Reader:
    """A person in one chat."""

    telegram: LoopbackTelegram
    user: dict[str, Any]
    chat: Chat
    topic: int | None = None

    def in_(self, group: Chat, *, admin: bool = False, topic: int | None = None) -> Reader:
        """Return the same person in a group, a topic of it, or a channel.

        The first to come in owns it. Only administrators can write in a channel.
        """
        if self.user["id"] not in group.members:
            group.members.append(self.user["id"])
        if admin:
            group.admins.add(self.user["id"])
        if topic is not None:
            group.data["is_forum"] = True
            group.topics.add(topic)
        return Reader(self.telegram, self.user, group, topic)

    @property
    def unread(self) -> list[SentMessage]:
        """The bot's messages in this chat that no next() or say() has returned."""
        return self.chat.sent[self.chat.consumed :]

    async def say(self, text: str | None, patience: float = PATIENCE, **more: Any) -> SentMessage:
        """Send, and return the next message that the bot sends to this chat from now on."""
        self.chat.consumed = len(self.chat.sent)
        await self.send(text, **more)
        return await self.next(patience)

    async def send(
        self,
        text: str | None,
        reply_to: SentMessage | Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Send without waiting for an answer. Returns the message as the bot will get it."""
        message = self.write(text, reply_to, **more)
        await asyncio.sleep(0)
        return message

    def write(
        self,
        text: str | None,
        reply_to: SentMessage | Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Put a message into the chat and before the bot."""
        if self.chat.private and self.chat.blocked:
            self.unblock()
        self.chat.met = True
        message = self._message(self.telegram.next_id(), text, more)
        if reply_to is not None:
            replied = reply_to.data if isinstance(reply_to, SentMessage) else reply_to
            message["reply_to_message"] = quoted(replied)
        self.telegram.post(self.chat, message)
        self.telegram.push(**{"channel_post" if self.chat.channel else "message": message})
        return message

    async def edit(self, message: Mapping[str, Any], text: str) -> dict[str, Any]:
        """Change a message sent before."""
        changed = self._message(message["message_id"], text, {"edit_date": int(time.time())})
        self.chat.messages[changed["message_id"]] = changed
        self.telegram.tell("edited", chat=self.chat.id, message=changed)
        self.telegram.push(edited_message=changed)
        await asyncio.sleep(0)
        return changed

    async def next(self, patience: float = PATIENCE) -> SentMessage:
        """Wait for the bot's oldest message in this chat that has not been returned yet."""
        chat = self.chat
        await self.telegram.until(
            lambda: len(chat.sent) > chat.consumed, patience, f"a message in chat {chat.id}"
        )
        chat.consumed += 1
        return chat.sent[chat.consumed - 1]

    async def press(
        self,
        message: SentMessage | None,
        label: str | None = None,
        *,
        callback_data: str | None = None,
        inaccessible: bool = False,
        patience: float = PATIENCE,
    ) -> Press:
        """Press a button and wait until the press is answered.

        Any callback_data can be sent, as an old message's button would. Without a message the
        button is one under an inline result; inaccessible makes the message one too old to read.
        """
        data = callback_data if label is None else _data(message, label)
        if message is None:
            query = self.tap(data, inline_message_id=f"inline-{self.telegram.next_id()}")
        elif inaccessible:
            stub = {"chat": self.chat.data, "message_id": message.message_id, "date": 0}
            query = self.tap(data, message=stub)
        else:
            message.forget_edits()
            query = self.tap(data, message=message.data)
        return Press(await self._answer(query, f"a press on {data!r}", patience))

    def tap(self, data: str | None, **where: Any) -> str:
        """Press a button; return the query's number. `where` is message or inline_message_id."""
        query = self._query(chat_instance=str(self.chat.id), data=data, **where)
        self.telegram.push(callback_query=query)
        return str(query["id"])

    async def inline(
        self, question: str, *, offset: str = "", patience: float = PATIENCE
    ) -> dict[str, Any]:
        """Type "@bot question" in some chat. Returns answerInlineQuery's parameters."""
        query = self.type_inline(question, offset=offset)
        return await self._answer(query, f"results for {question!r}", patience)

    def type_inline(self, question: str, *, offset: str = "") -> str:
        """Type "@bot question"; return the query's number."""
        query = self._query(query=question[:LONGEST_QUERY], offset=offset, chat_type="private")
        self.telegram.push(inline_query=query)
        return str(query["id"])

    def choose(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """Send an inline result, an article of answerInlineQuery, into this chat."""
        content = result["input_message_content"]
        parsed = message_text(content, "message_text")
        inline = f"inline-{self.telegram.next_id()}"
        more = {
            "via_bot": self.telegram.me,
            "entities": parsed.entities or None,
            "reply_markup": keyboard(result.get("reply_markup")),
        }
        message = self._message(self.telegram.next_id(), None, {"text": parsed.text} | more)
        shown = message | {"inline_message_id": inline}
        self.telegram.post(self.chat, shown)
        self.telegram.remember_inline(inline, self.chat, shown)
        self.telegram.push(message=message)
        return message

    def block(self) -> None:
        """Block the bot, or throw it out of a group: it hears of it and may not write here."""
        self._standing("member", "kicked")

    def unblock(self) -> None:
        """Let the bot write again."""
        self._standing("kicked", "member")

    def _standing(self, before: str, after: str) -> None:
        if self.chat.blocked is (after == "kicked"):
            return
        self.chat.blocked = after == "kicked"
        bot = self.telegram.me
        until = {"until_date": 0}
        self.telegram.push(
            my_chat_member={
                "chat": self.chat.data,
                "from": self.user,
                "date": int(time.time()),
                "old_chat_member": {"user": bot, "status": before}
                | (until if before == "kicked" else {}),
                "new_chat_member": {"user": bot, "status": after}
                | (until if after == "kicked" else {}),
            }
        )
        self.telegram.show(self.chat)

    def _query(self, **about: Any) -> dict[str, Any]:
        query = {"id": str(self.telegram.next_id()), "from": self.user, **about}
        self.telegram.asked(query["id"], self.user["id"])
        return query

    async def _answer(self, query: str, awaited: str, patience: float) -> dict[str, Any]:
        answers = self.telegram.answers
        await self.telegram.until(
            lambda: answers[query] is not None, patience, f"the answer to {awaited}"
        )
        return answers[query] or {}

    def _message(self, number: int, text: str | None, more: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": number,
            "date": int(time.time()),
            "chat": self.chat.data,
            **({"sender_chat": self.chat.data} if self.chat.channel else {"from": self.user}),
        }
        if self.topic is not None:
            message |= {"message_thread_id": self.topic, "is_topic_message": True}
        for name, value in (("text", text), *more.items()):
            if value is None:
                continue
            message[name] = value
            if name in {"text", "caption"} and (found := detected(value)):
                message["entities" if name == "text" else "caption_entities"] = found
        return message


def _data(message: SentMessage | None, label: str) -> str:
    buttons = [button for row in message.buttons for button in row] if message else []
    for button in buttons:
        if button["text"] == label and "callback_data" in button:
            return str(button["callback_data"])
    raise LookupError(f"no button {label!r} to press under {message!r}")
