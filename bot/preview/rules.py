"""What Telegram refuses although every type is right: lengths, kinds, combinations."""

from __future__ import annotations

import re
from typing import Any

from bot.preview.markup import BadMarkupError, Parsed, detected, parse, units, url_fault
from bot.preview.refusing import bad

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # UTF-16 units after parsing

ACTIONS = frozenset(
    """typing upload_photo record_video upload_video record_voice upload_voice upload_document
    choose_sticker find_location record_video_note upload_video_note""".split()
)
_SCOPES = frozenset(
    """default all_private_chats all_group_chats all_chat_administrators chat chat_administrators
    chat_member""".split()
)
_BUTTON_TRIMMINGS = frozenset(("text", "style", "icon_custom_emoji_id"))


def formatted(
    given: dict[str, Any], field: str = "text", entities: str = "entities", most: int = TEXT_LIMIT
) -> Parsed:
    """Return the visible text and entities of a message or caption that Telegram would take.

    Raises RefusedError for bad markup, and for more than `most` UTF-16 units.
    """
    source = given.get(field) or ""
    mode = given.get("parse_mode")
    if mode and mode.lower() != "html":
        raise bad(f"unsupported parse_mode (the preview reads HTML, not {mode})")
    if mode:
        try:
            parsed = parse(source)
        except BadMarkupError as error:
            raise bad(f"can't parse entities: {error}") from None
    else:
        parsed = Parsed(source.strip(), _inside(source.strip(), given.get(entities) or []))
    if units(parsed.text) > most:
        raise bad("message is too long" if most == TEXT_LIMIT else "message caption is too long")
    return Parsed(parsed.text, detected(parsed.text, parsed.entities))


def message_text(given: dict[str, Any], field: str = "text") -> Parsed:
    """Return the text and entities of a message, which must not be empty."""
    parsed = formatted(given, field)
    if not parsed.text:
        raise bad("message text is empty")
    return parsed


def _inside(text: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    end = units(text)
    for each in entities:
        if each["offset"] < 0 or each["length"] < 1 or each["offset"] + each["length"] > end:
            raise bad("ENTITY_BOUNDS_INVALID")
    return entities


def keyboard(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return an inline keyboard as Telegram keeps it, without empty rows; None if none is left.

    Keyboards that replace the reader's own leave no trace on the message.
    """
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if sum(map(len, rows)) > 100:
        raise bad("reply markup is too long")
    for row in rows:
        if len(row) > 8:
            raise bad("reply markup: more than 8 buttons in a row")
        for button in row:
            _check_button(button)
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check_button(button: dict[str, Any]) -> None:
    if not button["text"].strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    kinds = button.keys() - _BUTTON_TRIMMINGS
    if len(kinds) != 1:
        raise bad("can't parse inline keyboard button: exactly one kind of button must be used")
    if "callback_data" in kinds and not 1 <= _size(button["callback_data"]) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "copy_text" in kinds and not 1 <= len(button["copy_text"]["text"]) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if "url" in kinds and (fault := url_fault(button["url"])):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: {fault}")


def check_inline(given: dict[str, Any]) -> None:
    """Refuse an answer to an inline query that Telegram would refuse."""
    results = given["results"]
    if len(results) > 50:
        raise bad("RESULTS_TOO_MUCH")
    for result in results:
        _check_result(result)
    if len({result["id"] for result in results}) < len(results):
        raise bad("RESULT_ID_DUPLICATE")
    if _size(given.get("next_offset", "")) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    if (button := given.get("button")) is not None:
        if not button["text"].strip():
            raise bad('can\'t parse inline query results button: Field "text" must be non-empty')
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "")):
            raise bad("START_PARAM_INVALID")


def _check_result(result: dict[str, Any]) -> None:
    if result["type"] != "article":
        raise bad("can't parse inline query result: the preview knows articles only")
    if not 1 <= _size(result["id"]) <= 64:
        raise bad("RESULT_ID_INVALID")
    if not result["title"].strip():
        raise bad("RESULT_TITLE_EMPTY")
    if "url" in result and (fault := url_fault(result["url"])):
        raise bad(f"WEB_DOCUMENT_URL_INVALID: {fault}")
    message_text(result["input_message_content"], "message_text")
    keyboard(result.get("reply_markup"))


def check_commands(given: dict[str, Any]) -> None:
    """Refuse a menu of commands that Telegram would refuse."""
    check_scope(given)
    commands = given["commands"]
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"].strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if len({command["command"] for command in commands}) < len(commands):
        raise bad("BOT_COMMAND_DUPLICATE")


def check_scope(given: dict[str, Any]) -> None:
    """Refuse an unknown scope or language of commands."""
    if given.get("scope", {"type": "default"})["type"] not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    check_language(given)


def check_language(given: dict[str, Any]) -> None:
    """Refuse what is no two-letter language code."""
    if not re.fullmatch(r"([a-z]{2})?", given.get("language_code", "")):
        raise bad("invalid language code specified")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
