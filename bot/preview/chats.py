"""Chats and the messages in them, as the Bot API writes them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.preview.telegram import LoopbackTelegram

PATIENCE = 10.0  # seconds that whoever waits for the bot waits
MOST_KEPT = 2_000  # messages of a chat; older ones are forgotten


@dataclass(slots=True)
class Chat:
    """A conversation: its messages, and of the bot's those that nobody has read.

    Who made a group is its owner: its first member. `topics` are those of a forum.
    """

    data: dict[str, Any]
    members: list[int] = field(default_factory=list)
    admins: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    closed_topics: set[int] = field(default_factory=set)
    messages: OrderedDict[int, dict[str, Any]] = field(default_factory=OrderedDict)
    sent: list[SentMessage] = field(default_factory=list)
    consumed: int = 0
    met: bool = True  # a bot may not write to a reader first
    blocked: bool = False
    postable: bool = True  # a channel that lets the bot post
    moved_to: int | None = None

    @property
    def id(self) -> int:
        """The Bot API's number of the chat."""
        return int(self.data["id"])

    @property
    def private(self) -> bool:
        """Whether it is one reader's chat with the bot."""
        return bool(self.data["type"] == "private")

    @property
    def channel(self) -> bool:
        """Whether messages in it are posts in its own name."""
        return bool(self.data["type"] == "channel")

    def standing(self, user: int) -> str:
        """Return what a person is in it, as the Bot API calls it."""
        if user not in self.members:
            return "left"
        if self.private:
            return "member"
        if user == self.members[0]:
            return "creator"
        return "administrator" if user in self.admins else "member"

    def outline(self) -> dict[str, Any]:
        """Return the chat without its messages, as the page takes it."""
        return self.data | {"readers": self.members, "blocked": self.blocked}

    def keep(self, message: dict[str, Any], sent: SentMessage | None = None) -> None:
        """Add a message, forgetting the oldest."""
        self.messages[message["message_id"]] = message
        if len(self.messages) > MOST_KEPT:
            self.messages.popitem(last=False)
        if sent is not None:
            self.sent.append(sent)
            if len(self.sent) > 2 * MOST_KEPT:
                del self.sent[:MOST_KEPT]
                self.consumed = max(self.consumed - MOST_KEPT, 0)


class SentMessage:
    """A message of the bot, live: edits show up in it."""

    def __init__(self, telegram: LoopbackTelegram, data: dict[str, Any], html: str) -> None:
        self._telegram = telegram
        self._seen = 0
        self.data = data
        self.html = html
        self.edits = 0
        self.deleted = False

    @property
    def text(self) -> str:
        """The text or caption as the reader sees it, without markup."""
        return str(self.data.get("text", self.data.get("caption", "")))

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The text's entities, offsets in UTF-16 units."""
        return list(self.data.get("entities", self.data.get("caption_entities", [])))

    @property
    def buttons(self) -> list[list[dict[str, Any]]]:
        """The rows of the inline keyboard."""
        return list(self.data.get("reply_markup", {}).get("inline_keyboard", []))

    @property
    def labels(self) -> list[str]:
        """What is written on the buttons."""
        return [button["text"] for row in self.buttons for button in row]

    @property
    def message_id(self) -> int:
        """The Bot API's number of the message."""
        return int(self.data["message_id"])

    @property
    def reply_to(self) -> int | None:
        """The number of the message that it answers."""
        replied = self.data.get("reply_to_message")
        return replied["message_id"] if replied else None

    async def edited(self, patience: float = PATIENCE) -> SentMessage:
        """Wait for the next edit since the last one waited for, or since the last press."""
        await self._telegram.until(
            lambda: self.edits > self._seen, patience, f"an edit of {self!r}"
        )
        self._seen += 1
        return self

    def forget_edits(self) -> None:
        """Let `edited` wait for an edit after this moment."""
        self._seen = self.edits

    def __repr__(self) -> str:
        return f"<message {self.message_id}: {self.text[:60]!r} {self.labels}>"


def quoted(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as it stands in reply_to_message: without the one it answered itself."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}
