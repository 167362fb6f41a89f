"""Questions and what is said to them, in both languages, in private and in the group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.preview.page import ARABIC, ENGLISH, GROUP
from bot.trial import USERNAME
from tests.browser.window import Window, expect, style

if TYPE_CHECKING:
    from tests.browser.conftest import OpenWindow

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORUM = "What is the Doha Forum?"
FORUM_QUOTE = (
    "Lavrov and Iran's Abbas Araghchi met with Turkey's Hakan Fidan on the sidelines of the Doha "
    "Forum, an annual political dialogue gathering."
)
KHULAIFI = "ما منصب محمد الخليفي؟"
KHULAIFI_QUOTE = "وقال وزير الدولة بوزارة الخارجية القطرية، محمد الخليفي"
ISRAEL = "ما هو قول Araghchi عن Israel؟"
ISRAEL_QUOTE = "Araghchi told his Turkish counterpart that “recent provocations"


async def test_a_question_in_english_is_answered_in_the_coverages_own_words(daniel: Window) -> None:
    answer = await daniel.ask(FORUM)

    await expect(daniel.mine.locator(".text")).to_have_text(FORUM)
    await expect(answer.locator("blockquote").first).to_have_text(FORUM_QUOTE)
    await expect(answer.locator(".text")).to_contain_text("003_9ab4dc96716d2ae8.txt")
    assert await style(answer.locator(".text"), "direction") == "ltr"


async def test_a_question_in_arabic_is_answered_from_right_to_left(layla: Window) -> None:
    answer = await layla.ask(KHULAIFI)

    await expect(layla.mine.locator(".text")).to_have_text(KHULAIFI)
    await expect(answer.locator("blockquote").first).to_contain_text(KHULAIFI_QUOTE)
    own = answer.locator("blockquote").first  # a later one may be in the other language
    for one in (layla.mine.locator(".text"), answer.locator(".text").first, own):
        assert await style(one, "direction") == "rtl"


async def test_arabic_runs_from_right_to_left_on_an_english_page_too(daniel: Window) -> None:
    answer = await daniel.ask(KHULAIFI)

    await expect(daniel.root).to_have_attribute("dir", "ltr")
    assert await style(daniel.mine.locator(".text"), "direction") == "rtl"
    assert await style(answer.locator(".text"), "direction") == "ltr"
    assert await style(answer.locator("blockquote").first, "direction") == "rtl"


async def test_an_english_quote_in_an_arabic_answer_runs_from_left_to_right(layla: Window) -> None:
    answer = await layla.ask(ISRAEL)
    quote = answer.locator("blockquote").first

    await expect(quote).to_contain_text(ISRAEL_QUOTE)
    assert await style(answer.locator(".text"), "direction") == "rtl"
    assert await style(quote, "direction") == "ltr"
    assert await style(quote, "borderLeftWidth") != "0px"
    assert await style(quote, "borderRightWidth") == "0px"


async def test_an_answer_names_the_question_that_it_answers(daniel: Window) -> None:
    answer = await daniel.ask(FORUM)

    await answer.locator(".reply-to").click()

    await expect(answer.locator(".reply-to")).to_contain_text(FORUM)
    await expect(daniel.mine).to_be_in_viewport()


async def test_a_question_without_an_answer_is_told_so(daniel: Window) -> None:
    refusal = await daniel.ask("What is the inflation rate in Argentina?")

    await expect(refusal.locator(".text")).to_contain_text("I found no answer in the archive")
    await expect(refusal.locator("blockquote")).to_have_count(0)


async def test_two_readers_are_kept_apart(daniel: Window) -> None:
    await daniel.ask(FORUM)

    await daniel.choose("readers", ARABIC)

    await expect(daniel.messages).to_have_count(0)
    await expect(daniel.page.locator("#description")).to_contain_text("أجيب عن الأسئلة")
    await daniel.choose("readers", ENGLISH)
    await expect(daniel.messages).to_have_count(2)


async def test_the_start_button_is_how_a_conversation_begins(layla: Window) -> None:
    await layla.page.locator("#start").click()

    await expect(layla.mine.locator(".text")).to_have_text("/start")
    await expect(layla.theirs.locator(".text")).to_contain_text("أهلًا بك")
    await expect(layla.page.locator("#empty")).to_be_hidden()


async def test_the_conversation_is_still_there_when_the_page_is_loaded_anew(
    daniel: Window,
) -> None:
    await daniel.ask(FORUM)
    before = await daniel.messages.all_inner_texts()

    await daniel.page.reload()
    await daniel.drawn()

    await expect(daniel.messages).to_have_count(2)
    assert await daniel.messages.all_inner_texts() == before


async def test_in_the_group_a_mention_gets_an_answer_before_everybodys_eyes(
    daniel: Window, open_window: OpenWindow
) -> None:
    layla = await open_window("ar")
    await daniel.choose("chats", GROUP)
    await layla.choose("chats", GROUP)

    answer = await daniel.ask(f"@{USERNAME} {FORUM}")

    await expect(answer.locator("blockquote").first).to_have_text(FORUM_QUOTE)
    await expect(layla.theirs).to_have_count(2)
    await expect(layla.theirs.first.locator(".bubble > .author")).to_have_text("Daniel")
    await expect(layla.theirs.last.locator("blockquote").first).to_have_text(FORUM_QUOTE)


async def test_in_the_group_what_is_not_meant_for_the_bot_is_left_alone(daniel: Window) -> None:
    await daniel.choose("chats", GROUP)

    await daniel.say(FORUM)
    answer = await daniel.ask(f"@{USERNAME} hello")

    await expect(answer.locator(".text")).to_contain_text("Hello!")
    await expect(daniel.messages).to_have_count(3)


@pytest.mark.parametrize(
    "words",
    [
        "<script>document.title = 'taken'</script>",
        '<img src="/static/icon.svg" onerror="document.title = \'taken\'">',
        "\u202eevil\u202c and \u2067more\u2069 &amp; <b>bold</b>",
        "a" * 4096,
        "\U0001f642" * 2048,
    ],
    ids=["script", "image", "direction", "one word", "emoji"],
)
async def test_whatever_is_written_is_shown_as_text(daniel: Window, words: str) -> None:
    answer = await daniel.ask(words)

    assert await daniel.mine.locator(".text").text_content() == words
    await expect(answer.locator(".text")).not_to_be_empty()
    await expect(daniel.log.locator("script, img, b")).to_have_count(0)
    await expect(daniel.page).to_have_title("Isnad · Preview")
    assert await daniel.log.evaluate("log => log.scrollWidth <= log.clientWidth")
