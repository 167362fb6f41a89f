from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from bot.preview.chats import MOST_KEPT
from bot.preview.telegram import CALLS_KEPT, LoopbackTelegram
from bot.preview.updates import MOST_WAITING
from tests.integration.calling import CHAT, USUAL

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from tests.integration.calling import Client


async def test_an_update_comes_again_until_a_later_offset_confirms_it(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    await anna.send("one")
    await anna.send("two")

    first = await call.result("getUpdates", limit=1)
    again = await call.result("getUpdates", offset=first[0]["update_id"])
    rest = await call.result("getUpdates", offset=first[0]["update_id"] + 1)
    none = await call.result("getUpdates", offset=rest[-1]["update_id"] + 1)

    assert [update["message"]["text"] for update in again] == ["one", "two"]
    assert first == again[:1]
    assert rest == again[1:]
    assert none == []
    await telegram.quiet()


async def test_a_poll_waits_for_an_update_or_for_its_timeout(call: Client, anna: Reader) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    empty = await call.result("getUpdates", timeout=1)
    waited = loop.time() - start

    poll = asyncio.create_task(call.result("getUpdates", timeout=30))
    await anna.send("one")
    updates = await poll

    assert empty == []
    assert 0.9 <= waited < 5
    assert [update["message"]["text"] for update in updates] == ["one"]


async def test_a_second_poller_ends_the_first_with_a_conflict(
    telegram: LoopbackTelegram, call: Client
) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.until(lambda: telegram.called("getUpdates"), 5, "the first poll")
    second = await call("getUpdates", timeout=0)

    refused = await first

    assert second["ok"]
    assert refused["error_code"] == 409
    assert refused["description"].startswith("Conflict: terminated by other getUpdates request; ")


async def test_polling_conflicts_with_a_webhook(call: Client, anna: Reader) -> None:
    await anna.send("one")
    await call.result("setWebhook", url="https://a.example/hook")
    refused = await call("getUpdates")
    there = await call.result("getWebhookInfo")
    await call.result("deleteWebhook")
    kept = await call.result("getWebhookInfo")
    await call.result("deleteWebhook", drop_pending_updates=True)

    assert refused["error_code"] == 409
    assert "can't use getUpdates method while webhook is active" in refused["description"]
    assert (there["url"], there["pending_update_count"]) == ("https://a.example/hook", 1)
    assert (kept["url"], kept["pending_update_count"]) == ("", 1)
    assert await call.result("getUpdates") == []


async def test_a_negative_offset_forgets_all_but_the_last(call: Client, anna: Reader) -> None:
    for text in ("one", "two", "three"):
        await anna.send(text)

    last = await call.result("getUpdates", offset=-1)
    after = await call.result("getUpdates")

    assert [update["message"]["text"] for update in last] == ["three"]
    assert after == last


async def test_a_poll_brings_at_most_a_hundred_updates(call: Client, anna: Reader) -> None:
    for number in range(102):
        await anna.send(str(number))

    brought = [len(await call.result("getUpdates", limit=limit)) for limit in (0, 7, 100, 500)]

    assert brought == [1, 7, 100, 100]


async def test_an_update_may_come_once_more_after_it_was_confirmed(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    await anna.send("one")
    first = await call.result("getUpdates")
    await anna.send("two")
    await call.result("getUpdates", offset=first[0]["update_id"] + 1, limit=1)

    telegram.updates.repeat()

    again = await call.result("getUpdates", offset=first[0]["update_id"] + 2)
    assert [update["message"]["text"] for update in again] == ["two"]
    assert again[0]["update_id"] == first[0]["update_id"] + 1
    assert await call.result("getUpdates", offset=again[0]["update_id"] + 1) == []


async def test_a_silent_server_answers_no_poll_until_it_speaks(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.updates.silence()
    await anna.send("one")
    poll = asyncio.create_task(call.result("getUpdates", timeout=0))
    await call.result("getMe")
    done, _ = await asyncio.wait({poll}, timeout=0.2)

    telegram.updates.speak()

    assert not done
    assert [update["message"]["text"] for update in await poll] == ["one"]


async def test_leaving_ends_a_poll_that_a_silent_server_holds() -> None:
    async with LoopbackTelegram() as telegram, httpx.AsyncClient(**USUAL) as http:
        telegram.updates.silence()
        url = f"{telegram.url}/bot{telegram.token}/getUpdates"
        poll = asyncio.create_task(http.get(url, params={"timeout": 30}))
        await telegram.until(lambda: telegram.calls, 5, "the poll")

        await telegram.__aexit__(None, None, None)

        assert (await poll).json() == {"ok": True, "result": []}


async def test_updates_that_the_bot_did_not_ask_for_are_dropped(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    await call.result("getUpdates", allowed_updates=["inline_query"])
    await anna.send("one")
    telegram.push(inline_query={"id": "7"})

    updates = await call.result("getUpdates")

    assert [update["inline_query"] for update in updates] == [{"id": "7"}]
    assert telegram.updates.dropped == ["message"]


async def test_an_empty_list_asks_for_the_usual_kinds_again(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    await call.result("getUpdates", allowed_updates=["inline_query"])
    await call.result("getUpdates", allowed_updates=[])

    await anna.send("one")
    telegram.push(message_reaction={})

    updates = await call.result("getUpdates")
    assert [update.keys() - {"update_id"} for update in updates] == [{"message"}]


async def test_an_update_is_as_it_was_when_it_happened(call: Client, anna: Reader) -> None:
    sent = await call.result("sendMessage", chat_id=CHAT, text="a")
    anna.tap("m", message=anna.chat.messages[sent["message_id"]])

    await call.result("editMessageText", chat_id=CHAT, message_id=sent["message_id"], text="b")

    (update,) = await call.result("getUpdates")
    assert update["callback_query"]["message"] == sent


async def test_what_waits_for_the_bot_and_what_is_noted_of_it_is_bounded(
    telegram: LoopbackTelegram, call: Client
) -> None:
    for number in range(MOST_WAITING + 1):
        telegram.push(message={"message_id": number})
    for _ in range(150):
        telegram.push(message_reaction={})
    telegram.calls.extend([("getMe", {})] * CALLS_KEPT)

    (oldest,) = await call.result("getUpdates", limit=1)

    assert oldest["message"] == {"message_id": 1}
    assert len(telegram.updates) == MOST_WAITING
    assert len(telegram.updates.dropped) == 100
    assert len(telegram.calls) == CALLS_KEPT
    assert telegram.called("getUpdates") == [{"limit": 1}]


async def test_the_oldest_messages_of_a_chat_are_forgotten(call: Client, anna: Reader) -> None:
    for number in range(MOST_KEPT):
        anna.write(str(number))
    sent = [await call.result("sendMessage", chat_id=CHAT, text=str(number)) for number in range(3)]

    oldest = next(iter(anna.chat.messages.values()))
    last = await call("editMessageText", **place(sent[2]), text="b")

    assert len(anna.chat.messages) == MOST_KEPT
    assert oldest["text"] == "3"
    assert last["ok"]


async def test_the_bots_messages_that_wait_to_be_read_are_bounded(anna: Reader) -> None:
    read = anna.telegram.methods.table["sendMessage"]
    for number in range(2 * MOST_KEPT + 1):
        read({"chat_id": CHAT, "text": str(number)})

    first = await anna.next()

    assert len(anna.chat.sent) == MOST_KEPT + 1
    assert first.text == str(MOST_KEPT)


def place(message: dict[str, Any]) -> dict[str, Any]:
    return {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
