"""The chat page: its files, its events, and the door to what people do on it."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.preview.actions import LARGEST, perform
from bot.preview.api import as_object, bounded, media_type
from bot.preview.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from bot.preview.telegram import LoopbackTelegram, Watcher

# Beyond any number that Telegram has given out, yet exact in JavaScript: what is stored about these
# two never meets a real reader.
ENGLISH, ARABIC = 4_500_000_000_000_001, 4_500_000_000_000_002
GROUP = -1_004_500_000_000_001
SHOWN = 200  # messages of a chat when a page opens
BEHIND = 1_000  # events that a page may lag
HEARTBEAT = 15.0  # seconds
RETRY = 1000  # milliseconds after which a page that lost the server looks again

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def furnish(telegram: LoopbackTelegram) -> None:
    """Let two people in, who share a group."""
    group = telegram.group(GROUP, "News desk · غرفة الأخبار")
    telegram.reader(ENGLISH, language_code="en", first_name="Daniel").in_(group)
    telegram.reader(ARABIC, language_code="ar", first_name="ليلى").in_(group)


def routes(telegram: LoopbackTelegram) -> list[Route]:
    """Return the routes of the page's side."""

    async def page(_: Request) -> Response:
        return _static("index.html")

    async def static(request: Request) -> Response:
        return _static(request.path_params["name"])

    async def events(_: Request) -> Response:
        return StreamingResponse(_events(telegram), media_type="text/event-stream")

    async def act(request: Request) -> Response:
        if media_type(request.headers.get("content-type", "")) != "application/json":
            return _refused(415, "Content-Type: application/json expected")
        try:
            given = as_object(await bounded(request, LARGEST))
            return JSONResponse(perform(telegram, request.path_params["action"], given))
        except RefusedError as refused:
            return _refused(refused.status, refused.description)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            return _refused(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")

    async def file(request: Request) -> Response:
        return _file(telegram, request.path_params["file"])

    return [
        Route("/", page),
        Route("/static/{name}", static),
        Route("/page/events", events),
        Route("/page/files/{file}", file),
        Route("/page/{action}", act, methods=["POST"]),
    ]


def _refused(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status)


def _static(name: str) -> Response:
    folder = files("bot.preview") / "static"
    kind = _TYPES.get(name[name.rfind(".") :])
    if kind is None or name not in {each.name for each in folder.iterdir()}:
        return _refused(404, "no such file")
    return Response((folder / name).read_bytes(), media_type=kind)


def _file(telegram: LoopbackTelegram, number: str) -> Response:
    stored = telegram.files.get(number)
    if stored is None:
        return _refused(404, "no such file")
    plain = re.sub(r"[^\w. -]", "_", stored.name, flags=re.ASCII)[:100]
    whole = quote(stored.name[:100], safe="", errors="replace")
    # Never shown as a page of ours, whatever the bot says it is.
    return Response(
        stored.content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"
        },
    )


async def _events(telegram: LoopbackTelegram) -> AsyncIterator[str]:
    """Yield everything there is, then everything that happens, as server-sent events."""
    watcher: Watcher = asyncio.Queue(BEHIND)
    telegram.watchers.add(watcher)
    try:
        yield f"retry: {RETRY}\n\n"
        yield _event("state", _state(telegram))
        while True:
            happened = None
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    happened = await watcher.get()
                    if happened is None:
                        return
            yield _event(*happened) if happened else ":\n\n"
    finally:
        telegram.watchers.discard(watcher)


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _state(telegram: LoopbackTelegram) -> dict[str, Any]:
    ours = [chat for chat in telegram.chats.values() if chat.id in {ENGLISH, ARABIC, GROUP}]
    chats = ours + [chat for chat in telegram.chats.values() if chat not in ours][:20]
    return {
        "bot": telegram.bot(),
        **telegram.menu(),
        "readers": [telegram.people[number] for number in (ENGLISH, ARABIC)],
        "chats": [
            chat.outline() | {"messages": list(chat.messages.values())[-SHOWN:]}
            for chat in chats
            if chat.moved_to is None
        ],
    }
