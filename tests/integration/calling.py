"""Talking to the preview's server as a bot, and as a page in a browser."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx

from bot.preview.telegram import LoopbackTelegram

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

CHAT = 1001
SOON = 10.0  # seconds; whatever takes longer does not come
# Nothing here is encrypted, and to load the world's authorities takes 70 ms a client.
USUAL: dict[str, Any] = {
    "timeout": 20,
    "trust_env": False,
    "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
}


class Client:
    """Calls the server as a bot does: a form whose values are JSON where they are not text."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def __call__(self, method: str, **given: Any) -> dict[str, Any]:
        return envelope(await self.http.post(f"/{method}", data=form(given)))

    async def result(self, method: str, **given: Any) -> Any:
        answer = await self(method, **given)
        assert answer["ok"], answer
        return answer["result"]


class Page:
    """What an open page is told, one event after the other."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[str, dict[str, Any]]:
        """Return the next event and its data. Raises StopAsyncIteration at the stream's end."""
        kind = ""
        async with asyncio.timeout(SOON):
            while True:
                field, _, value = (await anext(self._lines)).partition(": ")
                if field == "event":
                    kind = value
                if field == "data":
                    return kind, json.loads(value)

    async def ended(self) -> bool:
        """Read to the end of the stream."""
        with suppress(StopAsyncIteration):
            while True:
                await self.next()
        return True


@asynccontextmanager
async def opened(http: httpx.AsyncClient) -> AsyncIterator[Page]:
    """Open a page, which is told nothing before its first event is read."""
    async with http.stream("GET", "/page/events") as response:
        yield Page(response.aiter_lines())


@asynccontextmanager
async def polling(call: Client, handle: Callable[[dict[str, Any]], Any]) -> AsyncIterator[None]:
    """Poll, and give every update to a coroutine function."""

    async def poll() -> None:
        offset = 0
        while True:
            for update in await call.result("getUpdates", offset=offset, timeout=5):
                await handle(update)
                offset = update["update_id"] + 1

    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@contextmanager
def standing() -> Iterator[tuple[LoopbackTelegram, httpx.Client]]:
    """Serve from a thread, for many calls that leave nothing behind for each other."""
    ready = threading.Event()
    served: dict[str, Any] = {}

    async def serve() -> None:
        served["leave"] = leave = asyncio.Event()
        served["loop"] = asyncio.get_running_loop()
        async with LoopbackTelegram() as telegram:
            telegram.reader(CHAT, language_code="en", first_name="Anna", met=True)
            served["telegram"] = telegram
            ready.set()
            await leave.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(SOON)
    try:
        with httpx.Client(base_url=served["telegram"].url, **USUAL) as http:
            yield served["telegram"], http
    finally:
        served["loop"].call_soon_threadsafe(served["leave"].set)
        thread.join(SOON)


def envelope(response: httpx.Response) -> dict[str, Any]:
    """Return an answer of the Bot API, which always looks the same."""
    answer = dict(response.json())
    assert answer["ok"] is (response.status_code == 200)
    if not answer["ok"]:
        assert answer.keys() - {"parameters"} == {"ok", "error_code", "description"}
        assert answer["error_code"] == response.status_code
        assert answer["description"]
    return answer


def form(given: dict[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
    }


def button(**kind: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "More", **kind}]]}


def article(number: str = "1", **fields: Any) -> dict[str, Any]:
    content = {"message_text": "<b>Dawn</b>", "parse_mode": "HTML"}
    return {
        "type": "article",
        "id": number,
        "title": "Truce",
        "input_message_content": content,
        **fields,
    }
