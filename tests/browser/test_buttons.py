"""Buttons under answers, links to the bot, and quotes that unfold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.preview.page import ENGLISH
from bot.trial import USERNAME
from tests.browser.window import Window, expect

if TYPE_CHECKING:
    from bot.preview.telegram import LoopbackTelegram
    from tests.browser.conftest import Call, OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITH_MORE = "Which Syrian group was Iran in contact with?"
WITH_CONTEXT = "How many years did the Assad family rule?"
SHORT = "A quote of few words."
LONG = " ".join(f"Sentence number {n} of a quote that is long." for n in range(1, 40))


async def test_more_brings_further_quotes_and_goes(daniel: Window) -> None:
    first = await daniel.ask(WITH_MORE)

    await daniel.press(first, "More")
    second = await daniel.received(1)

    await expect(second.locator(".text")).to_contain_text("More from the archive:")
    await expect(first.get_by_role("button", name="More", exact=True)).to_have_count(0)
    await expect(first.get_by_role("button", name="Helpful", exact=True)).to_be_visible()


async def test_context_brings_the_passages_around_the_quotes(daniel: Window) -> None:
    answer = await daniel.ask(WITH_CONTEXT)

    await daniel.press(answer, "Context")
    context = await daniel.received(1)

    await expect(context.locator(".text")).to_contain_text("Context of quote")
    await expect(context.locator("blockquote strong").first).to_contain_text("50 years")
    await expect(answer.get_by_role("button", name="Context", exact=True)).to_have_count(0)


async def test_helpful_is_thanked_for_and_the_verdicts_go(daniel: Window) -> None:
    answer = await daniel.ask(WITH_CONTEXT)

    await daniel.press(answer, "Helpful")

    await expect(daniel.alert).to_contain_text("Thank you. Stored: your question")
    await expect(answer.get_by_role("button", name="Not helpful")).to_have_count(0)
    await expect(answer.get_by_role("button", name="Context")).to_be_visible()


async def test_not_helpful_asks_for_a_reason_once(daniel: Window) -> None:
    answer = await daniel.ask(WITH_CONTEXT)
    await daniel.press(answer, "Not helpful")
    await expect(daniel.alert).to_contain_text("What was wrong?")
    await daniel.page.locator("#alert-close").click()

    await daniel.press(answer, "Wrong source")

    await expect(daniel.alert).to_contain_text("The reason is stored as well")
    await expect(answer.locator(".press").filter(has_text="Out of date")).to_have_count(0)


async def test_a_button_is_busy_until_its_press_is_answered(
    telegram: LoopbackTelegram, open_window: OpenWindow, call: Call
) -> None:
    window = await open_window()
    await window.say("Is nobody there?")
    markup = {"inline_keyboard": [[{"text": "Knock", "callback_data": "?"}]]}
    await call("sendMessage", chat_id=ENGLISH, text="A door", reply_markup=markup)
    busy = window.theirs.locator(".press[aria-busy=true]")

    await window.press(window.theirs, "Knock")
    await expect(busy).to_have_text("Knock")
    (query,) = telegram.answers
    await call("answerCallbackQuery", callback_query_id=query, text="Come in.")

    await expect(window.toast).to_have_text("Come in.")
    await expect(busy).to_have_count(0)


async def test_a_link_leads_out_in_a_window_that_knows_nothing_of_this_one(
    daniel: Window, call: Call
) -> None:
    await daniel.ask("/start")
    buttons = [[{"text": "Open article", "url": "https://desk.example/a?b=1"}]]
    markup = {"inline_keyboard": buttons}
    await call("sendMessage", chat_id=ENGLISH, text="An article", reply_markup=markup)

    link = daniel.log.get_by_role("link", name="Open article")

    await expect(link).to_have_attribute("href", "https://desk.example/a?b=1")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_a_link_that_is_not_an_address_stays_text(daniel: Window, call: Call) -> None:
    await daniel.ask("/start")
    text = "Read this."
    entities = [{"type": "text_link", "offset": 0, "length": 4, "url": "javascript:alert(1)"}]
    sent = await call("sendMessage", chat_id=ENGLISH, text=text, entities=entities)

    message = daniel.message(sent["message_id"])

    await expect(message.locator(".text")).to_have_text(text)
    await expect(message.locator("a")).to_have_count(0)


async def test_a_link_to_the_bot_is_followed_on_the_page(daniel: Window, call: Call) -> None:
    await daniel.ask("/start")
    link = f'<a href="https://t.me/{USERNAME}?start=q_zzz">the answer</a>'
    sent = await call("sendMessage", chat_id=ENGLISH, text=link, parse_mode="HTML")

    await daniel.message(sent["message_id"]).locator("a").click()
    answer = await daniel.received(2)

    await expect(daniel.mine.last.locator(".text")).to_have_text("/start q_zzz")
    await expect(answer.locator(".text")).to_contain_text("can no longer be opened")
    assert len(daniel.page.context.pages) == 1


async def test_a_command_in_a_message_can_be_pressed(daniel: Window) -> None:
    privacy = await daniel.ask("/privacy")

    await privacy.locator(".command", has_text="/language").click()
    question = await daniel.received(1)

    await expect(daniel.mine.last.locator(".text")).to_have_text("/language")
    await expect(question.locator(".text")).to_contain_text("Which language shall I speak?")


async def test_a_long_quote_unfolds_and_folds_again(daniel: Window, call: Call) -> None:
    await daniel.ask("/start")
    text = f"<blockquote expandable>{LONG}</blockquote>"
    await call("sendMessage", chat_id=ENGLISH, text=text, parse_mode="HTML")
    quote = daniel.page.locator("blockquote.expandable").last
    button = quote.locator("button.expand")
    await expect(button).to_have_attribute("aria-expanded", "false")
    folded = (await quote.bounding_box())["height"]

    await button.click()
    unfolded = (await quote.bounding_box())["height"]

    await expect(button).to_have_attribute("aria-expanded", "true")
    assert unfolded > 2 * folded
    await button.click()
    await expect(button).to_have_attribute("aria-expanded", "false")
    assert (await quote.bounding_box())["height"] == folded


async def test_a_short_quote_has_nothing_to_unfold(daniel: Window, call: Call) -> None:
    await daniel.ask("/start")
    text = f"<blockquote expandable>{SHORT}</blockquote>"
    await call("sendMessage", chat_id=ENGLISH, text=text, parse_mode="HTML")

    quote = daniel.page.locator("blockquote.expandable").last

    await expect(quote).to_have_text(SHORT)
    await expect(quote.locator("button")).to_have_count(0)
    await expect(quote).not_to_contain_class("collapsed")
