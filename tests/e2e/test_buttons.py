"""Every button under an answer, and presses that come too late."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.store import FILE_NAME
from retrieval.models import Answer, Language
from tests.fakes.archive import quote

if TYPE_CHECKING:
    from pathlib import Path

    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running

pytestmark = pytest.mark.usefixtures("bot")

QATAR = "What did the Qatar foreign ministry say about contacts with HTS?"


def stored(data_dir: Path) -> list[tuple[str, str, str | None]]:
    connection = sqlite3.connect(data_dir / FILE_NAME)
    try:
        return connection.execute("select question, verdict, reason from feedback").fetchall()
    finally:
        connection.close()


def everything(data_dir: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data_dir.glob(f"{FILE_NAME}*"))


async def test_more_shows_the_next_quotes_and_can_be_pressed_once(anna: Reader) -> None:
    first = await anna.say(QATAR)

    await anna.press(first, "More")
    second = await anna.next()
    await first.edited()

    assert second.text.startswith("More from the archive:")
    assert second.reply_to == first.reply_to
    assert "More" not in first.labels
    assert second.text.splitlines()[1] not in first.text


async def test_more_past_the_end_says_that_was_all(anna: Reader) -> None:
    first = await anna.say(QATAR)

    await anna.press(first, callback_data="m:900:")
    second = await anna.next()

    assert second.text == "That was all: there is nothing more on this in the archive."


async def test_context_shows_the_passages_around_every_quote(anna: Reader) -> None:
    answer = await anna.say(QATAR)

    await anna.press(answer, "Context")
    context = await anna.next()
    await answer.edited()

    assert context.text.startswith("Context of quote 1:")
    assert "Context of quote 2:" in context.text
    assert "Context" not in answer.labels


async def test_open_leads_to_an_article_with_an_address_and_is_left_out_otherwise(
    bot: Running, anna: Reader
) -> None:
    with_address, without = bot.archive.articles[0], bot.archive.articles[1]
    text = "Qatar opens contacts with Syria’s opposition group, source says"
    bot.archive.canned["one?"] = Answer("one?", Language.ENGLISH, (quote(with_address, text),))
    text = "The focus is on the need for HTS"
    bot.archive.canned["two?"] = Answer("two?", Language.ENGLISH, (quote(without, text),))

    opened, closed = await anna.say("one?"), await anna.say("two?")

    assert opened.buttons[0][0]["url"] == "https://desk.example/qatar?a=1&b=2"
    assert "Open article" not in closed.labels


async def test_helpful_is_stored_with_the_question_and_the_reader_is_told(
    anna: Reader, tmp_path: Path
) -> None:
    answer = await anna.say(QATAR)
    before = stored(tmp_path)

    press = await anna.press(answer, "Helpful")
    await answer.edited()

    assert before == []
    assert stored(tmp_path) == [(QATAR, "helpful", None)]
    assert press.text == "Thank you. Stored: your question and this verdict, without your name."
    assert "Helpful" not in answer.labels
    assert "Not helpful" not in answer.labels
    assert "Context" in answer.labels


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Wrong source", "source"),
        ("Right source, wrong sentence", "sentence"),
        ("Out of date", "old"),
        ("Other", "other"),
    ],
)
async def test_not_helpful_asks_for_a_reason_and_thanks(
    anna: Reader, tmp_path: Path, label: str, reason: str
) -> None:
    answer = await anna.say(QATAR)

    asked = await anna.press(answer, "Not helpful")
    await answer.edited()
    choices = answer.labels
    thanked = await anna.press(answer, label)
    await answer.edited()

    assert asked.text.startswith("Stored: your question and this verdict, without your name.")
    assert choices[-4:] == ["Wrong source", "Right source, wrong sentence", "Out of date", "Other"]
    assert thanked.text.startswith("Thank you.")
    assert stored(tmp_path) == [(QATAR, "not_helpful", reason)]
    assert label not in answer.labels


async def test_a_reason_is_thanked_for_only_when_it_was_stored(
    anna: Reader, tmp_path: Path
) -> None:
    answer = await anna.say(QATAR)
    await anna.press(answer, "Not helpful")
    await answer.edited()

    unknown = await anna.press(answer, callback_data="r:999:old")
    first = await anna.press(answer, callback_data="r:1:old")
    second = await anna.press(answer, callback_data="r:1:source")

    assert unknown.text == second.text == "This button no longer works. Please ask again."
    assert first.text.startswith("Thank you.")
    assert stored(tmp_path) == [(QATAR, "not_helpful", "old")]


async def test_the_database_holds_nobody_who_only_asked(anna: Reader, tmp_path: Path) -> None:
    answer = await anna.say(QATAR)
    await anna.press(answer, "Helpful")

    held = everything(tmp_path)

    assert QATAR.encode() in held
    assert b"Anna" not in held
    assert b"1001" not in held


@pytest.mark.parametrize(
    "data",
    ["x:1", "", ":", "m:", "m:1000000:", "m:-1:", "m:\u0663:", "r:1", "r:x:source", "r:9:evil",
     "zzz", "l", "r:99999999999999999999:old"],
)  # fmt: skip
async def test_an_unknown_press_is_answered_and_never_fails(
    anna: Reader, log: object, data: str
) -> None:
    answer = await anna.say(QATAR)

    await anna.press(answer, callback_data=data)
    later = await anna.say(QATAR)

    assert later.text.startswith("Found in")
    assert "incident" not in log.getvalue()


@pytest.mark.parametrize("data", ["c:AAAA", "c:", "c:%%", "h:AAA", "n:x", "h:BAAA", "n:BAAA"])
async def test_a_code_that_leads_nowhere_is_explained(
    anna: Reader, data: str, tmp_path: Path
) -> None:
    answer = await anna.say(QATAR)

    await anna.press(answer, callback_data=data)
    explained = await anna.next()

    assert explained.text == "This answer can no longer be opened. Please ask again."
    assert stored(tmp_path) == []


@pytest.mark.parametrize("data", ["m:3:", "t:", "h:BAAA", "n:BAAA"])
async def test_a_press_without_its_question_says_so(
    anna: Reader, tmp_path: Path, data: str
) -> None:
    answer = await anna.say(QATAR)
    del answer.data["reply_to_message"]

    press = await anna.press(answer, callback_data=data)

    assert press.text == "I can no longer see the question. Please type it again."
    assert stored(tmp_path) == []


async def test_a_press_on_a_message_that_telegram_has_forgotten_says_so(anna: Reader) -> None:
    answer = await anna.say(QATAR)

    inaccessible = await anna.press(answer, "Helpful", inaccessible=True)
    inline = await anna.press(None, callback_data="h:BAAA")

    assert inaccessible.text == "This button no longer works. Please ask again."
    assert inline.text == inaccessible.text


async def test_a_press_that_is_too_old_is_still_carried_out(
    anna: Reader, telegram: LoopbackTelegram, log: object
) -> None:
    answer = await anna.say(QATAR)
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    telegram.faults.fail_next("answerCallbackQuery", 400, late)

    telegram.push(
        callback_query={
            "id": "77",
            "from": anna.user,
            "chat_instance": "1",
            "data": next(b["callback_data"] for b in answer.buttons[-2]),
            "message": answer.data,
        }
    )
    await answer.edited()

    assert "Helpful" not in answer.labels
    assert "incident" not in log.getvalue()
