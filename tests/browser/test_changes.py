"""What happens without being asked for: messages, edits, a bot that types, stops or is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from bot.preview.page import ARABIC, ENGLISH, GROUP
from tests.browser.window import Window, expect

if TYPE_CHECKING:
    from bot.preview.telegram import LoopbackTelegram
    from tests.browser.conftest import Call, OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORUM = "What is the Doha Forum?"


async def test_a_message_appears_without_being_asked_for(daniel: Window, call: Call) -> None:
    await daniel.ask("hello")

    await call("sendMessage", chat_id=ENGLISH, text="Just in.")

    await expect(daniel.theirs.last.locator(".text")).to_have_text("Just in.")
    await expect(daniel.theirs.last).to_be_in_viewport()


async def test_messages_in_another_chat_are_counted_until_it_is_shown(
    daniel: Window, call: Call
) -> None:
    await daniel.ask("hello")
    await daniel.choose("readers", ARABIC)
    await call("sendMessage", chat_id=ENGLISH, text="One.")
    await call("sendMessage", chat_id=ENGLISH, text="Two.")
    await call("sendMessage", chat_id=GROUP, text="Three.")

    await expect(daniel.unread("readers", ENGLISH)).to_contain_text("2")
    await expect(daniel.unread("readers", ENGLISH)).to_contain_text("رسالتان غير مقروءتين")
    await expect(daniel.unread("chats", GROUP)).to_contain_text("1")

    await daniel.choose("readers", ENGLISH)
    await expect(daniel.theirs).to_have_count(3)
    await expect(daniel.unread("readers", ENGLISH)).to_have_count(0)
    await expect(daniel.unread("chats", GROUP)).to_contain_text("1")


async def test_an_edit_changes_the_message_in_its_place(daniel: Window, call: Call) -> None:
    await daniel.ask("hello")
    first = await call("sendMessage", chat_id=ENGLISH, text="First words")
    await call("sendMessage", chat_id=ENGLISH, text="After it")
    message = daniel.message(first["message_id"])
    await expect(message.locator(".edited")).to_have_count(0)

    about = {"chat_id": ENGLISH, "message_id": first["message_id"]}
    await call("editMessageText", text="Second words", **about)

    await expect(message.locator(".text")).to_have_text("Second words")
    await expect(message.locator(".edited")).to_have_text("edited")
    await expect(daniel.theirs.last.locator(".text")).to_have_text("After it")


async def test_a_deleted_message_goes(daniel: Window, call: Call) -> None:
    await daniel.ask("hello")
    sent = await call("sendMessage", chat_id=ENGLISH, text="A mistake")
    await expect(daniel.theirs).to_have_count(2)

    await call("deleteMessage", chat_id=ENGLISH, message_id=sent["message_id"])

    await expect(daniel.theirs).to_have_count(1)


async def test_an_unfolded_quote_stays_so_when_the_buttons_change(
    daniel: Window, call: Call
) -> None:
    await daniel.ask("hello")
    text = "<blockquote expandable>" + "Many words. " * 100 + "</blockquote>"
    markup = {"inline_keyboard": [[{"text": "Old", "callback_data": "?"}]]}
    given = {"chat_id": ENGLISH, "text": text, "parse_mode": "HTML", "reply_markup": markup}
    sent = await call("sendMessage", **given)
    await daniel.theirs.last.locator(".expand").click()

    markup = {"inline_keyboard": [[{"text": "New", "callback_data": "?"}]]}
    about = {"chat_id": ENGLISH, "message_id": sent["message_id"]}
    await call("editMessageReplyMarkup", reply_markup=markup, **about)

    await expect(daniel.theirs.last.locator(".press")).to_have_text("New")
    await expect(daniel.theirs.last.locator(".expand")).to_have_attribute("aria-expanded", "true")


async def test_typing_shows_until_the_message_comes(layla: Window, call: Call) -> None:
    await layla.ask("مرحبا")
    typing = layla.page.locator("#typing")

    await call("sendChatAction", chat_id=ARABIC, action="typing")
    await expect(typing).to_have_text("يكتب …")
    await call("sendMessage", chat_id=ARABIC, text="ها هي.")

    await expect(typing).to_be_empty()


async def test_news_does_not_pull_away_from_what_is_being_read(daniel: Window, call: Call) -> None:
    for _ in range(3):
        await daniel.ask(FORUM)
    await daniel.log.evaluate("log => log.scrollTo(0, 0)")
    latest = daniel.page.locator("#latest")
    await expect(latest).to_be_visible()

    await call("sendMessage", chat_id=ENGLISH, text="Just in.")

    await expect(latest).to_have_text("↓ 1 new message")
    await expect(daniel.mine.first).to_be_in_viewport()
    await latest.click()
    await expect(daniel.theirs.last).to_be_in_viewport()
    await expect(latest).to_be_hidden()


async def test_a_long_conversation_keeps_its_last_messages(daniel: Window, call: Call) -> None:
    await daniel.ask("hello")
    for number in range(1, 61):
        await call("sendMessage", chat_id=ENGLISH, text=f"Message {number}")

    await expect(daniel.theirs).to_have_count(61)
    await expect(daniel.theirs.last.locator(".text")).to_have_text("Message 60")
    await expect(daniel.theirs.last).to_be_in_viewport()


async def test_a_blocked_bot_can_neither_write_nor_be_written_to(
    daniel: Window, call: Call
) -> None:
    await daniel.ask("hello")

    await daniel.page.get_by_role("button", name="Block the bot").click()
    await expect(daniel.page.locator("#blocked")).to_contain_text("You have blocked the bot.")
    await expect(daniel.page.locator("#composer")).to_be_hidden()
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        await call("sendMessage", chat_id=ENGLISH, text="Are you there?")

    await daniel.page.locator("#unblock").click()
    await expect(daniel.page.locator("#composer")).to_be_visible()
    await call("sendMessage", chat_id=ENGLISH, text="There you are.")
    await expect(daniel.theirs.last.locator(".text")).to_have_text("There you are.")


async def test_a_page_without_a_bot_says_so(
    telegram: LoopbackTelegram, open_window: OpenWindow
) -> None:
    assert not telegram.updates.listening

    window = await open_window()

    await expect(window.status).to_have_text("The bot is not running")
