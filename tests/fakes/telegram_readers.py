"""The people at the other end: what they send, press and see."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_html import units

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram

PATIENCE = 10.0

_ENTITY = re.compile(
    r"(?:(?<=\s)|^)(?:(?P<bot_command>/\w{1,32}(?:@\w{3,32})?)|(?P<mention>@\w{3,32})"
    r"|(?P<url>https?://\S+))",
    re.ASCII,
)


@dataclass(slots=True)
class Chat:
    """A private chat or a group: every message in it, and what the bot sent."""

    data: dict[str, Any]
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    sent: list["SentMessage"] = field(default_factory=list)
    consumed: int = 0

    @property
    def id(self) -> int:
        return int(self.data["id"])


class SentMessage:
    """A message of the bot, live: edits show up in it."""

    def __init__(self, telegram: "FakeTelegram", data: dict[str, Any], html: str) -> None:
        self._telegram = telegram
        self._seen = 0
        self.data = data
        self.html = html
        self.edits = 0
        self.deleted = False

    @property
    def text(self) -> str:
        return str(self.data["text"])

    @property
    def entities(self) -> list[dict[str, Any]]:
        return list(self.data.get("entities", []))

    @property
    def buttons(self) -> list[list[dict[str, Any]]]:
        return list(self.data.get("reply_markup", {}).get("inline_keyboard", []))

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    @property
    def message_id(self) -> int:
        return int(self.data["message_id"])

    @property
    def reply_to(self) -> int | None:
        replied = self.data.get("reply_to_message")
        return replied["message_id"] if replied else None

    async def edited(self, patience: float = PATIENCE) -> "SentMessage":
        """Wait for the next edit since the last one waited for, or since the last press."""
        await self._telegram.until(
            lambda: self.edits > self._seen, patience, f"an edit of {self!r}"
        )
        self._seen += 1
        return self

    def forget_edits(self) -> None:
        self._seen = self.edits

    def __repr__(self) -> str:
        return f"<message {self.message_id}: {self.text[:60]!r} {self.labels}>"


@dataclass(frozen=True, slots=True)
class Press:
    """What a press on a button came to: answerCallbackQuery's parameters."""

    answer: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.answer.get("text", ""))

    @property
    def alert(self) -> bool:
        return bool(self.answer.get("show_alert"))


@dataclass(frozen=True, slots=True)
class Reader:
    """A person in one chat."""

    telegram: "FakeTelegram"
    user: dict[str, Any]
    chat: Chat

    def in_(self, group: Chat) -> "Reader":
        return Reader(self.telegram, self.user, group)

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
        message = self._message(self.telegram.next_id(), text, more)
        if reply_to is not None:
            replied = reply_to.data if isinstance(reply_to, SentMessage) else reply_to
            message["reply_to_message"] = quoted(replied)
        self.chat.messages[message["message_id"]] = message
        self.telegram.push(message=message)
        await asyncio.sleep(0)
        return message

    async def edit(self, message: Mapping[str, Any], text: str) -> dict[str, Any]:
        """Change a message sent before."""
        changed = self._message(message["message_id"], text, {"edit_date": int(time.time())})
        self.chat.messages[changed["message_id"]] = changed
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
        query: dict[str, Any] = {
            "id": str(self.telegram.next_id()),
            "from": self.user,
            "chat_instance": str(self.chat.id),
            "data": data,
        }
        if message is None:
            query["inline_message_id"] = f"inline-{query['id']}"
        elif inaccessible:
            stub = {"chat": self.chat.data, "message_id": message.message_id, "date": 0}
            query["message"] = stub
        else:
            message.forget_edits()
            query["message"] = message.data
        return Press(await self._asked("callback_query", query, f"a press on {data!r}", patience))

    async def inline(
        self, question: str, *, offset: str = "", patience: float = PATIENCE
    ) -> dict[str, Any]:
        """Type "@bot question" in some chat. Returns answerInlineQuery's parameters."""
        query = {
            "id": str(self.telegram.next_id()),
            "from": self.user,
            "query": question[:256],
            "offset": offset,
            "chat_type": "private",
        }
        return await self._asked("inline_query", query, f"results for {question!r}", patience)

    async def _asked(
        self, kind: str, query: dict[str, Any], awaited: str, patience: float
    ) -> dict[str, Any]:
        answers = self.telegram.answers
        answers[query["id"]] = None
        self.telegram.push(**{kind: query})
        await self.telegram.until(
            lambda: answers[query["id"]] is not None, patience, f"the answer to {awaited}"
        )
        return answers[query["id"]] or {}

    def _message(self, number: int, text: str | None, more: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": number,
            "date": int(time.time()),
            "chat": self.chat.data,
            "from": self.user,
        }
        for name, value in (("text", text), *more.items()):
            if value is None:
                continue
            message[name] = value
            if name in {"text", "caption"} and (found := _entities(value)):
                message["entities" if name == "text" else "caption_entities"] = found
        return message


def quoted(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as it stands in reply_to_message: without the one it answered itself."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def _entities(text: str) -> list[dict[str, Any]]:
    return [
        {
            "type": found.lastgroup,
            "offset": units(text[: found.start()]),
            "length": units(found[0]),
        }
        for found in _ENTITY.finditer(text)
    ]


def _data(message: SentMessage | None, label: str) -> str:
    buttons = [button for row in message.buttons for button in row] if message else []
    for button in buttons:
        if button["text"] == label:
            assert "callback_data" in button, f"{label!r} is no button to press but {button}"
            return str(button["callback_data"])
    raise AssertionError(f"no button {label!r} under {message!r}")
