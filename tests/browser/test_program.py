"""The page and the program that serves it, which may end and come again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.browser.program import program
from tests.browser.window import expect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORUM = "What is the Doha Forum?"


async def test_an_open_page_outlives_the_program_and_finds_the_next_one(
    open_window: OpenWindow, library: Path, tmp_path: Path
) -> None:
    shutil.copytree(library, tmp_path / "data")
    async with program(tmp_path) as preview:
        window = await open_window(address=preview[1].decode())
        answer = await window.ask(FORUM)
        await expect(answer.locator("blockquote").first).to_contain_text("Doha Forum")

    await expect(window.status).to_have_text("Connection lost, trying again …")
    async with program(tmp_path, "--port", preview[2].decode()):
        await expect(window.status).to_have_text("Listening")
        await expect(window.messages).to_have_count(0)
        answer = await window.ask(FORUM)
        await expect(answer.locator("blockquote").first).to_contain_text("Doha Forum")
        await window.page.close()

    assert all("net::ERR" in each for each in window.complaints)
    window.complaints.clear()
