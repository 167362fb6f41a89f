"""Where Chromium is, and how it is started: by root too, and without a word to anybody."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of the program that CHROMIUM names, or of one on PATH."""
    chosen = os.environ.get("CHROMIUM")
    names = [chosen] if chosen else NAMES
    return next(filter(None, map(shutil.which, names)), None)


@asynccontextmanager
async def started(path: str) -> AsyncIterator[Browser]:
    """Start Chromium; it ends with the block."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - tests skip without it

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()
