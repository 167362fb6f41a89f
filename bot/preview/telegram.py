"""A Bot API server on loopback: as strict as Telegram, with readers to speak through it.

async with LoopbackTelegram() as telegram:
    anna = telegram.reader(1001, language_code="en")
    reply = await anna.say("When did the truce begin?")
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Self

from bot.preview.chats import PATIENCE, Chat
from bot.preview.faults import Faults
from bot.preview.methods import Methods
from bot.preview.readers import Reader
from bot.preview.serving import serving
from bot.preview.updates import Updates

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from bot.preview.chats import SentMessage
    from bot.preview.limits import Limits
    from bot.preview.schema import Upload

# What an open page has not been told yet; None ends it.
Watcher = asyncio.Queue[tuple[str, dict[str, Any]] | None]

CALLS_KEPT = 10_000
QUERIES_KEPT = 1_000
FILES_KEPT = 20  # of at most 50 MB
FIRST_MOVED = -1_004_600_000_000_000  # beyond any supergroup's number
_ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


class LoopbackTelegram:
    """The server, its chats, and the calls that the bot made.

    Port 0 is any free one. Raises OSError on entry when the port is taken.
    """

    def __init__(
        self,
        *,
        token: str = "123456:TEST-token",  # noqa: S107 - opens nothing but this server
        username: str = "isnad_test_bot",
        port: int = 0,
        limits: Limits | None = None,
    ) -> None:
        self.token = token
        self.me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Isnad",
            "username": username,
        }
        self.url = ""
        self.calls: deque[tuple[str, dict[str, Any]]] = deque(maxlen=CALLS_KEPT)
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, dict[str, Any]] = {}
        # A query that waits for its answer has none yet.
        self.answers: OrderedDict[str, dict[str, Any] | None] = OrderedDict()
        self.askers: OrderedDict[str, int] = OrderedDict()
        self.inline_messages: OrderedDict[str, tuple[Chat, dict[str, Any]]] = OrderedDict()
        self.files: OrderedDict[str, Upload] = OrderedDict()
        self.watchers: set[Watcher] = set()
        self.updates = Updates(self.stir, self._show_listening)
        self.faults = Faults(self.updates)
        self.methods = Methods(self)
        self.commands = self.methods.commands
        self.profile = self.methods.profile
        self.limits = limits
        self._port = port
        self._numbers = itertools.count(1)
        self._pulse = asyncio.Event()

    @property
    def username(self) -> str:
        """The bot's user name, without the @."""
        return str(self.me["username"])

    async def __aenter__(self) -> Self:
        self._serving = serving(self, self._port)
        self.url = await self._serving.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.updates.close()
        for watcher in tuple(self.watchers):
            self._cut_off(watcher)
        self.stir()
        await self._serving.__aexit__(None, None, None)

    # People and places

    def reader(
        self,
        number: int,
        *,
        language_code: str | None = None,
        first_name: str = "Reader",
        met: bool = False,
    ) -> Reader:
        """Return a person with a private chat, where the bot may write once they have met."""
        user: dict[str, Any] = {"id": number, "is_bot": False, "first_name": first_name}
        if language_code:
            user["language_code"] = language_code
        user = self.people.setdefault(number, user)
        if number not in self.chats:
            data = {"id": number, "type": "private", "first_name": first_name}
            self.chats[number] = Chat(data, members=[number], met=met)
        return Reader(self, user, self.chats[number])

    def group(self, number: int, title: str = "Group", kind: str = "supergroup") -> Chat:
        """Return a group that the bot is in; reader.in_(group) speaks there."""
        return self.chats.setdefault(number, Chat({"id": number, "type": kind, "title": title}))

    def channel(self, number: int, title: str = "Channel", username: str = "") -> Chat:
        """Return a channel where the bot may post; reader.in_(channel) posts there."""
        channel = self.group(number, title, "channel")
        if username:
            channel.data["username"] = username
        return channel

    def migrate(self, group: Chat, number: int | None = None) -> Chat:
        """Turn a group into a supergroup under another number, and tell the bot in both."""
        number = number or FIRST_MOVED - self.next_id()
        moved = Chat(
            group.data | {"id": number, "type": "supergroup"},
            members=group.members,
            admins=group.admins,
            messages=group.messages.copy(),
        )
        self.chats[number] = moved
        group.moved_to = number
        for chat, key, other in (
            (group, "migrate_to_chat_id", moved),
            (moved, "migrate_from_chat_id", group),
        ):
            self.push(
                message={
                    "message_id": self.next_id(),
                    "date": int(time.time()),
                    "chat": chat.data,
                    "from": _ANONYMOUS,
                    key: other.id,
                }
            )
        self.show(moved, was=group.id)
        return moved

    # What a test looks at

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of the last calls of one method, refused ones too."""
        return [given for name, given in self.calls if name == method]

    async def quiet(self, patience: float = PATIENCE) -> None:
        """Wait until every queued update was fetched and confirmed by a later offset."""
        await self.until(lambda: not len(self.updates), patience, "all updates to be confirmed")

    async def until(self, ready: Callable[[], object], patience: float, awaited: str) -> None:
        """Wait for something that a call of the bot brings about. Raises TimeoutError."""
        try:
            async with asyncio.timeout(patience):
                while not ready():
                    await self._pulse.wait()
        except TimeoutError:
            raise TimeoutError(self._story(patience, awaited)) from None

    def _story(self, patience: float, awaited: str) -> str:
        unread = [each for chat in self.chats.values() for each in chat.sent[chat.consumed :]]
        calls = [
            f"{name} {given.get('text', '')!r:.80}"
            for name, given in self.calls
            if name != "getUpdates"
        ]
        lines = [
            f"waited {patience:g} s in vain for {awaited}",
            f"unread messages: {unread[-15:]}",
            f"updates waiting: {len(self.updates)}; not asked for: {self.updates.dropped}",
            f"calls: {len(self.calls)}, the last ones:",
            *calls[-15:],
        ]
        return "\n  ".join(lines)

    # What chats, methods and the page share

    def push(self, **update: Any) -> None:
        """Queue an update, named by its kind."""
        ((kind, what),) = update.items()
        self.updates.push(kind, what)

    def post(
        self,
        chat: Chat,
        message: dict[str, Any],
        sent: SentMessage | None = None,
        *,
        silent: bool = False,
        force_reply: bool = False,
    ) -> None:
        """Put a message into a chat, before everybody's eyes."""
        chat.keep(message, sent)
        about = {"silent": silent, "force_reply": force_reply}
        seen = {name: True for name, given in about.items() if given}
        self.tell("message", chat=chat.id, message=message | seen)

    def asked(self, query: str, user: int) -> None:
        """Note a press or inline query that waits for its answer."""
        self.answers[query] = None
        self.askers[query] = user
        while len(self.answers) > QUERIES_KEPT:
            old, _ = self.answers.popitem(last=False)
            self.askers.pop(old, None)

    def remember_inline(self, number: str, chat: Chat, message: dict[str, Any]) -> None:
        """Note where an inline result was sent, so that the bot can edit it."""
        self.inline_messages[number] = chat, message
        if len(self.inline_messages) > QUERIES_KEPT:
            self.inline_messages.popitem(last=False)

    def store_file(self, upload: Upload) -> dict[str, Any]:
        """Keep a file, forgetting the oldest. Returns the Bot API's Document."""
        number = secrets.token_urlsafe(12)
        self.files[number] = upload
        if len(self.files) > FILES_KEPT:
            self.files.popitem(last=False)
        return {
            "file_id": number,
            "file_unique_id": number,
            "file_name": upload.name,
            "mime_type": upload.kind,
            "file_size": len(upload.content),
        }

    def next_id(self) -> int:
        """Return a number that nothing else has."""
        return next(self._numbers)

    def stir(self) -> None:
        """Wake whoever waits for something to happen."""
        self._pulse.set()
        self._pulse = asyncio.Event()

    # What an open page is told

    def tell(self, event: str, **data: Any) -> None:
        """Send an event to every open page; one that does not keep up is cut off."""
        if "query" in data:
            data["reader"] = self.askers.get(data["query"])
        for watcher in tuple(self.watchers):
            try:
                watcher.put_nowait((event, data))
            except asyncio.QueueFull:
                self._cut_off(watcher)

    def _cut_off(self, watcher: Watcher) -> None:
        """End a page's events, with room made for the end."""
        self.watchers.discard(watcher)
        if watcher.full():
            watcher.get_nowait()
        watcher.put_nowait(None)

    def show(self, chat: Chat, **more: Any) -> None:
        """Tell the pages about a chat that is new or has changed."""
        self.tell("chat", **chat.outline(), **more)

    def show_menu(self) -> None:
        """Tell the pages what the bot says of itself."""
        self.tell("menu", **self.menu())

    def menu(self) -> dict[str, Any]:
        """Return the commands of private chats, and the descriptions, by language code."""
        commands = {
            code: menu
            for wanted in ("default", "all_private_chats")
            for (scope, code), menu in self.commands.items()
            if scope == wanted
        }
        descriptions = {
            code: text for (field, code), text in self.profile.items() if field == "description"
        }
        return {"commands": commands, "descriptions": descriptions}

    def bot(self) -> dict[str, Any]:
        """Return who the bot is, and whether it is there."""
        name = self.profile.get(("name", "")) or self.me["first_name"]
        return {"name": name, "username": self.username, "listening": self.updates.listening}

    def _show_listening(self, _: bool) -> None:  # noqa: FBT001 - a callback
        self.tell("bot", **self.bot())
