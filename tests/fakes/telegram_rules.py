"""What the Bot API accepts: parameters of each method, texts, keyboards, results, commands."""

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.fakes.telegram_html import BadMarkupError, Parsed, parse, units, url_fault

_EDIT = "chat_id:chat message_id:int inline_message_id:str reply_markup:json"
_TEXT = "text:str parse_mode:str entities:json link_preview_options:json"
_METHODS: dict[str, str] = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "sendMessage": f"{_TEXT} chat_id:chat message_thread_id:int disable_notification:bool "
    "protect_content:bool reply_parameters:json reply_markup:json",
    "editMessageText": f"{_TEXT} {_EDIT}",
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": "chat_id:chat message_id:int",
    "answerCallbackQuery": "callback_query_id:str text:str show_alert:bool url:str cache_time:int",
    "answerInlineQuery": "inline_query_id:str results:json cache_time:int is_personal:bool "
    "next_offset:str button:json",
    "sendChatAction": "chat_id:chat message_thread_id:int action:str",
    "setMyCommands": "commands:json scope:json language_code:str",
    "deleteMyCommands": "scope:json language_code:str",
    "getMyCommands": "scope:json language_code:str",
    "setMyName": "name:str language_code:str",
    "setMyDescription": "description:str language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "setWebhook": "url:str ip_address:str max_connections:int allowed_updates:json "
    "drop_pending_updates:bool secret_token:str",
    "deleteWebhook": "drop_pending_updates:bool",
}
PARAMETERS: dict[str, dict[str, str]] = {
    method: dict(pair.split(":") for pair in pairs.split()) for method, pairs in _METHODS.items()
}

ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
    *("upload_document", "choose_sticker", "find_location", "record_video_note"),
    "upload_video_note",
}
_SCOPES = {
    *("default", "all_private_chats", "all_group_chats", "all_chat_administrators"),
    *("chat", "chat_administrators", "chat_member"),
}
_BUTTON_KINDS = {
    *("url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat"),
    *("switch_inline_query_chosen_chat", "copy_text", "web_app"),
}
_ARTICLE = {
    *("type", "id", "title", "input_message_content", "reply_markup", "url", "description"),
    *("thumbnail_url", "thumbnail_width", "thumbnail_height"),
}
_CONTENT = {"message_text", "parse_mode", "entities", "link_preview_options"}
_PREVIEW = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
_REPLY = {
    *("message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode"),
    *("quote_entities", "quote_position"),
}


class RefusedError(Exception):
    """An answer with ok=false: HTTP status, Telegram's description, response parameters."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad(description: str) -> RefusedError:
    return RefusedError(400, f"Bad Request: {description}")


def decode(method: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Give each parameter its type; a name that the method does not have is refused."""
    kinds = PARAMETERS[method]
    known(method, sent, kinds)
    return {name: _typed(name, value, kinds[name]) for name, value in sent.items()}


def known(what: str, given: Any, names: Iterable[str]) -> None:
    if not isinstance(given, dict):
        raise bad(f"{what}: object expected")
    if unknown := given.keys() - set(names):
        raise bad(
            f'unknown field "{min(unknown)}" of {what} (the fake refuses what it cannot know)'
        )


def _typed(name: str, value: Any, kind: str) -> Any:
    try:
        if kind == "json":
            return json.loads(value) if isinstance(value, str) else value
        if kind == "bool":
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if kind == "int":
            return int(float(value))
        if kind == "chat":
            return value if str(value).startswith("@") else int(value)
    except (ValueError, KeyError):
        raise bad(f"can't parse {name}") from None
    return str(value)


def formatted(given: dict[str, Any], field: str = "text") -> Parsed:
    """The visible text and entities of a message that passes Telegram's limits."""
    source = given.get(field) or ""
    mode = given.get("parse_mode")
    if mode == "HTML":
        try:
            parsed = parse(source)
        except BadMarkupError as error:
            raise bad(f"can't parse entities: {error}") from None
    elif mode:
        raise bad(f"unsupported parse_mode ({mode}: the fake reads HTML only)")
    else:
        parsed = Parsed(source.strip(), list(given.get("entities") or []))
    if not parsed.text:
        raise bad("message text is empty")
    if units(parsed.text) > 4096:
        raise bad("message is too long")
    if (preview := given.get("link_preview_options")) is not None:
        known("link_preview_options", preview, _PREVIEW)
    return parsed


def check_reply(reply: Any) -> None:
    known("reply_parameters", reply, _REPLY)
    if not isinstance(reply.get("message_id"), int):
        raise bad("message identifier is not specified")


def check_markup(markup: Any) -> dict[str, Any] | None:
    """The keyboard as Telegram keeps it, empty rows left out; None when no button is left."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if markup.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
        return None
    known("reply_markup", markup, {"inline_keyboard"})
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    if sum(map(len, rows)) > 100:
        raise bad("reply markup is too long")
    for row in rows:
        if len(row) > 8:
            raise bad("reply markup: more than 8 buttons in a row")
        for button in row:
            _check_button(button)
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check_button(button: Any) -> None:
    known("InlineKeyboardButton", button, _BUTTON_KINDS | {"text", "style", "icon_custom_emoji_id"})
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    kinds = button.keys() & _BUTTON_KINDS
    if len(kinds) != 1:
        raise bad("can't parse inline keyboard button: exactly one kind of button must be used")
    if "callback_data" in kinds and not 1 <= _size(button["callback_data"]) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "copy_text" in kinds and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if "url" in kinds and (fault := url_fault(str(button["url"]))):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: {fault}")


def check_inline(given: dict[str, Any]) -> None:
    """Refuse an answer to an inline query that Telegram would refuse."""
    results = given.get("results")
    if not isinstance(results, list):
        raise bad("can't parse inline query results: expected an Array of inline query results")
    if len(results) > 50:
        raise bad("RESULTS_TOO_MUCH")
    for result in results:
        _check_result(result)
    if len({result["id"] for result in results}) < len(results):
        raise bad("RESULT_ID_DUPLICATE")
    if _size(given.get("next_offset", "")) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    if (button := given.get("button")) is not None:
        known("InlineQueryResultsButton", button, {"text", "start_parameter", "web_app"})
        if not str(button.get("text") or "").strip():
            raise bad('can\'t parse inline query results button: Field "text" must be non-empty')
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(button.get("start_parameter", ""))):
            raise bad("START_PARAM_INVALID")


def _check_result(result: Any) -> None:
    known("InlineQueryResultArticle", result, _ARTICLE)
    if result.get("type") != "article":
        raise bad("can't parse inline query result: the fake knows articles only")
    for field in ("id", "title", "input_message_content"):
        if field not in result:
            raise bad(f"can't parse inline query result: Can't find field \"{field}\"")
    if not isinstance(result["id"], str) or not 1 <= _size(result["id"]) <= 64:
        raise bad("RESULT_ID_INVALID")
    if not str(result["title"]).strip():
        raise bad("RESULT_TITLE_EMPTY")
    if "url" in result and (fault := url_fault(str(result["url"]))):
        raise bad(f"WEB_DOCUMENT_URL_INVALID: {fault}")
    known("InputTextMessageContent", result["input_message_content"], _CONTENT)
    formatted(result["input_message_content"], "message_text")
    check_markup(result.get("reply_markup"))


def check_commands(given: dict[str, Any]) -> None:
    check_scope(given)
    commands = given.get("commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands: expected an Array of bot commands")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        known("BotCommand", command, {"command", "description"})
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", "")).strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if len({command["command"] for command in commands}) < len(commands):
        raise bad("BOT_COMMAND_DUPLICATE")


def check_scope(given: dict[str, Any]) -> None:
    scope = given.get("scope") or {"type": "default"}
    known("BotCommandScope", scope, {"type", "chat_id", "user_id"})
    if scope.get("type") not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    check_language(given)


def check_language(given: dict[str, Any]) -> None:
    if not re.fullmatch(r"([a-z]{2})?", given.get("language_code", "")):
        raise bad("invalid language code specified")


def _size(text: Any) -> int:
    return len(str(text).encode())
