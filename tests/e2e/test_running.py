"""Order, fairness, failures, silence, start and stop."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest

from bot import app
from bot.errors import CorruptDataError, TransientError
from bot.links import Place, encode
from bot.polling import AT_ONCE, Pulse
from bot.store import Store
from config.settings import Settings
from retrieval.spans import passages
from tests.e2e.conftest import running, settings
from tests.fakes.alerts import FakeAlerts
from tests.fakes.archive import FakeArchive, seeds

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from bot.store import ArchiveSummary
    from tests.e2e.conftest import Running

FIDAN = "Who met with Turkey's Hakan Fidan on the sidelines of the Doha Forum?"
QATAR = "What did the Qatar foreign ministry say about contacts with HTS?"
LAVROV = "What did Lavrov cite about Syria?"


class Uncounted(FakeArchive):
    """An archive that cannot say how much it holds."""

    async def summary(self) -> ArchiveSummary:
        raise TransientError("busy")


async def test_one_readers_questions_are_answered_in_order(bot: Running, anna: Reader) -> None:
    held = bot.archive.waits[FIDAN] = asyncio.Event()
    sent = [await anna.send(text) for text in (FIDAN, LAVROV, "zzz yyy")]

    held.set()
    answers = [await anna.next() for _ in sent]

    assert [answer.reply_to for answer in answers] == [message["message_id"] for message in sent]


async def test_a_reader_who_floods_does_not_delay_another(
    bot: Running, anna: Reader, huda: Reader
) -> None:
    held = bot.archive.waits[FIDAN] = asyncio.Event()
    for _ in range(AT_ONCE * 3):
        await anna.send(FIDAN)

    other = await huda.say(LAVROV)

    assert other.text.startswith("ورد في ")
    assert bot.archive.asked.count(FIDAN) <= 1
    held.set()


async def test_readers_are_served_at_the_same_time(
    bot: Running, telegram: LoopbackTelegram, anna: Reader
) -> None:
    held = bot.archive.waits[FIDAN] = asyncio.Event()
    readers = [telegram.reader(2000 + n, language_code="en") for n in range(5)]
    for reader in readers:
        await reader.send(FIDAN)

    quick = await anna.say(LAVROV)
    held.set()
    answers = [await reader.next() for reader in readers]

    assert quick.text.startswith("Found in")
    assert all("Hakan Fidan" in answer.text for answer in answers)


async def test_nothing_is_remembered_of_a_reader_who_is_idle(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.say(FIDAN)

    async with asyncio.timeout(5):
        while len(bot.queues):
            await telegram.quiet()
            await asyncio.sleep(0)  # a turn: what is answered leaves the queue


@pytest.mark.parametrize(
    "error", [RuntimeError(FIDAN), CorruptDataError("isnad.db: damaged"), TransientError("busy")]
)
async def test_a_failure_is_apologised_for_and_the_question_can_be_tried_again(
    telegram: LoopbackTelegram,
    archive: FakeArchive,
    tmp_path: Path,
    *,
    anna: Reader,
    log: io.StringIO,
    error: Exception,
) -> None:
    archive.failures.append(error)

    async with running(telegram, archive, tmp_path):
        apology = await anna.say(FIDAN)
        await anna.press(apology, "Try again")
        answer = await anna.next()
        await apology.edited()

    reference = apology.text.rpartition(" ")[2].strip("\u2068\u2069.")
    assert apology.text.startswith("I couldn't finish that just now; your question is kept.")
    assert len(reference) == 4
    assert f"incident {reference}" in log.getvalue()
    assert "Hakan Fidan" in answer.text
    assert answer.reply_to == apology.reply_to
    assert apology.labels == []


async def test_a_command_that_failed_is_not_offered_as_a_question(
    telegram: LoopbackTelegram, tmp_path: Path, anna: Reader
) -> None:
    broken = Uncounted(seeds())

    async with running(telegram, broken, tmp_path):
        apology = await anna.say("/start")
        press = await anna.press(apology, callback_data="t:")

    assert apology.text.startswith("I couldn't finish that just now. Please try again")
    assert apology.labels == []
    assert press.text == "I can no longer see the question. Please type it again."
    assert broken.asked == []


async def test_no_question_and_no_token_reaches_the_log(
    telegram: LoopbackTelegram,
    archive: FakeArchive,
    tmp_path: Path,
    anna: Reader,
    log: io.StringIO,
) -> None:
    error = ValueError(f"cannot parse {FIDAN!r}")
    error.__cause__ = KeyError(FIDAN)

    async with running(telegram, archive, tmp_path):
        await anna.say(FIDAN)
        archive.failures.append(error)
        await anna.say(FIDAN)
        await anna.inline(FIDAN)
        telegram.faults.fail_next("sendMessage", 400, "Bad Request: something new")
        await anna.send(FIDAN)
        await anna.next()

    assert "Fidan" not in log.getvalue()
    assert telegram.token not in log.getvalue()
    assert "builtins.ValueError" in log.getvalue()
    assert "BadRequest: Something new" in log.getvalue()


@pytest.mark.usefixtures("bot")
async def test_a_second_poller_is_reported_once_and_in_one_line(
    anna: Reader, telegram: LoopbackTelegram, log: io.StringIO
) -> None:
    await anna.say(FIDAN)
    conflict = "Conflict: terminated by other getUpdates request"
    telegram.faults.fail_next("getUpdates", 409, conflict, times=2)

    answer = await anna.say(LAVROV)

    assert answer.text.startswith("Found in")
    assert log.getvalue().count("another program is polling") == 1


async def test_a_silent_telegram_ends_the_process_with_its_own_code(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, log: io.StringIO
) -> None:
    telegram.updates.silence()
    chosen = settings(telegram, tmp_path)
    async with Store.open(tmp_path) as store:
        pulse = Pulse()
        bot = app.build(chosen, app.services(chosen, archive, store, FakeAlerts(archive)), pulse)

        code = await app.serve(bot, pulse, silence=0.5)

    assert code == app.DEAF != 0
    assert "CRITICAL" in log.getvalue()
    assert "silent" in log.getvalue()


async def test_a_wrong_token_ends_the_start_with_a_clear_line(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, log: io.StringIO
) -> None:
    wrong = "654321:WRONG-token"
    chosen = settings(telegram, tmp_path, telegram_token=wrong)
    async with Store.open(tmp_path) as store:
        pulse = Pulse()
        bot = app.build(chosen, app.services(chosen, archive, store, FakeAlerts(archive)), pulse)

        code = await app.serve(bot, pulse, silence=60)

    assert code == app.BAD_TOKEN == 2
    assert "ISNAD_TELEGRAM_TOKEN" in log.getvalue()
    assert "WRONG" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


async def test_a_network_that_is_away_at_the_start_is_waited_for(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, anna: Reader, log: io.StringIO
) -> None:
    telegram.faults.fail_next("getMe", 502, "Bad Gateway", times=1)

    async with running(telegram, archive, tmp_path):
        answer = await anna.say(FIDAN)

    assert "Hakan Fidan" in answer.text
    assert log.getvalue().count("cannot reach Telegram") == 1


async def test_a_stop_while_the_network_is_away_is_heeded(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, log: io.StringIO
) -> None:
    telegram.faults.fail_next("getMe", 502, "Bad Gateway", times=50)

    async with running(telegram, archive, tmp_path):
        await telegram.until(lambda: telegram.called("getMe"), 5, "the first try")

    assert "Traceback" not in log.getvalue()


@pytest.mark.usefixtures("log")
async def test_a_stop_finishes_the_question_in_hand(
    telegram: LoopbackTelegram,
    archive: FakeArchive,
    tmp_path: Path,
    anna: Reader,
) -> None:
    held = archive.waits[FIDAN] = asyncio.Event()

    async with running(telegram, archive, tmp_path):
        await anna.send(FIDAN)
        await telegram.quiet()
        asyncio.get_running_loop().call_later(0.2, held.set)

    assert "Hakan Fidan" in (await anna.next()).text


@pytest.mark.usefixtures("log")
async def test_what_was_asked_while_the_bot_was_away_is_answered(
    telegram: LoopbackTelegram,
    tmp_path: Path,
    anna: Reader,
) -> None:
    await anna.send(FIDAN)

    async with running(telegram, FakeArchive(seeds()), tmp_path):
        answer = await anna.next()

    assert "Hakan Fidan" in answer.text


async def test_the_bot_starts_with_the_seeds_and_stops_at_a_signal(
    telegram: LoopbackTelegram, tmp_path: Path, anna: Reader, huda: Reader, log: io.StringIO
) -> None:
    async with asyncio.TaskGroup() as group:
        running_bot = group.create_task(app.run(settings(telegram, tmp_path)))
        welcome = await anna.say("/start")
        english = await anna.say(FIDAN)
        arabic = await huda.say("مع من ستجري قطر محادثات يوم الثلاثاء؟")
        os.kill(os.getpid(), signal.SIGTERM)

    assert running_bot.result() == app.STOPPED
    assert "5 articles" in welcome.text
    assert "met with Turkey's Hakan Fidan on the sidelines" in english.text
    assert "محمد البشير" in arabic.text
    assert "Traceback" not in log.getvalue()


async def test_without_a_token_the_bot_says_so(tmp_path: Path, log: io.StringIO) -> None:
    code = await app.run(Settings(_env_file=None, telegram_token=None, data_dir=tmp_path))

    assert code == app.BAD_TOKEN
    assert "ISNAD_TELEGRAM_TOKEN is not set" in log.getvalue()


async def test_questions_too_fast_are_slowed_down_once_a_window(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, anna: Reader, huda: Reader
) -> None:
    async with running(telegram, archive, tmp_path, questions_per_minute=2) as bot:
        for _ in range(2):
            await anna.say(FIDAN)
        slowed = await anna.say(FIDAN)
        await anna.send(FIDAN)
        other = await huda.say(LAVROV)
        await telegram.quiet()

    assert slowed.text.startswith("One moment: 2 questions in a minute. You can go on in ")
    assert slowed.text.endswith(" seconds.")
    assert anna.unread == []
    assert other.text.startswith("ورد في ")
    assert len(bot.archive.asked) == 3


async def test_links_opened_too_fast_are_slowed_down_kindly_and_apart_from_questions(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, anna: Reader
) -> None:
    lavrov = archive.articles[3]
    span = passages(lavrov.body)[0].sentences[0]
    link = f"/start q_{encode([Place(lavrov.revision, span.start, span.end)])}"

    async with running(telegram, archive, tmp_path, questions_per_minute=1):
        opened = [await anna.say(link) for _ in range(3)]
        slowed = await anna.say(link)
        answered = await anna.say(LAVROV)

    assert all(each.text.startswith("This is the answer") for each in opened)
    assert slowed.text.startswith("One moment, please: that was a little fast for me. You can go")
    assert answered.text.startswith("Found in")


async def test_presses_too_fast_are_slowed_down_kindly_and_store_nothing(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path, anna: Reader
) -> None:
    async with running(telegram, archive, tmp_path, questions_per_minute=1) as bot:
        answer = await anna.say(QATAR)
        context, helpful = (
            next(b["callback_data"] for row in answer.buttons for b in row if b["text"] == label)
            for label in ("Context", "Helpful")
        )
        for _ in range(3):
            await anna.press(answer, callback_data=context)
            await anna.next()
        slowed = [await anna.press(answer, callback_data=data) for data in (context, helpful)]
        verdicts = await bot.store.feedback.count()

    for press in slowed:
        assert press.text.startswith("One moment, please: that was a little fast for me. You can")
        assert press.alert
    assert verdicts == {}
