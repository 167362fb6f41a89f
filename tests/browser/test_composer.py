"""Where the reader writes: commands, inline answers, drafts, replies and limits."""

from __future__ import annotations

import pytest

from bot.handlers.commands import MENU
from bot.preview.page import ARABIC, ENGLISH, GROUP
from bot.trial import USERNAME
from tests.browser.window import Window, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORUM = "What is the Doha Forum?"


async def test_a_slash_opens_the_commands_and_the_arrows_choose(daniel: Window) -> None:
    await daniel.text.press_sequentially("/")
    await expect(daniel.commands.get_by_role("option")).to_have_count(len(MENU))

    await daniel.text.press("ArrowUp")  # from none to the last
    chosen = daniel.commands.locator("[aria-selected=true]")
    await expect(chosen).to_contain_text("/help")
    await expect(daniel.text).to_have_attribute(
        "aria-activedescendant", await chosen.get_attribute("id")
    )
    await daniel.text.press("Enter")

    await expect(daniel.mine.locator(".text")).to_have_text("/help")
    await expect(daniel.theirs.locator(".text")).to_contain_text("Type a question")
    await expect(daniel.commands).to_be_hidden()


async def test_letters_narrow_the_commands_and_escape_closes_them(daniel: Window) -> None:
    await daniel.text.press_sequentially("/pr")
    await expect(daniel.commands.get_by_role("option")).to_have_count(1)
    await expect(daniel.commands).to_contain_text("What is stored about you")

    await daniel.text.press("Escape")

    await expect(daniel.commands).to_be_hidden()
    await expect(daniel.text).to_have_value("/pr")


async def test_the_menu_button_shows_the_commands_in_the_readers_language(layla: Window) -> None:
    await layla.page.locator("#menu").click()

    await layla.commands.get_by_role("option", name="/about").click()

    await expect(layla.mine.locator(".text")).to_have_text("/about")
    await expect(layla.theirs.locator(".text")).to_contain_text("إسناد يجيب من")


async def test_an_inline_answer_is_chosen_with_the_keyboard(daniel: Window) -> None:
    await daniel.choose("chats", GROUP)
    await daniel.text.press_sequentially(f"@{USERNAME} {FORUM}")
    await expect(daniel.results.get_by_role("option").first).to_contain_text("Lavrov")

    await daniel.text.press("ArrowDown")
    await daniel.text.press("Enter")

    await expect(daniel.mine).to_have_count(1)
    await expect(daniel.mine.locator(".via")).to_contain_text(USERNAME)
    await expect(daniel.mine.locator("blockquote").first).to_contain_text("Doha Forum")
    await expect(daniel.results).to_be_hidden()
    await expect(daniel.text).to_have_value("")


async def test_an_inline_answer_can_be_opened_in_the_bot(daniel: Window) -> None:
    await daniel.choose("chats", GROUP)
    await daniel.text.press_sequentially(f"@{USERNAME} {FORUM}")
    await daniel.results.get_by_role("option").first.click()

    await daniel.mine.get_by_role("link", name="Open in the bot").click()

    await expect(daniel.theirs.locator(".text")).to_contain_text("the answer that was shared")
    await expect(daniel.theirs.locator("blockquote").first).to_contain_text("Doha Forum")


async def test_an_inline_question_without_an_answer_leads_to_the_private_chat(
    daniel: Window,
) -> None:
    await daniel.choose("chats", GROUP)
    await daniel.text.press_sequentially(f"@{USERNAME} inflation rate in Argentina")

    await daniel.results.get_by_role("option", name="Ask me in private").click()

    await expect(daniel.page.locator(f"#chats input[value='{ENGLISH}']")).to_be_checked()
    await expect(daniel.mine.locator(".text")).to_have_text("/start ask")


async def test_shift_and_enter_break_the_line(daniel: Window) -> None:
    await daniel.text.fill("hello")
    await daniel.text.press("Shift+Enter")
    await daniel.text.press_sequentially("there")
    await expect(daniel.messages).to_have_count(0)

    await daniel.text.press("Enter")

    await expect(daniel.mine.locator(".text")).to_have_text("hello\nthere", use_inner_text=True)


async def test_a_draft_waits_in_the_chat_it_belongs_to(daniel: Window) -> None:
    await daniel.text.fill("half a ques")

    await daniel.choose("readers", ARABIC)
    await expect(daniel.text).to_have_value("")
    await daniel.choose("readers", ENGLISH)

    await expect(daniel.text).to_have_value("half a ques")


async def test_a_reply_shows_what_it_answers(daniel: Window) -> None:
    answer = await daniel.ask(FORUM)
    await answer.hover()
    await answer.get_by_role("button", name="Reply").click()
    await expect(daniel.page.locator("#replying")).to_contain_text("Found in one article")

    await daniel.say("Thank you!")

    await expect(daniel.mine.last.locator(".reply-to")).to_contain_text("Found in one article")
    await expect(daniel.page.locator("#replying")).to_be_hidden()
    await expect(daniel.theirs.last.locator(".text")).to_contain_text("You're welcome")


async def test_a_reply_in_the_group_reaches_the_bot_without_its_name(daniel: Window) -> None:
    await daniel.choose("chats", GROUP)
    answer = await daniel.ask(f"@{USERNAME} hello")
    await answer.get_by_role("button", name="Reply").focus()
    await daniel.page.keyboard.press("Enter")

    second = await daniel.ask(FORUM)

    await expect(second.locator("blockquote").first).to_contain_text("Doha Forum")


async def test_a_message_that_is_too_long_is_not_sent_and_one_says_why(daniel: Window) -> None:
    await daniel.text.fill("\U0001f642" * 4096)
    await daniel.text.press("Enter")

    await expect(daniel.page.locator("#limit")).to_have_text(
        "4,096 characters over the limit of 4,096."
    )
    await expect(daniel.page.locator("#send")).to_be_disabled()
    await expect(daniel.messages).to_have_count(0)


async def test_what_arabic_is_over_the_limit_is_counted_in_arabic(layla: Window) -> None:
    await layla.text.fill("م" * 4098)

    await expect(layla.page.locator("#limit")).to_have_text("يتجاوز النص الحد (4,096) بحرفين.")


async def test_the_box_writes_in_the_direction_of_its_words(daniel: Window) -> None:
    await daniel.text.fill("متى")
    await expect(daniel.text).to_have_attribute("dir", "rtl")

    await daniel.text.fill("when")
    await expect(daniel.text).to_have_attribute("dir", "ltr")
