"""An alert from the first word to the article that it was waiting for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.newsroom import publish
from bot.sources import Submission
from bot.store import Store
from retrieval.models import Language
from tests.browser.window import Window, expect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")

BRIDGE = "أغلقت البلدية الجسر القديم في موستار أمام الشاحنات يوم الاثنين، كما قال رئيس البلدية."


async def stored(data_dir: Path) -> None:
    """Store an article as `python -m bot add` does, beside the running bot."""
    article = Submission(
        headline="الجسر",
        body=BRIDGE,
        outlet="The Desk",
        url=None,
        published=None,
        language=Language.ARABIC,
        source="test",
    )
    async with Store.open(data_dir) as store:
        # At any hour: whoever is asleep is told in the morning.
        for chat in await store.following.heard():
            await store.following.wish(chat.address.chat_id, quiet_from=0, quiet_until=0)
        await publish(store.articles, [article])


async def test_the_words_of_an_alert_are_asked_for_and_new_coverage_comes_by_itself(
    layla: Window, tmp_path: Path
) -> None:
    prompt = await layla.ask("/alert")
    await expect(layla.page.locator("#replying")).to_be_visible()
    await layla.say("جسر موستار")
    receipt = await layla.received(1)

    await stored(tmp_path / "data")
    alert = await layla.received(2)

    await expect(prompt.locator(".text")).to_have_attribute("dir", "rtl")
    await expect(receipt.locator(".text")).to_contain_text("موستار")
    await expect(alert.locator("blockquote")).to_have_text(BRIDGE)
    await expect(alert.locator("blockquote strong").first).to_contain_text("الجسر")
    await expect(alert.locator("blockquote")).to_have_css("direction", "rtl")
