"""What the bot does when Telegram, the network or a chat fails it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import running

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running
    from tests.fakes.archive import FakeArchive

FIDAN = "Who met with Turkey's Hakan Fidan on the sidelines of the Doha Forum?"
LAVROV = "What did Lavrov cite about Syria?"
GROUP, SUPERGROUP = -4001, -1009001


async def test_a_reader_who_blocked_the_bot_is_left_in_peace(
    bot: Running, telegram: LoopbackTelegram, anna: Reader, huda: Reader, log: io.StringIO
) -> None:
    def refused() -> list[dict[str, Any]]:
        sent = telegram.called("sendMessage")
        return [given for given in sent if given["chat_id"] == anna.chat.id]

    held = bot.archive.waits[FIDAN] = asyncio.Event()
    await anna.send(FIDAN)
    await telegram.quiet()
    anna.block()

    held.set()
    answer = await huda.say(LAVROV)
    await telegram.until(refused, 5, "the refused reply")

    assert answer.text.startswith("ورد في ")
    assert anna.unread == []
    assert len(refused()) == 1
    assert "incident" not in log.getvalue()


@pytest.mark.usefixtures("bot")
async def test_a_reader_who_comes_back_is_answered(anna: Reader) -> None:
    await anna.say(FIDAN)
    anna.block()
    anna.unblock()

    answer = await anna.say(LAVROV)

    assert answer.text.startswith("Found in")


@pytest.mark.usefixtures("bot")
async def test_a_wait_that_telegram_demands_is_obeyed_and_the_answer_sent(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    telegram.faults.slow_down("sendMessage", 1)
    clock = asyncio.get_running_loop()
    started = clock.time()

    answer = await anna.say(FIDAN)

    assert "Hakan Fidan" in answer.text
    assert clock.time() - started >= 1
    assert len(telegram.called("sendMessage")) == 2


@pytest.mark.usefixtures("bot")
async def test_a_wait_of_hours_holds_nobody_else_up(
    anna: Reader, huda: Reader, telegram: LoopbackTelegram, log: io.StringIO
) -> None:
    telegram.faults.slow_down("sendMessage", 43_837)

    await anna.send(FIDAN)
    await telegram.until(lambda: telegram.called("sendMessage"), 5, "the refused reply")
    answer = await huda.say(LAVROV)

    assert answer.text.startswith("ورد في ")
    assert "Telegram did not take an answer: RetryAfter" in log.getvalue()


@pytest.mark.usefixtures("bot")
async def test_an_answer_that_met_a_bad_gateway_is_sent_again(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    telegram.faults.break_gateway("sendMessage")

    answer = await anna.say(FIDAN)

    assert "Hakan Fidan" in answer.text
    assert len(anna.chat.sent) == 1


@pytest.mark.usefixtures("bot")
async def test_polling_goes_on_after_a_bad_gateway(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.say(LAVROV)
    telegram.faults.break_gateway("getUpdates")

    answer = await anna.say(FIDAN)

    assert "Hakan Fidan" in answer.text


@pytest.mark.usefixtures("bot")
async def test_an_answer_whose_receipt_was_lost_is_sent_a_second_time_and_no_third(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    telegram.faults.lose_reply("sendMessage")

    first = await anna.say(FIDAN)
    second = await anna.next()
    other = await anna.say(LAVROV)

    assert first.text == second.text
    assert first.reply_to == second.reply_to
    assert other.reply_to != first.reply_to


@pytest.mark.usefixtures("bot")
async def test_updates_whose_delivery_was_lost_are_answered_once(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.say(LAVROV)
    telegram.faults.lose_reply("getUpdates")

    answer = await anna.say(FIDAN)
    other = await anna.say(LAVROV)

    assert "Hakan Fidan" in answer.text
    assert [each.text for each in anna.chat.sent[-2:]] == [answer.text, other.text]


async def test_an_update_that_comes_twice_is_answered_once(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.say(FIDAN)
    await telegram.quiet()

    telegram.updates.repeat()
    other = await anna.say(LAVROV)

    assert bot.archive.asked == [FIDAN, LAVROV]
    assert anna.chat.sent[1:] == [other]


async def test_a_press_that_comes_twice_is_counted_once(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    answer = await anna.say(FIDAN)
    await anna.press(answer, "Helpful")
    await telegram.quiet()

    telegram.updates.repeat()
    await anna.say(LAVROV)

    assert await bot.store.feedback.count() == {"helpful": 1}


@pytest.mark.usefixtures("log")
async def test_a_group_that_moves_is_answered_in_its_new_place_and_in_its_language(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, anna: Reader
) -> None:
    group = telegram.group(GROUP, kind="group")
    here = anna.in_(group)
    async with running(telegram, archive, tmp_path) as bot:
        menu = await here.say("/language")
        await here.press(menu, "العربية")
        held = archive.waits[FIDAN] = asyncio.Event()
        await here.send(f"@{telegram.username} {FIDAN}")
        await telegram.quiet()

        there = anna.in_(telegram.migrate(group, SUPERGROUP))
        held.set()
        answer = await there.next()
        later = await there.say(f"@{telegram.username} {LAVROV}")
        kept = [await bot.store.readers.language(number) for number in (GROUP, SUPERGROUP)]

    assert "Hakan Fidan" in answer.text
    assert later.text.startswith("ورد في ")
    assert kept == [None, "ar"]
