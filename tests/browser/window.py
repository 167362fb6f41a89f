"""A browser window on the preview: what a reader does in it and sees, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Locator, Page, Request

expect = pytest.importorskip(
    "playwright.async_api", reason="no Playwright: `make test` installs it"
).expect

PATIENCE = 20_000  # ms, for a machine that does much else
expect.set_options(timeout=PATIENCE)

# The browser says it on the console too, but in words that change.
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`content security policy: ${violatedDirective} ${blockedURI}`));
"""


class Window:
    """A page, its parts by their names, and every complaint of the browser about it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.root = page.locator("html")
        self.status = page.locator("#status")
        self.log = page.locator("#log")
        self.messages = page.locator("article.message")
        self.mine = page.locator("article.message.mine")
        self.theirs = page.locator("article.message.theirs")
        self.text = page.locator("#text")
        self.commands = page.locator("#commands")
        self.results = page.locator("#results")
        self.toast = page.locator("#toast")
        self.alert = page.locator("#alert:modal")
        page.set_default_timeout(PATIENCE)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._failed)

    async def open(self, address: str) -> None:
        """Load the preview and wait until it has drawn what there is."""
        await self.page.add_init_script(REPORT_VIOLATIONS)
        await self.page.goto(address)
        await self.drawn()

    async def drawn(self) -> None:
        """Wait until the page has drawn what the server knows."""
        await expect(self.root).to_have_attribute("data-ready", "yes")

    async def say(self, words: str) -> None:
        """Write and send."""
        await self.text.fill(words)
        await self.text.press("Enter")

    async def ask(self, question: str) -> Locator:
        """Write and send; return the next message from the other side."""
        before = await self.theirs.count()
        await self.say(question)
        return await self.received(before)

    def message(self, number: int) -> Locator:
        """Return the message with the number that the Bot API gave it."""
        return self.page.locator(f"article[data-id='{number}']")

    async def received(self, before: int) -> Locator:
        """Return the first message from the other side after so many."""
        message = self.theirs.nth(before)
        await expect(message).to_be_visible()
        return message

    async def choose(self, what: str, value: object) -> None:
        """Choose a reader, a language or a chat in the panel."""
        await self.page.locator(f"#{what} label:has(input[value='{value}'])").click()

    async def press(self, message: Locator, label: str) -> None:
        """Press a button under a message."""
        await message.get_by_role("button", name=label, exact=True).click()

    def unread(self, what: str, value: object) -> Locator:
        """Return the count of unread messages beside a reader or a chat."""
        return self.page.locator(f"#{what} label:has(input[value='{value}']) .unread")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is loaded anew lets go of its stream of events.
        if not (request.url.endswith("/page/events") and request.failure == "net::ERR_ABORTED"):
            self.complaints.append(f"{request.url}: {request.failure}")


async def style(element: Locator, name: str) -> Any:
    """Return the computed value of a CSS property."""
    return await element.evaluate("(element, name) => getComputedStyle(element)[name]", name)
