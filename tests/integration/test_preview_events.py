"""What an open page is told: everything at first, then each thing as it happens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from bot.preview.page import ARABIC, BEHIND, ENGLISH, GROUP, SHOWN
from bot.preview.telegram import LoopbackTelegram
from tests.integration.calling import SOON, USUAL, article, button, opened

if TYPE_CHECKING:
    from tests.integration.calling import Client

SAY = {"reader": ENGLISH, "chat": ENGLISH, "text": "When?"}
HERE = {"reader": ENGLISH, "chat": ENGLISH}
COMMANDS = [{"command": "help", "description": "How to ask"}]


async def done(browser: httpx.AsyncClient, action: str, given: dict[str, Any]) -> dict[str, Any]:
    response = await browser.post(f"/page/{action}", json=given)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def left(telegram: LoopbackTelegram, call: Client) -> bool:
    """Wait until the server has noticed that no page is open."""
    async with asyncio.timeout(SOON):
        while telegram.watchers:
            await call.result("getMe")
    return True


async def test_a_page_is_told_at_first_who_and_what_is_there(
    browser: httpx.AsyncClient, call: Client
) -> None:
    await call.result("setMyCommands", commands=COMMANDS)
    await call.result("setMyCommands", commands=[], scope={"type": "all_group_chats"})
    await call.result("setMyDescription", description="أجيب", language_code="ar")
    await call.result("setMyName", name="The Desk")
    await done(browser, "say", SAY)

    async with opened(browser) as page:
        kind, state = await page.next()

    assert kind == "state"
    assert state["bot"] == {"name": "The Desk", "username": "isnad_test_bot", "listening": False}
    assert state["commands"] == {"": COMMANDS}
    assert state["descriptions"] == {"ar": "أجيب"}
    people = [(each["id"], each["language_code"]) for each in state["readers"]]
    assert people == [(ENGLISH, "en"), (ARABIC, "ar")]
    chats = {chat["id"]: chat for chat in state["chats"]}
    assert set(chats) == {ENGLISH, ARABIC, GROUP}
    assert chats[GROUP]["readers"] == [ENGLISH, ARABIC]
    assert chats[ENGLISH]["blocked"] is False
    assert [message["text"] for message in chats[ENGLISH]["messages"]] == ["When?"]


async def test_a_page_is_told_what_happens_in_the_order_in_which_it_happens(
    browser: httpx.AsyncClient, call: Client
) -> None:
    async with opened(browser) as page:
        await page.next()
        await done(browser, "say", SAY)
        await call.result("sendChatAction", chat_id=ENGLISH, action="typing")
        sent = await call.result("sendMessage", chat_id=ENGLISH, text="a")
        place = {"chat_id": ENGLISH, "message_id": sent["message_id"]}
        await call.result("editMessageText", **place, text="<b>b</b>", parse_mode="HTML")
        await call.result("deleteMessage", **place)
        await call.result("sendMessage", chat_id=ENGLISH, text="c", disable_notification=True)
        said, typing, first, edited, deleted, silent = [await page.next() for _ in range(6)]

    assert (said[0], said[1]["message"]["from"]["id"]) == ("message", ENGLISH)
    assert typing == ("typing", {"chat": ENGLISH})
    assert first == ("message", {"chat": ENGLISH, "message": sent})
    assert (edited[0], edited[1]["message"]["text"]) == ("edited", "b")
    assert edited[1]["message"]["edit_date"] >= sent["date"]
    assert edited[1]["message"]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]
    assert deleted == ("deleted", {"chat": ENGLISH, "message_id": sent["message_id"]})
    assert silent[1]["message"]["silent"] is True
    assert "silent" not in first[1]["message"]


async def test_a_page_is_told_how_presses_and_inline_queries_end(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, call: Client
) -> None:
    ask = {"text": "Ask", "start_parameter": "ask"}
    url = f"https://t.me/{telegram.username}?start=a"
    async with opened(browser) as page:
        await page.next()
        await done(browser, "say", SAY)
        markup = button(callback_data="m")
        sent = await call.result("sendMessage", chat_id=ENGLISH, text="a", reply_markup=markup)
        message = {"message_id": sent["message_id"], "data": "m"}
        pressed = (await done(browser, "press", HERE | message))["query"]
        plain = (await done(browser, "press", HERE | message))["query"]
        await call.result(
            "answerCallbackQuery", callback_query_id=pressed, text="b", show_alert=True, url=url
        )
        await call.result("answerCallbackQuery", callback_query_id=plain)
        asked = (await done(browser, "inline", HERE | {"query": "q"}))["query"]
        await call.result(
            "answerInlineQuery",
            inline_query_id=asked,
            results=[article(description="d"), article("2")],
            button=ask,
        )
        await done(browser, "choose", HERE | {"query": asked, "result": "2"})
        _, _, alert, silence, results, chosen = [await page.next() for _ in range(6)]

    query = {"query": pressed, "reader": ENGLISH}
    assert alert == ("answered", query | {"text": "b", "alert": True, "url": url})
    query = {"query": plain, "reader": ENGLISH}
    assert silence == ("answered", query | {"text": "", "alert": False, "url": None})
    bold = {"text": "Dawn", "entities": [{"type": "bold", "offset": 0, "length": 4}]}
    shown = [
        {"id": "1", "title": "Truce", "description": "d"} | bold,
        {"id": "2", "title": "Truce", "description": ""} | bold,
    ]
    query = {"query": asked, "reader": ENGLISH}
    assert results == ("results", query | {"results": shown, "button": ask})
    assert chosen[1]["message"]["via_bot"]["username"] == "isnad_test_bot"
    assert chosen[1]["message"]["from"]["id"] == ENGLISH


async def test_a_page_is_told_how_the_bot_and_the_readers_change(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, call: Client
) -> None:
    async with opened(browser) as page:
        await page.next()
        await call.result("setMyCommands", commands=COMMANDS, language_code="en")
        await call.result("deleteMyCommands", language_code="en")
        menus = [await page.next(), await page.next()]
        await call.result("setMyName", name="The Desk")
        described, named = await page.next(), await page.next()
        await done(browser, "language", {"reader": ENGLISH, "language_code": "ar"})
        await done(browser, "block", {"reader": ENGLISH, "blocked": True})
        reader, blocked = await page.next(), await page.next()
        moved = (await done(browser, "fault", {"fault": "migrate", "chat": GROUP}))["chat"]
        chat = await page.next()

    assert [each["commands"] for _, each in menus] == [{"en": COMMANDS}, {}]
    assert {kind for kind, _ in (*menus, described)} == {"menu"}
    assert (named[0], named[1]["name"]) == ("bot", "The Desk")
    assert (reader[0], reader[1]["id"], reader[1]["language_code"]) == ("reader", ENGLISH, "ar")
    assert (blocked[0], blocked[1]["id"], blocked[1]["blocked"]) == ("chat", ENGLISH, True)
    assert (chat[0], chat[1]["id"], chat[1]["was"]) == ("chat", moved, GROUP)
    assert "messages" not in chat[1]
    assert moved in telegram.chats


async def test_a_page_is_told_when_the_bot_listens_and_when_it_stops(
    browser: httpx.AsyncClient, call: Client
) -> None:
    async with opened(browser) as page:
        await page.next()
        await call.result("getUpdates")
        await call.result("getUpdates")
        listening, stopped = await page.next(), await page.next()

    assert (listening[0], listening[1]["listening"]) == ("bot", True)
    assert (stopped[0], stopped[1]["listening"]) == ("bot", False)


async def test_two_pages_are_told_the_same(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, call: Client
) -> None:
    async with opened(browser) as one, opened(browser) as other:
        first = [await one.next(), await other.next()]
        await done(browser, "say", SAY)
        then = [await one.next(), await other.next()]

        assert first[0] == first[1]
        assert then[0] == then[1]
        assert len(telegram.watchers) == 2
    assert await left(telegram, call)


async def test_a_page_that_goes_away_leaves_nothing_behind(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient, call: Client
) -> None:
    for _ in range(5):
        async with opened(browser) as page:
            await page.next()
            await done(browser, "say", SAY)

    assert await left(telegram, call)


async def test_a_page_that_does_not_keep_up_is_cut_off_and_may_come_again(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient
) -> None:
    async with opened(browser) as slow:
        await slow.next()
        for number in range(BEHIND + 1):
            telegram.tell("typing", chat=number)
        forgotten = not telegram.watchers
        async with opened(browser) as again:
            state = await again.next()
            await done(browser, "say", SAY)
            said = await again.next()

        assert forgotten
        assert await slow.ended()
        assert (state[0], said[0]) == ("state", "message")


async def test_a_page_opens_on_the_last_messages_of_a_long_conversation(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient
) -> None:
    reader = telegram.reader(ENGLISH)
    for number in range(SHOWN + 5):
        reader.write(str(number))

    async with opened(browser) as page:
        _, state = await page.next()

    chats = {chat["id"]: chat for chat in state["chats"]}
    texts = [message["text"] for message in chats[ENGLISH]["messages"]]
    assert texts == [str(number) for number in range(5, SHOWN + 5)]


async def test_a_page_shows_the_group_where_it_has_moved(
    telegram: LoopbackTelegram, browser: httpx.AsyncClient
) -> None:
    await done(browser, "say", {**SAY, "chat": GROUP})
    moved = telegram.migrate(telegram.chats[GROUP])

    async with opened(browser) as page:
        _, state = await page.next()

    chats = {chat["id"]: chat for chat in state["chats"]}
    assert set(chats) == {ENGLISH, ARABIC, moved.id}
    assert [message["text"] for message in chats[moved.id]["messages"]] == ["When?"]


async def test_leaving_ends_open_pages_at_once() -> None:
    loop = asyncio.get_running_loop()
    telegram = await LoopbackTelegram().__aenter__()
    async with httpx.AsyncClient(base_url=telegram.url, **USUAL) as http, opened(http) as page:
        await page.next()
        begun = loop.time()

        await telegram.__aexit__(None, None, None)

        assert await page.ended()
        assert loop.time() - begun < 1
        assert not telegram.watchers
