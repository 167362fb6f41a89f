"""What people do on the page: validated, and carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.preview.refusing import RefusedError, bad
from bot.preview.schema import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.preview.chats import Chat
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram

LARGEST = 64 * 1024  # bytes of an action
MOST_WAITING = 1_000  # messages that the bot has not fetched

Id = Annotated[int, Field(ge=-(1 << 53), le=1 << 53)]


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Say(_Action):
    """Write into a chat."""

    reader: Id
    chat: Id
    text: Annotated[str, Field(min_length=1, max_length=4096)]
    reply_to: Id | None = None


class Tap(_Action):
    """Press a button."""

    reader: Id
    chat: Id
    message_id: Id
    data: Annotated[str, Field(min_length=1, max_length=64)]


class Inline(_Action):
    """Type "@bot query"."""

    reader: Id
    chat: Id
    query: Annotated[str, Field(max_length=256)]
    offset: Annotated[str, Field(max_length=64)] = ""


class Choose(_Action):
    """Send an inline result."""

    reader: Id
    chat: Id
    query: Annotated[str, Field(max_length=64)]
    result: Annotated[str, Field(max_length=64)]


class Language(_Action):
    """Change the language of a reader's Telegram."""

    reader: Id
    language_code: Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Block(_Action):
    """Block the bot, or unblock it."""

    reader: Id
    blocked: bool


class Fault(_Action):
    """Let something go wrong; `bot.preview.faults` says what."""

    fault: Literal["slow_down", "break_gateway", "lose_reply", "repeat", "migrate"]
    method: Annotated[str, Field(max_length=64)] = "sendMessage"
    seconds: Annotated[int, Field(ge=1, le=100_000)] = 5
    times: Annotated[int, Field(ge=1, le=1_000)] = 1
    chat: Id | None = None


def perform(telegram: LoopbackTelegram, action: str, given: dict[str, Any]) -> dict[str, Any]:
    """Do what was asked for. Raises RefusedError, and pydantic's ValidationError."""
    if action not in _ACTIONS:
        raise RefusedError(404, "no such action")
    if action in _HEARD and len(telegram.updates) >= MOST_WAITING:
        raise bad("too many messages wait for the bot")
    model, act = _ACTIONS[action]
    return act(telegram, model.model_validate(given))


def _say(telegram: LoopbackTelegram, wanted: Say) -> dict[str, Any]:
    reader = _reader(telegram, wanted.reader, wanted.chat)
    if not wanted.text.strip():
        raise bad("message text is empty")
    replied = reader.chat.messages.get(wanted.reply_to or 0)
    return {"message_id": reader.write(wanted.text, replied)["message_id"]}


def _press(telegram: LoopbackTelegram, wanted: Tap) -> dict[str, Any]:
    reader = _reader(telegram, wanted.reader, wanted.chat)
    message = reader.chat.messages.get(wanted.message_id)
    if message is None:
        raise bad("no such message")
    if inline := message.get("inline_message_id"):
        return {"query": reader.tap(wanted.data, inline_message_id=inline)}
    return {"query": reader.tap(wanted.data, message=message)}


def _inline(telegram: LoopbackTelegram, wanted: Inline) -> dict[str, Any]:
    reader = _reader(telegram, wanted.reader, wanted.chat)
    return {"query": reader.type_inline(wanted.query, offset=wanted.offset)}


def _choose(telegram: LoopbackTelegram, wanted: Choose) -> dict[str, Any]:
    reader = _reader(telegram, wanted.reader, wanted.chat)
    answer = telegram.answers.get(wanted.query) or {}
    for result in answer.get("results", []):
        if result["id"] == wanted.result:
            return {"message_id": reader.choose(result)["message_id"]}
    raise bad("no such result any more")


def _language(telegram: LoopbackTelegram, wanted: Language) -> dict[str, Any]:
    user = telegram.people.get(wanted.reader)
    if user is None:
        raise bad("no such reader")
    user["language_code"] = wanted.language_code
    telegram.tell("reader", **user)
    return {}


def _block(telegram: LoopbackTelegram, wanted: Block) -> dict[str, Any]:
    reader = _reader(telegram, wanted.reader, wanted.reader)
    if wanted.blocked:
        reader.block()
    else:
        reader.unblock()
    return {}


def _fault(telegram: LoopbackTelegram, wanted: Fault) -> dict[str, Any]:
    faults, method = telegram.faults, canonical(wanted.method)
    match wanted.fault:
        case "slow_down":
            faults.slow_down(method, wanted.seconds, wanted.times)
        case "break_gateway":
            faults.break_gateway(method, wanted.times)
        case "lose_reply":
            faults.lose_reply(method, wanted.times)
        case "repeat":
            telegram.updates.repeat()
        case "migrate":
            return {"chat": telegram.migrate(_group(telegram, wanted.chat)).id}
    return {}


def _reader(telegram: LoopbackTelegram, number: int, chat: int) -> Reader:
    if number not in telegram.people or chat not in telegram.chats:
        raise bad("no such reader or chat")
    reader = telegram.reader(number)
    place = telegram.chats[chat]
    if number not in place.members or place.moved_to is not None:
        raise bad("the reader is not in that chat")
    return reader if place is reader.chat else reader.in_(place)


def _group(telegram: LoopbackTelegram, number: int | None) -> Chat:
    chat = telegram.chats.get(number or 0)
    if chat is None or chat.private or chat.moved_to is not None:
        raise bad("no such group")
    return chat


_HEARD = frozenset({"say", "press", "inline", "choose"})  # by the bot
_ACTIONS: dict[str, tuple[type[_Action], Callable[..., dict[str, Any]]]] = {
    "say": (Say, _say),
    "press": (Tap, _press),
    "inline": (Inline, _inline),
    "choose": (Choose, _choose),
    "language": (Language, _language),
    "block": (Block, _block),
    "fault": (Fault, _fault),
}
