"""Presses and inline queries, and what the bot makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.preview.telegram import QUERIES_KEPT
from tests.integration.calling import CHAT, article, button, polling

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.integration.calling import Client


async def test_a_press_may_carry_any_data_from_any_message(call: Client, anna: Reader) -> None:
    queries = []

    async def handle(update: dict[str, Any]) -> None:
        if query := update.get("callback_query"):
            queries.append(query)
            await call.result("answerCallbackQuery", callback_query_id=query["id"])
        else:
            await call.result("sendMessage", chat_id=CHAT, text="a")

    async with polling(call, handle):
        reply = await anna.say("When?")
        await anna.press(reply, callback_data="old", inaccessible=True)
        await anna.press(None, callback_data="inline")

    assert queries[0]["message"]["date"] == 0
    assert "message" not in queries[1]
    assert queries[1]["inline_message_id"]


async def test_a_press_is_answered_once(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    query = anna.tap("m", message={})
    url = f"https://t.me/{telegram.username}?start=a"

    await call.result("answerCallbackQuery", callback_query_id=query, text="a" * 200, url=url)
    again = await call("answerCallbackQuery", callback_query_id=query, text="b")

    assert again["description"].startswith("Bad Request: query is too old")
    assert telegram.answers[query]["text"] == "a" * 200


async def test_a_refused_answer_leaves_the_press_waiting(call: Client, anna: Reader) -> None:
    query = anna.tap("m", message={})

    refused = await call("answerCallbackQuery", callback_query_id=query, text="a" * 201)
    taken = await call("answerCallbackQuery", callback_query_id=query, text="a")

    assert refused["description"] == "Bad Request: MESSAGE_TOO_LONG"
    assert taken["ok"]


async def test_inline_results_come_back_to_the_reader(call: Client, anna: Reader) -> None:
    async def handle(update: dict[str, Any]) -> None:
        query = update["inline_query"]
        await call.result(
            "answerInlineQuery",
            inline_query_id=query["id"],
            results=[article(title=query["query"], description="d")],
            is_personal=True,
            next_offset="a" * 64,
            button={"text": "Ask", "start_parameter": "ask"},
        )

    async with polling(call, handle):
        answer = await anna.inline("When?")
        long = await anna.inline("a" * 300, offset="50")

    assert answer["results"][0]["title"] == "When?"
    assert answer["is_personal"] is True
    assert long["results"][0]["title"] == "a" * 256


async def test_a_chosen_result_stands_in_the_chat_and_can_be_pressed_and_edited(
    call: Client, anna: Reader
) -> None:
    result = article(reply_markup=button(callback_data="m"))

    anna.choose(result)
    ((message,), *_) = [list(anna.chat.messages.values())]
    anna.tap("m", inline_message_id=message["inline_message_id"])
    edited = await call.result(
        "editMessageText",
        inline_message_id=message["inline_message_id"],
        text="<i>Noon</i>",
        parse_mode="HTML",
    )

    updates = await call.result("getUpdates")
    assert edited is True
    assert updates[0]["message"]["text"] == "Dawn"
    assert updates[0]["message"]["via_bot"]["username"] == "isnad_test_bot"
    assert updates[0]["message"]["reply_markup"] == button(callback_data="m")
    assert "inline_message_id" not in updates[0]["message"]
    assert updates[1]["callback_query"]["inline_message_id"] == message["inline_message_id"]
    assert (message["text"], message["entities"][0]["type"]) == ("Noon", "italic")
    assert "reply_markup" not in message


async def test_an_inline_message_is_not_edited_to_what_it_is(call: Client, anna: Reader) -> None:
    anna.choose(article())
    (message,) = anna.chat.messages.values()
    place = {"inline_message_id": message["inline_message_id"]}

    same = await call("editMessageText", **place, text="<b>Dawn</b>", parse_mode="HTML")
    elsewhere = await call("editMessageText", inline_message_id="inline-999", text="a")

    assert same["description"].startswith("Bad Request: message is not modified: ")
    assert elsewhere == {"ok": True, "result": True}
    assert "edit_date" not in message


async def test_the_oldest_queries_and_inline_messages_are_forgotten(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    queries = [anna.type_inline("a") for _ in range(QUERIES_KEPT + 1)]
    for _ in range(QUERIES_KEPT + 1):
        anna.choose(article())

    old = await call("answerInlineQuery", inline_query_id=queries[0], results=[])
    kept = await call("answerInlineQuery", inline_query_id=queries[1], results=[])

    assert old["description"].startswith("Bad Request: query is too old")
    assert kept["ok"]
    assert len(telegram.answers) == len(telegram.askers) == QUERIES_KEPT
    assert len(telegram.inline_messages) == QUERIES_KEPT
