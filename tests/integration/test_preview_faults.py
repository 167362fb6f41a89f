"""What goes wrong between a bot and Telegram, and who is turned away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.calling import CHAT, envelope

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.integration.calling import Client

GROUP = -200
HELLO = {"chat_id": CHAT, "text": "a"}


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("bot123456:wrong/getMe", 401, "Unauthorized"),
        ("bot999:TEST-token/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
        ("bot123456:/getMe", 404, "Not Found"),
        ("bot\u0661:a/getMe", 404, "Not Found"),
        ("bot123456:TEST-token/getRich", 404, "Not Found: method not found"),
        (
            "bot123456:TEST-token/SendPhoto",
            501,
            "Not Implemented: the preview does not play sendPhoto",
        ),
    ],
)
async def test_a_wrong_token_or_method_is_turned_away(
    telegram: LoopbackTelegram, call: Client, path: str, status: int, description: str
) -> None:
    response = await call.http.get(f"{telegram.url}/{path}")

    assert envelope(response) == {"ok": False, "error_code": status, "description": description}
    assert not telegram.calls


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "https://a.example"},
        {"Origin": "own"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
async def test_a_browser_cannot_play_the_bot(
    telegram: LoopbackTelegram, call: Client, anna: Reader, headers: dict[str, str]
) -> None:
    own = {name: telegram.url if value == "own" else value for name, value in headers.items()}

    responses = [
        await call.http.get("/sendMessage", params=HELLO, headers=own),
        await call.http.post("/sendMessage", data=HELLO, headers=own),
    ]

    assert [response.status_code for response in responses] == [403, 403]
    assert anna.unread == []


async def test_a_reader_who_blocked_the_bot_hears_nothing_of_it(call: Client, anna: Reader) -> None:
    sent = await call.result("sendMessage", **HELLO)
    anna.block()
    anna.block()

    refused = [
        await call("sendMessage", **HELLO),
        await call("sendDocument", chat_id=CHAT, document="a"),
        await call("sendChatAction", chat_id=CHAT, action="typing"),
        await call("editMessageText", **HELLO, message_id=sent["message_id"]),
    ]

    blocked = "Forbidden: bot was blocked by the user"
    assert [(each["error_code"], each["description"]) for each in refused] == [(403, blocked)] * 4
    (update,) = await call.result("getUpdates")
    changed = update["my_chat_member"]
    assert (changed["chat"]["id"], changed["from"]["id"]) == (CHAT, CHAT)
    assert changed["old_chat_member"]["status"] == "member"
    assert changed["new_chat_member"]["status"] == "kicked"
    assert changed["new_chat_member"]["user"]["username"] == "isnad_test_bot"


async def test_a_reader_who_writes_again_unblocks_the_bot(call: Client, anna: Reader) -> None:
    anna.block()

    await anna.send("sorry")

    assert (await call("sendMessage", **HELLO))["ok"]
    updates = await call.result("getUpdates")
    kinds = [next(iter(update.keys() - {"update_id"})) for update in updates]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]
    assert updates[1]["my_chat_member"]["new_chat_member"]["status"] == "member"


async def test_a_bot_that_does_not_ask_for_it_is_not_told_of_the_block(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    await call.result("getUpdates", allowed_updates=["message"])

    anna.block()

    assert await call.result("getUpdates") == []
    assert telegram.updates.dropped == ["my_chat_member"]


async def test_a_bot_may_not_write_to_a_reader_first(
    telegram: LoopbackTelegram, call: Client
) -> None:
    stranger = telegram.reader(7)

    early = await call("sendMessage", chat_id=7, text="a")
    await stranger.send("/start")
    then = await call("sendMessage", chat_id=7, text="a")

    assert early["error_code"] == 403
    assert early["description"] == "Forbidden: bot can't initiate conversation with a user"
    assert then["ok"]


async def test_failures_are_as_many_as_asked_for(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.faults.slow_down("sendMessage", 3)
    telegram.faults.break_gateway("sendMessage", times=2)
    telegram.faults.fail_next("getMe", 500, "Internal Server Error")

    limited, broken, broken_again, passed = [await call("sendMessage", **HELLO) for _ in range(4)]

    assert limited == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    assert broken == broken_again == {"ok": False, "error_code": 502, "description": "Bad Gateway"}
    assert passed["ok"]
    assert len(anna.unread) == 1
    assert (await call("getMe"))["error_code"] == 500


async def test_a_request_that_is_wrong_in_itself_uses_up_no_failure(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.faults.break_gateway("sendMessage")

    wrong = await call("sendMessage", chat_id=CHAT)
    broken = await call("sendMessage", **HELLO)

    assert (wrong["error_code"], broken["error_code"]) == (400, 502)
    assert anna.unread == []


async def test_a_hanging_poll_fails_at_once(telegram: LoopbackTelegram, call: Client) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.until(lambda: telegram.called("getUpdates"), 5, "the poll")

    telegram.faults.fail_next("getUpdates", 502, "Bad Gateway", times=2)

    assert (await poll)["error_code"] == 502
    assert (await call("getUpdates"))["error_code"] == 502
    assert (await call("getUpdates"))["ok"]


async def test_a_lost_reply_was_carried_out(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.faults.lose_reply("sendMessage")

    with pytest.raises(httpx.RemoteProtocolError):
        await call("sendMessage", **HELLO)
    again = await call("sendMessage", **HELLO)

    assert again["ok"]
    assert [message.text for message in anna.unread] == ["a", "a"]


async def test_a_lost_reply_to_what_is_refused_is_a_refusal(
    telegram: LoopbackTelegram, call: Client
) -> None:
    telegram.faults.lose_reply("sendMessage")

    refused = await call("sendMessage", chat_id=5, text="a")

    assert refused["error_code"] == 400


async def test_a_group_that_moves_tells_the_bot_where_to(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    old = telegram.group(GROUP, kind="group")
    await anna.in_(old).send("one")

    new = telegram.migrate(old)
    refused = await call("sendMessage", chat_id=GROUP, text="a")
    followed = await call.result(
        "sendMessage", chat_id=refused["parameters"]["migrate_to_chat_id"], text="a"
    )

    assert refused["error_code"] == 400
    assert "upgraded to a supergroup chat" in refused["description"]
    assert followed["chat"] == {"id": new.id, "type": "supergroup", "title": "Group"}
    _, leaving, arriving = [each["message"] for each in await call.result("getUpdates")]
    assert (leaving["chat"]["id"], leaving["migrate_to_chat_id"]) == (GROUP, new.id)
    assert (arriving["chat"]["id"], arriving["migrate_from_chat_id"]) == (new.id, GROUP)
    assert [message.text for message in anna.in_(new).unread] == ["a"]


async def test_the_server_goes_on_after_a_client_that_leaves_in_the_middle(
    telegram: LoopbackTelegram, call: Client
) -> None:
    host, port = telegram.url.removeprefix("http://").split(":")
    request = f"POST /bot{telegram.token}/getMe HTTP/1.1\r\nHost: {host}\r\n"

    for rest in ("", "Content-Length: 50\r\n\r\nchat", "Content-Length: x\r\n\r\n", "\0\r\n\r\n"):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write((request + rest).encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    assert (await call("getMe"))["ok"]


async def test_an_answer_does_not_wait_for_its_head_to_be_confirmed(call: Client) -> None:
    loop = asyncio.get_running_loop()
    times = []

    for _ in range(20):
        begun = loop.time()
        await call.result("getMe")
        times.append(loop.time() - begun)

    assert min(times[5:]) < 0.035
