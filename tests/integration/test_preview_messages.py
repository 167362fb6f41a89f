from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.calling import CHAT, button, envelope, polling

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.integration.calling import Client

GROUP = -100200
MENTION = b'{"type": "text_mention", "offset": 0, "length": 1, "user": {"id": '


async def test_parameters_arrive_as_a_form_as_json_as_multipart_or_in_the_address(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    form = {"chat_id": str(CHAT), "text": "12", "disable_notification": "true"}
    parts = {name: (None, value) for name, value in form.items()}
    json = b'{"chat_id": 1001, "text": "12", "disable_notification": true, "entities": null}'

    for sent in (
        {"data": form},
        {"content": json, "headers": {"Content-Type": "Application/JSON ; charset=utf-8"}},
        {"files": parts},
        {"params": form},
    ):
        assert (await call.http.post("/SENDMESSAGE", **sent)).status_code == 200

    assert [message.text for message in anna.unread] == ["12"] * 4
    given = {"chat_id": CHAT, "text": "12", "disable_notification": True}
    assert telegram.called("sendMessage") == [given] * 4


@pytest.mark.parametrize(
    "odd",
    [
        b'"text": "\\ud800"',
        b'"text": "a", "\\udc00": 1',
        b'"text": "a", "suggested_post_parameters": {"a": NaN}',
        b'"text": "a", "entities": [%b1e999}}]' % MENTION,
        b'"text": "a", "entities": [%b]' % (MENTION + b'{"a":' * 500 + b"1" + b"}" * 502),
    ],
)
async def test_what_could_not_be_shown_to_a_page_is_refused(
    call: Client, anna: Reader, odd: bytes
) -> None:
    headers = {"Content-Type": "application/json"}

    response = await call.http.post(
        "/sendMessage", content=b'{"chat_id": 1001, %b}' % odd, headers=headers
    )

    assert envelope(response)["description"] == "Bad Request: can't parse JSON object"
    assert anna.unread == []


async def test_nesting_that_is_taken_can_be_sent_on(call: Client, anna: Reader) -> None:
    deep: Any = 1
    for _ in range(90):
        deep = [deep]
    mention = {"type": "text_mention", "offset": 0, "length": 1, "user": {"a": deep}}
    sent = await call.result("sendMessage", chat_id=CHAT, text="a", entities=[mention])

    anna.write("b", anna.chat.messages[sent["message_id"]])

    (update,) = await call.result("getUpdates")
    assert update["message"]["reply_to_message"] == sent


async def test_a_message_is_what_the_bot_api_calls_a_message(call: Client, anna: Reader) -> None:
    question = await anna.send("When?")

    sent = await call.result(
        "sendMessage",
        chat_id=CHAT,
        text="<b>Dawn</b>",
        parse_mode="HTML",
        reply_parameters={"message_id": question["message_id"]},
        reply_markup=button(url="https://a.example"),
    )

    me = await call.result("getMe")
    assert me == me | sent["from"]
    assert sent["chat"] == {"id": CHAT, "type": "private", "first_name": "Anna"}
    assert sent["text"] == "Dawn"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4}]
    assert sent["reply_to_message"] == question
    assert sent["reply_markup"] == button(url="https://a.example")


async def test_entities_may_be_given_instead_of_markup(call: Client, anna: Reader) -> None:
    bold = {"type": "bold", "offset": 2, "length": 1}

    sent = await call.result("sendMessage", chat_id=CHAT, text="😀<", entities=[bold])

    assert (sent["text"], sent["entities"]) == ("😀<", [bold])
    assert anna.unread[0].html == "😀<"


async def test_a_keyboard_that_replaces_the_readers_own_leaves_no_trace(
    call: Client, anna: Reader
) -> None:
    keyboards = [
        {"keyboard": [[{"text": "Yes"}]], "resize_keyboard": True},
        {"remove_keyboard": True},
        {"force_reply": True},
        {"inline_keyboard": [[], []]},
    ]

    for keyboard in keyboards:
        await call.result("sendMessage", chat_id=CHAT, text="a", reply_markup=keyboard)

    assert ["reply_markup" in message.data for message in anna.unread] == [False] * 4


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

    async with polling(call, handle):
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


async def test_an_edit_that_is_refused_changes_nothing(call: Client, anna: Reader) -> None:
    sent = await call.result("sendMessage", chat_id=CHAT, text="a")
    place = {"chat_id": CHAT, "message_id": sent["message_id"]}

    refused = await call("editMessageText", **place, text="<b>b", parse_mode="HTML")
    wrong = await call("editMessageText", **place, text="b", reply_markup=button(url="ftp://b"))

    assert (refused["error_code"], wrong["error_code"]) == (400, 400)
    assert anna.chat.messages[sent["message_id"]] == sent
    assert (anna.unread[0].html, anna.unread[0].edits) == ("a", 0)


async def test_a_deleted_message_is_gone(call: Client, anna: Reader) -> None:
    sent = await call.result("sendMessage", chat_id=CHAT, text="a")
    place = {"chat_id": CHAT, "message_id": sent["message_id"]}

    await call.result("deleteMessage", **place)

    assert (await anna.next()).deleted
    assert (await call("deleteMessage", **place))["error_code"] == 400
    assert (await call("editMessageText", **place, text="b"))["error_code"] == 400
    reply = {"message_id": sent["message_id"], "allow_sending_without_reply": True}
    late = await call.result("sendMessage", chat_id=CHAT, text="b", reply_parameters=reply)
    assert "reply_to_message" not in late


async def test_a_group_hears_its_readers_with_entities_and_replies(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    group = telegram.group(GROUP, title="Desk")
    speaker = anna.in_(group)
    await call.result("sendMessage", chat_id=GROUP, text="a")
    heard = await speaker.next()

    await speaker.send("😀 @isnad_test_bot /help@isnad_test_bot", reply_to=heard)
    await speaker.send(None, photo=[], caption="/start")
    updates = await call.result("getUpdates")

    first, second = (update["message"] for update in updates)
    assert first["chat"] == {"id": GROUP, "type": "supergroup", "title": "Desk"}
    assert first["from"]["first_name"] == "Anna"
    assert first["reply_to_message"]["message_id"] == heard.message_id
    assert first["entities"] == [
        {"type": "mention", "offset": 3, "length": 15},
        {"type": "bot_command", "offset": 19, "length": 20},
    ]
    assert "text" not in second
    assert second["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert anna.unread == []


async def test_a_reader_may_change_what_was_written(call: Client, anna: Reader) -> None:
    sent = await anna.send("Wen?")

    await anna.edit(sent, "/when https://a.example")

    _, edited = await call.result("getUpdates")
    assert edited["edited_message"]["message_id"] == sent["message_id"]
    assert edited["edited_message"]["edit_date"] >= sent["date"]
    kinds = [entity["type"] for entity in edited["edited_message"]["entities"]]
    assert kinds == ["bot_command", "url"]


async def test_waiting_in_vain_tells_what_did_arrive(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    telegram.group(GROUP)
    await call.result("sendMessage", chat_id=GROUP, text="elsewhere")

    with pytest.raises(TimeoutError, match=r"(?s)message in chat 1001.*elsewhere"):
        await anna.say("When?", patience=0.05)

    with pytest.raises(TimeoutError, match="updates to be confirmed"):
        await telegram.quiet(patience=0.05)
    with pytest.raises(LookupError, match="no button 'More' to press"):
        await anna.press(None, "More")


async def test_commands_and_descriptions_are_kept_by_language(
    telegram: LoopbackTelegram, call: Client
) -> None:
    commands = [{"command": "help", "description": "مساعدة"}]

    await call.result("setMyCommands", commands=commands, language_code="ar")
    await call.result("setMyDescription", description="Isnad", language_code="en")
    await call.result("setMyDescription", description="Everywhere")
    await call.result("setMyName", name="The Desk")

    assert await call.result("getMyCommands", language_code="ar") == commands
    assert await call.result("getMyCommands") == []
    described = [await call.result("getMyDescription", language_code=code) for code in ("en", "ar")]
    assert described == [{"description": "Isnad"}, {"description": "Everywhere"}]
    assert await call.result("getMyName") == {"name": "The Desk"}
    assert await call.result("getMyShortDescription") == {"short_description": ""}
    await call.result("deleteMyCommands", language_code="ar")
    assert telegram.commands == {}


async def test_commands_are_kept_by_scope(call: Client) -> None:
    everywhere, private = (
        [{"command": name, "description": "d"}] for name in ("everywhere", "private")
    )
    scope = {"type": "all_private_chats"}

    await call.result("setMyCommands", commands=everywhere)
    await call.result("setMyCommands", commands=private, scope=scope)

    assert await call.result("getMyCommands") == everywhere
    assert await call.result("getMyCommands", scope=scope) == private


async def test_a_bot_may_dress_itself(call: Client) -> None:
    rights = dict.fromkeys(
        """is_anonymous can_manage_chat can_delete_messages can_manage_video_chats
        can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories
        can_edit_stories can_delete_stories""".split(),
        False,
    )
    photo = {"photo": '{"type": "static", "photo": "attach://face"}'}
    face = {"face": ("face.jpg", b"a", "image/jpeg")}

    dressed = await call.http.post("/setMyProfilePhoto", data=photo, files=face)

    assert dressed.json() == {"ok": True, "result": True}
    assert await call.result("setMyDefaultAdministratorRights", rights=rights) is True


async def test_commands_mentions_and_links_in_the_bots_words_are_marked_but_not_in_code(
    call: Client, anna: Reader
) -> None:
    text = "<b>مساعدة:</b> /help <code>/not https://a.example</code> @isnad https://b.example"
    await call.result("sendMessage", chat_id=anna.chat.id, text=text, parse_mode="HTML")

    (message,) = anna.unread
    marked = [
        (each["type"], message.text[each["offset"] : each["offset"] + each["length"]])
        for each in message.entities
    ]

    assert marked == [
        ("bold", "مساعدة:"),
        ("bot_command", "/help"),
        ("code", "/not https://a.example"),
        ("mention", "@isnad"),
        ("url", "https://b.example"),
    ]
