"""The bot in a browser: Telegram's double on loopback, and the unchanged application on it."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import webbrowser
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from pydantic import HttpUrl, SecretStr

from bot.errors import IsnadError
from bot.preview.serving import HOST
from bot.preview.telegram import LoopbackTelegram

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from config.settings import Settings

PORT = 8484
USERNAME = "isnad_preview_bot"


class PortTakenError(IsnadError):
    """The port that was asked for cannot be listened at."""


async def try_out(
    settings: Settings, port: int | None, *, browser: bool, say: Callable[[str], None]
) -> int:
    """Run the bot on a Telegram of its own until a signal; return the exit code of `app.run`."""
    token = f"{secrets.randbelow(10**9) + 1}:{secrets.token_urlsafe(24)}"
    async with _telegram(token, port) as telegram:
        say(f"Preview: {telegram.url}/")
        if browser:
            await _open_browser(f"{telegram.url}/")
        _reach_directly()
        # Seconds, at the very first start: the page is there meanwhile.
        app = await asyncio.to_thread(import_module, "bot.app")
        there = {"telegram_token": SecretStr(token), "telegram_api_url": HttpUrl(telegram.url)}
        return int(await app.run(settings.model_copy(update=there)))


async def serve_alone(
    token: str, port: int | None, *, browser: bool, say: Callable[[str], None]
) -> None:
    """Serve any bot until a signal."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with _telegram(token, port) as telegram:
        say(f"Preview: {telegram.url}/")
        say("A bot finds it with")
        say(f"  ISNAD_TELEGRAM_API_URL={telegram.url} ISNAD_TELEGRAM_TOKEN={token}")
        if browser:
            await _open_browser(f"{telegram.url}/")
        await stopped.wait()


@asynccontextmanager
async def _telegram(token: str, port: int | None) -> AsyncIterator[LoopbackTelegram]:
    """Start the server at a port, or at the usual one if that is free. Raises PortTakenError."""
    telegram = LoopbackTelegram(token=token, username=USERNAME, port=port or PORT)
    try:
        await telegram.__aenter__()
    except OSError as taken:
        if port is not None:
            raise PortTakenError(f"{HOST}:{port}: {taken.strerror}") from taken
        telegram = LoopbackTelegram(token=token, username=USERNAME)
        await telegram.__aenter__()
    try:
        yield telegram
    finally:
        await telegram.__aexit__(None, None, None)


async def _open_browser(address: str) -> None:
    """Open a window, where there are windows: a browser in the terminal would take it over."""
    if sys.platform == "darwin" or os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}:
        await asyncio.to_thread(webbrowser.open, address)


def _reach_directly() -> None:
    """Keep a proxy that the environment names out of the way to loopback."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), HOST)))
