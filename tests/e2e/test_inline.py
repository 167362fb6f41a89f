"""`@bot question` in any chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.links import decode

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running

pytestmark = pytest.mark.usefixtures("bot")

FIDAN = "Who met with Turkey's Hakan Fidan on the sidelines of the Doha Forum?"


async def test_each_quote_is_a_result_that_leads_back_to_the_bot(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    answer = await anna.inline(FIDAN)

    first = answer["results"][0]
    assert len(answer["results"]) == 3
    assert answer["is_personal"] in (True, "true")
    assert "Hakan Fidan" in first["input_message_content"]["message_text"]
    link = first["reply_markup"]["inline_keyboard"][0][-1]["url"]
    assert link == f"https://t.me/{telegram.username}?start=q_{first['id']}"
    assert decode(first["id"])[0].revision == 4


async def test_the_link_of_a_result_opens_the_same_quote(anna: Reader, huda: Reader) -> None:
    result = (await anna.inline(FIDAN))["results"][0]

    opened = await huda.say(f"/start q_{result['id']}")

    assert "met with Turkey's Hakan Fidan on the sidelines" in opened.text


async def test_no_answer_is_no_result_and_a_way_to_the_private_chat(anna: Reader) -> None:
    answer = await anna.inline("zzz yyy xxx")

    assert answer.get("results", []) == []
    assert answer["button"]["text"] == "No answer found. Ask me in private"
    assert answer["button"]["start_parameter"] == "ask"


async def test_what_is_not_a_question_yet_is_not_searched(bot: Running, anna: Reader) -> None:
    for typed in ("", "W", "hello"):
        answer = await anna.inline(typed)
        assert answer["button"]["text"] == "Type a question"

    assert bot.archive.asked == []


async def test_the_start_that_the_inline_button_sends_is_a_welcome(anna: Reader) -> None:
    welcome = await anna.say("/start ask")

    assert welcome.text.startswith("Welcome.")


async def test_a_failure_while_typing_is_no_message_to_anyone(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    bot.archive.failures.append(RuntimeError("no"))

    failed = await anna.inline(FIDAN)
    after = await anna.inline(FIDAN)

    assert failed.get("results", []) == []
    assert len(after["results"]) == 3
    assert telegram.called("sendMessage") == []
