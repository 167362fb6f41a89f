"""Commands, the interface's language, menus and deep links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.handlers import COMMANDS
from bot.handlers.commands import MENU
from bot.links import Place, encode
from retrieval.models import Language
from retrieval.spans import passages

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running

pytestmark = pytest.mark.usefixtures("bot")


async def test_start_welcomes_in_the_readers_language(anna: Reader, huda: Reader) -> None:
    english, arabic = await anna.say("/start"), await huda.say("/start")

    assert english.text == (
        "Welcome. I answer from \u2068The Desk\u2069's archive: 5 articles in Arabic and English, "
        "up to \u206810 December 2024\u2069.\n"
        "Every answer is a word-for-word quote with its source and date. "
        "If there is none, I say so.\n"
        "Just type a question, or a headline such as: \u2068Who met Hakan Fidan?\u2069"
    )
    assert english.labels == ["Try an example", "Create an alert", "العربية", "Privacy"]
    assert arabic.text.startswith("أهلًا بك. أجيب عن أسئلتك من أرشيف \u2068The Desk\u2069: 5 مقالات")
    assert arabic.labels == ["جرّب مثالًا", "أنشئ تنبيهًا", "English", "الخصوصية"]


async def test_start_before_the_first_article_promises_nothing(bot: Running, anna: Reader) -> None:
    bot.archive.articles.clear()

    welcome = await anna.say("/start")

    assert "has not added any article yet" in welcome.text
    assert welcome.labels == ["العربية", "Privacy"]


async def test_the_example_on_the_welcome_is_asked_and_answered(anna: Reader) -> None:
    welcome = await anna.say("/start")

    await anna.press(welcome, "Try an example")
    question, answer = await anna.next(), await anna.next()

    assert question.text == "\u2068Who met Hakan Fidan?\u2069"
    assert answer.reply_to == question.message_id
    assert "Fidan" in answer.text


async def test_the_welcome_can_change_its_language(anna: Reader) -> None:
    welcome = await anna.say("/start")

    await anna.press(welcome, "العربية")
    await welcome.edited()
    later = await anna.say("/privacy")

    assert welcome.text.startswith("أهلًا بك.")
    assert later.text.startswith("ما الذي يُحفظ")


async def test_help_fits_twelve_lines_and_lists_the_commands(
    anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    english, arabic = await anna.say("/help"), await huda.say("/help")

    for text in (english.text, arabic.text):
        lines = text.splitlines()
        assert len(lines) <= 12
        assert {f"/{command}" for command in MENU} - {"/help"} <= set(lines)
        assert f"@{telegram.username}" in text


async def test_a_chosen_language_stays_until_it_is_automatic_again(
    bot: Running, anna: Reader
) -> None:
    menu = await anna.say("/language")

    await anna.press(menu, "العربية")
    await menu.edited()
    chosen = await bot.store.readers.language(1001)
    again = await anna.say("/language")
    await anna.press(again, "تلقائي")
    await again.edited()

    assert menu.text == "سأتحدث بالعربية هنا."
    assert chosen == Language.ARABIC
    assert again.text.startswith("I'll follow the language of your Telegram.")
    assert await bot.store.readers.language(1001) is None


async def test_about_names_the_newsroom_its_coverage_and_the_licence(anna: Reader) -> None:
    about = await anna.say("/about")

    assert "The Desk" in about.text
    assert "5 articles" in about.text
    assert "from \u20687 December 2024\u2069 to \u206810 December 2024\u2069" in about.text
    assert "Isnad, free software under the MIT licence" in about.text


async def test_privacy_is_a_press_away_and_says_what_is_stored(anna: Reader) -> None:
    welcome = await anna.say("/start")

    await anna.press(welcome, "Privacy")
    privacy = await anna.next()

    assert "Questions are not stored" in privacy.text


async def test_an_unknown_command_points_to_help(anna: Reader) -> None:
    reply = await anna.say("/stats")

    assert reply.text.endswith("\n/help")


async def test_commands_work_in_a_group_when_they_are_for_this_bot(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(-100200))

    await desk.send("/help@some_other_bot")
    await desk.send("/stats")
    about = await desk.say(f"/about@{telegram.username}")

    assert about.text.startswith("Isnad answers from")
    assert desk.unread == []


async def test_a_deep_link_reopens_an_answer(bot: Running, anna: Reader) -> None:
    lavrov = bot.archive.articles[3]
    told = [sentence for passage in passages(lavrov.body) for sentence in passage.sentences]
    span = next(s for s in told if "Fidan" in lavrov.body[s.start : s.end])
    code = encode([Place(lavrov.revision, span.start, span.end)])

    opened = await anna.say(f"/start q_{code}")

    assert opened.text.startswith("This is the answer that was shared:")
    assert lavrov.body[span.start : span.end] in opened.text
    assert opened.labels == []  # its context is in the message


@pytest.mark.parametrize("payload", ["q_", "q_!!", "q_AAAA", "q_" + "A" * 62, "q_BAAA"])
async def test_a_link_that_leads_nowhere_says_so(anna: Reader, huda: Reader, payload: str) -> None:
    english, arabic = await anna.say(f"/start {payload}"), await huda.say(f"/start {payload}")

    assert english.text == "This answer can no longer be opened. Please ask again."
    assert arabic.text == "لم يعد بالإمكان فتح هذا الجواب. أعد السؤال من فضلك."


async def test_menus_and_descriptions_are_set_in_both_languages(telegram: LoopbackTelegram) -> None:
    await telegram.until(
        lambda: len(telegram.called("setMyShortDescription")) == 2, 5, "both descriptions"
    )

    menus = {
        given.get("language_code"): given["commands"] for given in telegram.called("setMyCommands")
    }
    assert set(menus) == {None, "ar"}
    for menu in menus.values():
        assert {command["command"] for command in menu} <= set(COMMANDS)
    assert len(telegram.called("setMyDescription")) == 2
