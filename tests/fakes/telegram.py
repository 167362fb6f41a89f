"""A Bot API server on loopback: as strict as Telegram, with readers to speak through it.

async with FakeTelegram() as telegram:
    anna = telegram.reader(1001, language_code="en")
    reply = await anna.say("When did the truce begin?")
"""

import asyncio
import copy
import email
import email.policy
import itertools
import json
import re
import socket
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.fakes import telegram_rules as rules
from tests.fakes.telegram_methods import Methods
from tests.fakes.telegram_readers import PATIENCE, Chat, Press, Reader, SentMessage
from tests.fakes.telegram_rules import RefusedError, bad

__all__ = ["FakeTelegram", "Press", "Reader", "RefusedError", "SentMessage"]

_OFF_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_SECOND_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leave = asyncio.Event()

    async def main_loop(self) -> None:
        """Wait for the end instead of looking for it every tenth of a second."""
        await self.on_tick(0)
        await self.leave.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals to the bot under test."""
        yield


class FakeTelegram:
    """The server, its chats, and every call that the bot made."""

    def __init__(self) -> None:
        self.token = "123456:TEST-token"  # noqa: S105 - opens nothing but this server
        self.username = "isnad_test_bot"
        self.me = {
            "id": 123456,
            "is_bot": True,
            "first_name": "Isnad",
            "username": self.username,
        }
        self.url = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.webhook = ""
        self._updates: list[dict[str, Any]] = []
        self._dropped: list[str] = []
        self._failures: defaultdict[str, deque[RefusedError]] = defaultdict(deque)
        self._allowed: frozenset[str] | None = None
        self._poller = object()
        self._silent = False
        self._closing = False
        self._numbers = itertools.count(1)
        self._update_numbers = itertools.count(5001)
        self._pulse = asyncio.Event()
        self._methods = Methods(self)
        self._chats = self._methods.chats
        self.answers = self._methods.answers
        self.commands = self._methods.commands
        self.profile = self._methods.profile

    async def __aenter__(self) -> Self:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = Starlette(
            routes=[Route("/bot{token}/{method}", self._handle, methods=["GET", "POST"])]
        )
        self._server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not self._serving.done():  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing = True
        self._stir()
        self._server.leave.set()
        await self._serving

    # What a test does.

    def reader(
        self, number: int, *, language_code: str | None = None, first_name: str = "Reader"
    ) -> Reader:
        """A person with a private chat."""
        user: dict[str, Any] = {"id": number, "is_bot": False, "first_name": first_name}
        if language_code:
            user["language_code"] = language_code
        chat = self._chats.get(number)
        if chat is None:
            data = {"id": number, "type": "private", "first_name": first_name}
            chat = self._chats[number] = Chat(data)
        return Reader(self, user, chat)

    def group(self, number: int, title: str = "Group") -> Chat:
        """A supergroup that the bot is in; reader.in_(group) speaks there."""
        chat = Chat({"id": number, "type": "supergroup", "title": title})
        return self._chats.setdefault(number, chat)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of one method, refused ones too."""
        return [given for name, given in self.calls if name == method]

    def push(self, **update: Any) -> None:
        """Queue an update of any kind, unless the bot has not asked for that kind."""
        kind = next(iter(update))
        wanted = kind in self._allowed if self._allowed else kind not in _OFF_BY_DEFAULT
        if wanted:
            number = next(self._update_numbers)
            self._updates.append({"update_id": number, **copy.deepcopy(update)})
        else:
            self._dropped.append(kind)
        self._stir()

    def fail_next(
        self,
        method: str,
        status: int,
        description: str,
        parameters: dict[str, Any] | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls of a method; a poll that hangs is refused at once."""
        self._failures[method].extend([RefusedError(status, description, parameters)] * times)
        self._stir()

    def silence(self) -> None:
        """Let getUpdates hang, whatever comes."""
        self._silent = True

    def speak(self) -> None:
        self._silent = False
        self._stir()

    async def quiet(self, patience: float = PATIENCE) -> None:
        """Wait until every queued update was fetched and confirmed by a later offset."""
        await self.until(lambda: not self._updates, patience, "all updates to be confirmed")

    async def until(self, ready: Callable[[], object], patience: float, awaited: str) -> None:
        """Wait for something that a call of the bot brings about. Raises AssertionError."""
        try:
            async with asyncio.timeout(patience):
                while not ready():
                    await self._pulse.wait()
        except TimeoutError:
            raise AssertionError(self._story(patience, awaited)) from None

    def next_id(self) -> int:
        return next(self._numbers)

    def _story(self, patience: float, awaited: str) -> str:
        unread = [each for chat in self._chats.values() for each in chat.sent[chat.consumed :]]
        calls = [
            f"{name} {given.get('text', '')!r:.80}"
            for name, given in self.calls
            if name != "getUpdates"
        ]
        lines = [
            f"waited {patience:g} s in vain for {awaited}",
            f"unread messages: {unread}",
            f"updates waiting: {len(self._updates)}; not asked for: {self._dropped}",
            f"calls: {len(self.calls)}, the last ones:",
            *calls[-15:],
        ]
        return "\n  ".join(lines)

    def _stir(self) -> None:
        self._pulse.set()
        self._pulse = asyncio.Event()

    # What the bot reaches over HTTP.

    async def _handle(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        try:
            self._authorise(request.path_params["token"], method)
            sent = dict(request.query_params) | await _body(request)
            try:
                given = rules.decode(method, sent)
            except RefusedError:
                self.calls.append((method, sent))
                raise
            self.calls.append((method, given))
            result = await self._perform(method, given)
        except RefusedError as error:
            answer = {"ok": False, "error_code": error.status, "description": error.description}
            if error.parameters:
                answer["parameters"] = error.parameters
            return JSONResponse(answer, error.status)
        finally:
            self._stir()
        return JSONResponse({"ok": True, "result": result})

    def _authorise(self, token: str, method: str) -> None:
        if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
            raise RefusedError(404, "Not Found")
        if token != self.token:
            raise RefusedError(401, "Unauthorized")
        if method not in rules.PARAMETERS:
            raise RefusedError(404, "Not Found: method not found")

    async def _perform(self, method: str, given: dict[str, Any]) -> Any:
        if method == "getUpdates":
            return await self._get_updates(given)
        if self._failures[method]:
            raise self._failures[method].popleft()
        if method == "deleteWebhook":
            return self._set_webhook({**given, "url": ""})
        if method == "setWebhook":
            return self._set_webhook(given)
        return self._methods.table[method](given)

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        poller = self._poller = object()
        self._stir()
        if self.webhook:
            raise RefusedError(409, _WEBHOOK)
        if "allowed_updates" in given:
            self._allowed = frozenset(given["allowed_updates"] or ()) or None
        offset = given.get("offset", 0)
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [each for each in self._updates if each["update_id"] >= offset]
        failures = self._failures["getUpdates"]
        expired = asyncio.Event()

        def expire() -> None:
            expired.set()
            self._stir()

        def ready() -> bool:
            overdue = expired.is_set() or self._poller is not poller
            return self._closing or (
                not self._silent and bool(self._updates or failures or overdue)
            )

        timeout = min(max(given.get("timeout", 0), 0), 50)
        alarm = asyncio.get_running_loop().call_later(timeout, expire)
        try:
            while not ready():
                await self._pulse.wait()
        finally:
            alarm.cancel()
        if self._closing:
            return []
        if self._poller is not poller:
            raise RefusedError(409, _SECOND_POLLER)
        if failures:
            raise failures.popleft()
        return self._updates[: min(max(given.get("limit", 100), 1), 100)]

    def _set_webhook(self, given: dict[str, Any]) -> bool:
        url = given.get("url", "")
        if url and not url.startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = url
        if given.get("drop_pending_updates"):
            self._updates.clear()
        return True


async def _body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    body = await request.body()
    if kind.startswith("application/json"):
        try:
            parsed = json.loads(body)
        except ValueError:
            raise bad("can't parse JSON object") from None
        rules.known("the request", parsed, parsed)
        return dict(parsed)
    if kind.startswith("multipart/form-data"):
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        return {
            str(part.get_param("name", header="content-disposition")): _text(part)
            for part in form.iter_parts()
        }
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _text(part: Any) -> str:
    return str(part.get_payload(decode=True).decode())
