"""What Telegram refuses, it refuses here: each in its words, and nothing comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.calling import CHAT, article, button, envelope, form, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Call = Callable[..., dict[str, Any]]

BUTTON = [{"text": "More", "callback_data": "m"}]
NAMELESS = {"text": " ", "callback_data": "m"}


def entity(offset: int, length: int) -> dict[str, Any]:
    return {"type": "bold", "offset": offset, "length": length}


@pytest.fixture(scope="module")
def call() -> Iterator[Call]:
    """Call one server for all tests here; what is refused leaves nothing behind."""
    with standing() as (telegram, http):

        def post(method: str, **given: Any) -> dict[str, Any]:
            return envelope(http.post(f"/bot{telegram.token}/{method}", data=form(given)))

        yield post
        assert telegram.chats[CHAT].messages == {}
        assert telegram.answers == telegram.commands == telegram.profile == {}


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
        ("sendMessage", {"text": "a", "reply_markup": button(copy_text={"text": ""})}, "COPY_TEXT"),
        (
            "sendMessage",
            {"text": "a", "reply_markup": button(callback_data="b", url="https://a.b")},
            "exactly one kind of button",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": {"inline_keyboard": [BUTTON * 9]}},
            "more than 8 buttons in a row",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": {"inline_keyboard": [BUTTON] * 101}},
            "reply markup is too long",
        ),
        (
            "sendMessage",
            {"text": "a", "reply_markup": {"inline_keyboard": [[NAMELESS]]}},
            'Field "text" must be non-empty',
        ),
        ("sendMessage", {"text": "abc", "entities": [entity(1, 3)]}, "ENTITY_BOUNDS_INVALID"),
        ("sendMessage", {"text": "abc", "entities": [entity(-1, 2)]}, "ENTITY_BOUNDS_INVALID"),
        ("sendMessage", {"text": "abc", "entities": [entity(1, 0)]}, "ENTITY_BOUNDS_INVALID"),
        ("sendMessage", {"text": "<b>a", "parse_mode": "html"}, "can't parse entities: "),
        ("sendDocument", {"document": "unknown"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {}, 'can\'t find field "document" of sendDocument'),
        ("editMessageText", {"message_id": 1}, "message text is empty"),
        ("editMessageText", {"text": "a"}, "message to edit not found"),
        ("editMessageText", {"inline_message_id": "7", "text": "a"}, "MESSAGE_ID_INVALID"),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
    ],
)
def test_a_message_beyond_telegrams_limits_is_refused(
    call: Call, method: str, given: dict[str, Any], complaint: str
) -> None:
    place = {} if "inline_message_id" in given else {"chat_id": CHAT}

    answer = call(method, **{**place, **given})

    assert answer["error_code"] == 400
    assert complaint in answer["description"]


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
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [], "button": {"text": " "}},
            'Field "text" must be non-empty',
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article(type="photo")]},
            "articles only",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "7", "results": [article(url="a.example")]},
            "WEB_DOCUMENT_URL_INVALID",
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
def test_an_answer_beyond_telegrams_limits_is_refused(
    call: Call, method: str, given: dict[str, Any], complaint: str
) -> None:
    answer = call(method, **given)

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
        ("setMyCommands", {"commands": [("help", "d")] * 2}, "BOT_COMMAND_DUPLICATE"),
        ("getMyCommands", {"language_code": "EN"}, "invalid language code"),
        ("deleteMyCommands", {"scope": {"type": "all"}}, "Unsupported type"),
        ("getMyName", {"language_code": "e"}, "invalid language code"),
        ("setMyProfilePhoto", {"photo": {"type": "moving"}}, "Unsupported type"),
        ("setMyDescription", {"description": "d" * 513}, "description is too long"),
        ("setMyShortDescription", {"short_description": "d" * 121}, "description is too long"),
        ("setMyName", {"name": "n" * 65}, "name is too long"),
        ("setWebhook", {"url": "http://a.example"}, "An HTTPS URL must be provided"),
    ],
)
def test_a_profile_beyond_telegrams_limits_is_refused(
    call: Call, method: str, given: dict[str, Any], complaint: str
) -> None:
    if "commands" in given:
        keys = ("command", "description")
        commands = [dict(zip(keys, pair, strict=True)) for pair in given["commands"]]
        given = {**given, "commands": commands}

    answer = call(method, **given)

    assert answer["error_code"] == 400
    assert complaint in answer["description"]
