import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest

from bot.preview.markup import parse
from bot.preview.readers import Reader
from bot.preview.telegram import LoopbackTelegram

CHAT = 1001


class Client:
    """Calls the server as a bot does: a form whose values are JSON where they are not text."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def __call__(self, method: str, **given: Any) -> dict[str, Any]:
        form = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in given.items()
        }
        response = await self.http.post(f"/{method}", data=form)
        answer = response.json()
        assert answer["ok"] is (response.status_code == 200)
        return dict(answer)

    async def result(self, method: str, **given: Any) -> Any:
        answer = await self(method, **given)
        assert answer["ok"], answer
        return answer["result"]


@pytest.fixture
async def telegram() -> AsyncIterator[LoopbackTelegram]:
    async with LoopbackTelegram() as telegram:
        yield telegram


@pytest.fixture
async def call(telegram: LoopbackTelegram) -> AsyncIterator[Client]:
    url = f"{telegram.url}/bot{telegram.token}"
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as http:
        yield Client(http)


@pytest.fixture
def anna(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(CHAT, language_code="en", first_name="Anna", met=True)


Handler = Callable[[dict[str, Any]], Any]


@asynccontextmanager
async def bot(call: Client, handle: Handler) -> AsyncIterator[None]:
    """Poll, and give every update to a coroutine function."""

    async def poll() -> None:
        offset = 0
        while True:
            for update in await call.result("getUpdates", offset=offset, timeout=5):
                await handle(update)
                offset = update["update_id"] + 1

    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def button(**kind: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "More", **kind}]]}


def article(number: str = "1", **fields: Any) -> dict[str, Any]:
    content = {"message_text": "<b>Dawn</b>", "parse_mode": "HTML"}
    return {
        "type": "article",
        "id": number,
        "title": "Truce",
        "input_message_content": content,
        **fields,
    }


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("  a &lt;b&gt; &amp; &#33;\n", "a <b> & !", []),
        ("<b>bold</b>", "bold", [("bold", 0, 4)]),
        ("😀<i>x</i>", "😀x", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("\n<u> a </u>\n", "a", [("underline", 0, 1)]),
        ("<b></b>x > y", "x > y", []),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
        ('<a href="https://a.example/?a=1&amp;b=2">l</a>', "l", [("text_link", 0, 1)]),
        ('<pre><code class="language-x">c</code></pre>', "c", [("pre", 0, 1), ("code", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities_in_utf_16_units(
    html: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    parsed = parse(html)

    found = [(each["type"], each["offset"], each["length"]) for each in parsed.entities]

    assert parsed.text == text
    assert found == entities


def test_a_link_in_html_is_unescaped() -> None:
    parsed = parse('<a href="https://a.example/?a=1&amp;b=2">l</a>')

    assert parsed.entities[0]["url"] == "https://a.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<h1>a</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("سلام <3", 'Unsupported start tag "3" at byte offset 9'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a & b", "Unescaped ampersand at byte offset 2"),
        ("&nbsp;", "Unescaped ampersand"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>a</b></i>", 'expected "</i>", found "</b>"'),
        ("<blockquote>" * 2 + "a" + "</blockquote>" * 2, "Blockquotes can't be nested"),
        ('<a href="not an address">a</a>', "Link 'not an address' would be dropped"),
        ('<b class="x">a</b>', 'Unsupported attribute "class"'),
        ("<span>a</span>", 'must have class "tg-spoiler"'),
        ("<code><b>a</b></code>", "can't stand in code"),
        ("<b>a</b> " * 101, "101 entities"),
        ("<b>" * 5000, "100 tags are open already at byte offset 300"),
    ],
)
async def test_html_that_telegram_would_not_parse_is_refused(
    call: Client, anna: Reader, html: str, complaint: str
) -> None:
    answer = await call("sendMessage", chat_id=anna.chat.id, text=html, parse_mode="HTML")

    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: can't parse entities: ")
    assert complaint in answer["description"]


@pytest.mark.parametrize(
    ("method", "given", "complaint"),
    [
        ("sendMessage", {"text": " "}, "message text is empty"),
        ("sendMessage", {}, "message text is empty"),
        ("sendMessage", {"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ("sendMessage", {"text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"text": "a", "parse_mode": "Markdown"}, "unsupported parse_mode"),
        ("sendMessage", {"text": "a", "colour": "red"}, 'unknown field "colour"'),
        ("sendMessage", {"text": "a", "chat_id": 5}, "chat not found"),
        ("sendMessage", {"text": "a", "chat_id": "Anna"}, "can't parse chat_id"),
        ("sendMessage", {"text": "a", "reply_markup": "{"}, "can't parse reply_markup"),
        (
            "sendMessage",
            {"text": "a", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {"text": "a", "link_preview_options": {"off": True}},
            'unknown field "off" of LinkPreviewOptions',
        ),
        ("sendMessage", {"text": "a", "reply_markup": button()}, "exactly one kind of button"),
        (
            "sendMessage",
            {"text": "a", "reply_markup": button(callback_data="ف" * 33)},
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": button(callback_data="")},
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": button(url="ftp://a.example")},
            "inline keyboard button URL 'ftp://a.example' is invalid: Unsupported URL protocol",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": button(url="https://")},
            "inline keyboard button URL 'https://' is invalid: URL host is empty",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": button(url="https://localhost/a")},
            "inline keyboard button URL 'https://localhost/a' is invalid: Wrong HTTP URL",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": {"inline_keyboard": [{"text": "a"}]}},
            'field "inline_keyboard" must be an Array',
        ),
        ("editMessageText", {"message_id": 99, "text": "a"}, "message to edit not found"),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
    ],
)
async def test_a_message_beyond_telegrams_limits_is_refused(
    call: Client, anna: Reader, method: str, given: dict[str, Any], complaint: str
) -> None:
    answer = await call(method, **{"chat_id": anna.chat.id, **given})

    assert answer["error_code"] == 400
    assert complaint in answer["description"]
    assert anna.unread == []


@pytest.mark.parametrize(
    ("method", "given", "complaint"),
    [
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article(str(n)) for n in range(51)]},
            "TOO_MUCH",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article(), article()]},
            "RESULT_ID_DUPLICATE",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article("ف" * 33)]},
            "RESULT_ID_INVALID",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article("")]},
            "RESULT_ID_INVALID",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article(title=" ")]},
            "RESULT_TITLE_EMPTY",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article(photo="x")]},
            'unknown field "photo"',
        ),
        (
            "answerInlineQuery",
            {
                "inline_query_id": "7",
                "results": [article(input_message_content={"message_text": ""})],
            },
            "message text is empty",
        ),
        (
            "answerInlineQuery",
            {
                "inline_query_id": "7",
                "results": [article(reply_markup=button(callback_data="a" * 65))],
            },
            "BUTTON_DATA_INVALID",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [], "next_offset": "a" * 65},
            "NEXT_OFFSET_INVALID",
        ),
        (
            "answerInlineQuery",
            {
                "inline_query_id": "7",
                "results": [],
                "button": {"text": "a", "start_parameter": "a b"},
            },
            "START_PARAM_INVALID",
        ),
        ("answerInlineQuery", {"inline_query_id": "7", "results": []}, "query is too old"),
        ("answerCallbackQuery", {"callback_query_id": "7"}, "query is too old"),
        ("answerCallbackQuery", {"callback_query_id": "7", "text": "a" * 201}, "TOO_LONG"),
        (
            "answerCallbackQuery",
            {"callback_query_id": "7", "url": "https://a.example"},
            "URL_INVALID",
        ),
    ],
)
async def test_an_answer_beyond_telegrams_limits_is_refused(
    call: Client, method: str, given: dict[str, Any], complaint: str
) -> None:
    answer = await call(method, **given)

    assert answer["error_code"] == 400
    assert complaint in answer["description"]


@pytest.mark.parametrize(
    ("method", "given", "complaint"),
    [
        ("setMyCommands", {"commands": [("help", "d")] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [("Help", "d")]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [("h" * 33, "d")]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [("help", "")]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [("help", "d" * 257)]}, "DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [], "scope": {"type": "all"}}, "Unsupported type"),
        ("setMyCommands", {"commands": [], "language_code": "english"}, "language code"),
        ("setMyDescription", {"description": "d" * 513}, "description is too long"),
        ("setMyShortDescription", {"short_description": "d" * 121}, "description is too long"),
        ("setMyName", {"name": "n" * 65}, "name is too long"),
        ("setWebhook", {"url": "http://a.example"}, "An HTTPS URL must be provided"),
    ],
)
async def test_a_profile_beyond_telegrams_limits_is_refused(
    call: Client, method: str, given: dict[str, Any], complaint: str
) -> None:
    if "commands" in given:
        keys = ("command", "description")
        commands = [dict(zip(keys, pair, strict=True)) for pair in given["commands"]]
        given = {**given, "commands": commands}

    answer = await call(method, **given)

    assert answer["error_code"] == 400
    assert complaint in answer["description"]


async def test_commands_and_descriptions_are_kept_by_language(
    telegram: LoopbackTelegram, call: Client
) -> None:
    commands = [{"command": "help", "description": "مساعدة"}]

    await call.result("setMyCommands", commands=commands, language_code="ar")
    await call.result("setMyDescription", description="Isnad", language_code="en")

    assert await call.result("getMyCommands", language_code="ar") == commands
    assert await call.result("getMyCommands") == []
    assert telegram.profile["description", "en"] == "Isnad"
    await call.result("deleteMyCommands", language_code="ar")
    assert telegram.commands == {}


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("bot123456:wrong/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
        ("bot123456:TEST-token/getRich", 404, "Not Found: method not found"),
    ],
)
async def test_a_wrong_token_or_method_is_turned_away(
    telegram: LoopbackTelegram, call: Client, path: str, status: int, description: str
) -> None:
    response = await call.http.get(f"{telegram.url}/{path}")

    assert response.status_code == status
    assert response.json() == {"ok": False, "error_code": status, "description": description}


async def test_parameters_arrive_as_a_form_as_json_as_multipart_or_in_the_address(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    form = {"chat_id": str(CHAT), "text": "12", "disable_notification": "true"}
    parts = {name: (None, value) for name, value in form.items()}

    for sent in (
        {"data": form},
        {"json": {"chat_id": CHAT, "text": "12", "disable_notification": True}},
        {"files": parts},
        {"params": form},
    ):
        assert (await call.http.post("/sendMessage", **sent)).status_code == 200

    assert [message.text for message in anna.unread] == ["12"] * 4
    given = {"chat_id": CHAT, "text": "12", "disable_notification": True}
    assert telegram.called("sendMessage") == [given] * 4


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


async def test_polling_conflicts_with_a_webhook(call: Client) -> None:
    await call.result("setWebhook", url="https://a.example/hook")
    refused = await call("getUpdates")
    await call.result("deleteWebhook", drop_pending_updates=True)

    assert refused["error_code"] == 409
    assert await call.result("getUpdates") == []


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
    async with LoopbackTelegram() as telegram, httpx.AsyncClient(trust_env=False) as http:
        telegram.updates.silence()
        url = f"{telegram.url}/bot{telegram.token}/getUpdates"
        poll = asyncio.create_task(http.get(url, params={"timeout": 30}, timeout=20))
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


async def test_failures_are_as_many_as_asked_for(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.faults.fail_next(
        "sendMessage", 429, "Too Many Requests: retry after 3", {"retry_after": 3}
    )

    refused = await call("sendMessage", chat_id=CHAT, text="a")
    passed = await call("sendMessage", chat_id=CHAT, text="a")

    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    assert passed["ok"]
    assert len(anna.unread) == 1


async def test_a_hanging_poll_fails_at_once(telegram: LoopbackTelegram, call: Client) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.until(lambda: telegram.called("getUpdates"), 5, "the poll")

    telegram.faults.fail_next("getUpdates", 502, "Bad Gateway", times=2)

    assert (await poll)["error_code"] == 502
    assert (await call("getUpdates"))["error_code"] == 502
    assert (await call("getUpdates"))["ok"]


async def test_a_conversation_runs_through_question_press_and_edit(
    call: Client, anna: Reader
) -> None:
    queries = []

    async def handle(update: dict[str, Any]) -> None:
        if message := update.get("message"):
            await call.result(
                "sendMessage",
                chat_id=message["chat"]["id"],
                text="<b>Dawn</b>",
                parse_mode="HTML",
                reply_parameters={"message_id": message["message_id"]},
                reply_markup=button(callback_data="m:1"),
            )
        else:
            query = update["callback_query"]
            queries.append(query)
            await call.result("answerCallbackQuery", callback_query_id=query["id"], text="ok")
            await call.result(
                "editMessageText",
                chat_id=CHAT,
                message_id=query["message"]["message_id"],
                text="Noon",
            )

    async with bot(call, handle):
        reply = await anna.say("When?")
        before = (reply.text, reply.html, reply.labels, reply.edits)
        press = await anna.press(reply, "More")
        await reply.edited()

    assert before == ("Dawn", "<b>Dawn</b>", ["More"], 0)
    assert (press.text, press.alert) == ("ok", False)
    assert (reply.text, reply.html, reply.labels, reply.edits) == ("Noon", "Noon", [], 1)
    assert queries[0]["data"] == "m:1"
    assert queries[0]["message"]["text"] == "Dawn"
    assert queries[0]["message"]["reply_markup"] == button(callback_data="m:1")
    assert queries[0]["message"]["reply_to_message"]["text"] == "When?"
    assert queries[0]["message"]["reply_to_message"]["message_id"] == reply.reply_to


async def test_a_press_may_carry_any_data_from_any_message(call: Client, anna: Reader) -> None:
    queries = []

    async def handle(update: dict[str, Any]) -> None:
        if query := update.get("callback_query"):
            queries.append(query)
            await call.result("answerCallbackQuery", callback_query_id=query["id"])
        else:
            await call.result("sendMessage", chat_id=CHAT, text="a")

    async with bot(call, handle):
        reply = await anna.say("When?")
        await anna.press(reply, callback_data="old", inaccessible=True)
        await anna.press(None, callback_data="inline")
        again = await call("answerCallbackQuery", callback_query_id=queries[0]["id"])

    assert queries[0]["message"]["date"] == 0
    assert "message" not in queries[1]
    assert queries[1]["inline_message_id"]
    assert "query is too old" in again["description"]


async def test_inline_results_come_back_to_the_reader(call: Client, anna: Reader) -> None:
    async def handle(update: dict[str, Any]) -> None:
        query = update["inline_query"]
        await call.result(
            "answerInlineQuery",
            inline_query_id=query["id"],
            results=[article(title=query["query"], description="d")],
            is_personal=True,
        )

    async with bot(call, handle):
        answer = await anna.inline("When?")

    assert answer["results"][0]["title"] == "When?"
    assert answer["is_personal"] is True


async def test_the_same_content_again_is_no_edit(call: Client, anna: Reader) -> None:
    markup = button(callback_data="a")
    sent = await call.result("sendMessage", chat_id=CHAT, text="a", reply_markup=markup)
    place = {"chat_id": CHAT, "message_id": sent["message_id"]}

    same = await call("editMessageText", **place, text=" a", reply_markup=markup)
    same_markup = await call("editMessageReplyMarkup", **place, reply_markup=markup)
    bare = await call.result("editMessageReplyMarkup", **place)
    own = await anna.send("mine")
    foreign = await call("editMessageText", chat_id=CHAT, message_id=own["message_id"], text="b")

    assert same["description"].startswith("Bad Request: message is not modified: ")
    assert same_markup["description"].startswith("Bad Request: message is not modified: ")
    assert "reply_markup" not in bare
    assert foreign["description"] == "Bad Request: message can't be edited"
    assert (anna.unread[0].labels, anna.unread[0].edits) == ([], 1)


async def test_a_group_hears_its_readers_with_entities_and_replies(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    group = telegram.group(-100200, title="Desk")
    speaker = anna.in_(group)
    await call.result("sendMessage", chat_id=-100200, text="a")
    heard = await speaker.next()

    await speaker.send("😀 @isnad_test_bot /help@isnad_test_bot", reply_to=heard)
    await speaker.send(None, photo=[], caption="/start")
    updates = await call.result("getUpdates")

    first, second = (update["message"] for update in updates)
    assert first["chat"] == {"id": -100200, "type": "supergroup", "title": "Desk"}
    assert first["from"]["first_name"] == "Anna"
    assert first["reply_to_message"]["message_id"] == heard.message_id
    assert first["entities"] == [
        {"type": "mention", "offset": 3, "length": 15},
        {"type": "bot_command", "offset": 19, "length": 20},
    ]
    assert "text" not in second
    assert second["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert anna.unread == []


async def test_a_deleted_message_is_gone(call: Client, anna: Reader) -> None:
    sent = await call.result("sendMessage", chat_id=CHAT, text="a")

    await call.result("deleteMessage", chat_id=CHAT, message_id=sent["message_id"])

    assert (await anna.next()).deleted
    reply = {"message_id": sent["message_id"], "allow_sending_without_reply": True}
    late = await call.result("sendMessage", chat_id=CHAT, text="b", reply_parameters=reply)
    assert "reply_to_message" not in late


async def test_waiting_in_vain_tells_what_did_arrive(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.group(-100200)
    await call.result("sendMessage", chat_id=-100200, text="elsewhere")

    with pytest.raises(TimeoutError, match=r"(?s)message in chat 1001.*elsewhere"):
        await anna.say("When?", patience=0.05)
    with pytest.raises(AssertionError, match="updates to be confirmed"):
        await telegram.quiet(patience=0.05)
