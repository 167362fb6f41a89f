"""`python -m tests.browser.pictures` takes the pictures in docs/images, of the bot as it is.

Needs Chromium, and fonts for Arabic: apt install chromium fonts-noto-core.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import chromium
from tests.browser.program import ROOT, program
from tests.browser.window import Window, expect

if TYPE_CHECKING:
    from playwright.async_api import Browser

FOLDER = ROOT / "docs" / "images"

ENGLISH = "According to Araghchi, what did the three ministers agree on?"
ARABIC = "من ذكر أن المعارضة السورية قدمت ضمانات لموسكو؟"
ACROSS = "Does Qatar's role as a mediator continue in the Syrian crisis?"
UNANSWERED = "ما أعراض مرض السكري؟"


@dataclass(frozen=True, slots=True)
class Picture:
    """A conversation, and the window it is seen in."""

    name: str
    locale: str
    questions: list[str]
    width: int = 500  # CSS pixels; the picture has twice as many
    scheme: str = "light"


PICTURES = (
    Picture("english", "en-GB", [ENGLISH]),
    Picture("arabic", "ar", [ARABIC]),
    Picture("across", "en-GB", [ACROSS]),
    Picture("phone", "ar", [ARABIC, UNANSWERED], width=390, scheme="dark"),
)


async def main() -> None:
    """Take every picture, each of a conversation of its own."""
    path = chromium.find()
    if path is None:
        raise SystemExit("no Chromium on PATH: apt install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with chromium.started(path) as browser:
        for picture in PICTURES:
            await take(browser, picture)


async def take(browser: Browser, picture: Picture) -> None:
    """Start the bot with its first articles, ask, and take a picture of what is then to be seen."""
    with tempfile.TemporaryDirectory() as folder:
        async with program(Path(folder)) as preview:
            context = await browser.new_context(
                locale=picture.locale,
                color_scheme=picture.scheme,
                device_scale_factor=2,
                viewport={"width": picture.width, "height": 300},
                reduced_motion="reduce",
            )
            window = Window(await context.new_page())
            await window.open(preview[1].decode())
            await expect(window.status).to_have_class("listening")
            for question in picture.questions:
                await window.ask(question)
            await fit(window)
            await window.page.screenshot(path=FOLDER / f"{picture.name}.png")
            await context.close()


async def fit(window: Window) -> None:
    """Make the window as high as the conversation, and let nothing blink in it."""
    missing = await window.log.evaluate("log => log.scrollHeight - log.clientHeight")
    size = window.page.viewport_size
    await window.page.set_viewport_size({**size, "height": size["height"] + missing})
    await window.text.blur()


if __name__ == "__main__":
    asyncio.run(main())
