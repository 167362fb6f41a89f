"""What the Bot API's methods do to chats, queries and the bot's profile."""

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes import telegram_rules as rules
from tests.fakes.telegram_readers import Chat, SentMessage, quoted
from tests.fakes.telegram_rules import bad

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram

_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Methods:
    """Each method by its name, from parameters to result; RefusedError where Telegram refuses.

    An entry of answers is None while its query waits; profile is kept by field and language code.
    """

    def __init__(self, telegram: "FakeTelegram") -> None:
        self._telegram = telegram
        self.chats: dict[int, Chat] = {}
        self.answers: dict[str, dict[str, Any] | None] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.table: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_callback,
            "answerInlineQuery": self._answer_inline,
            "sendChatAction": self._chat_action,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._delete_commands,
            "getMyCommands": self._get_commands,
            "setMyName": self._set_profile("name", 64),
            "setMyDescription": self._set_profile("description", 512),
            "setMyShortDescription": self._set_profile("short_description", 120),
        }

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return self._telegram.me | {
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": True,
        }

    def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(given)
        parsed = rules.formatted(given)
        markup = rules.check_markup(given.get("reply_markup"))
        data: dict[str, Any] = {
            "message_id": self._telegram.next_id(),
            "date": int(time.time()),
            "chat": chat.data,
            "from": self._telegram.me,
            "text": parsed.text,
        }
        if parsed.entities:
            data["entities"] = parsed.entities
        if markup:
            data["reply_markup"] = markup
        if reply := given.get("reply_parameters"):
            rules.check_reply(reply)
            if replied := chat.messages.get(reply["message_id"]):
                data["reply_to_message"] = quoted(replied)
            elif not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        chat.messages[data["message_id"]] = data
        chat.sent.append(SentMessage(self._telegram, data, given["text"]))
        return data

    def _edit_text(self, given: dict[str, Any]) -> dict[str, Any] | bool:
        parsed = rules.formatted(given)
        fields = {"text": parsed.text, "entities": parsed.entities}
        return self._edit(given, fields, given["text"])

    def _edit_markup(self, given: dict[str, Any]) -> dict[str, Any] | bool:
        return self._edit(given, {}, None)

    def _edit(
        self, given: dict[str, Any], fields: dict[str, Any], html: str | None
    ) -> dict[str, Any] | bool:
        fields["reply_markup"] = rules.check_markup(given.get("reply_markup"))
        if inline := given.get("inline_message_id"):
            if not re.fullmatch(r"inline-[0-9]+", inline):
                raise bad("MESSAGE_ID_INVALID")
            return True
        chat = self._chat(given)
        data = chat.messages.get(given.get("message_id", 0))
        if data is None:
            raise bad("message to edit not found")
        message = next((each for each in chat.sent if each.data is data), None)
        if message is None:
            raise bad("message can't be edited")
        if all((data.get(name) or None) == (value or None) for name, value in fields.items()):
            raise bad(_UNCHANGED)
        for name, value in fields.items():
            data.pop(name, None)
            if value:
                data[name] = value
        data["edit_date"] = int(time.time())
        message.html = message.html if html is None else html
        message.edits += 1
        return data

    def _delete_message(self, given: dict[str, Any]) -> bool:
        chat = self._chat(given)
        data = chat.messages.pop(given.get("message_id", 0), None)
        if data is None:
            raise bad("message to delete not found")
        for message in chat.sent:
            message.deleted |= message.data is data
        return True

    def _answer_callback(self, given: dict[str, Any]) -> bool:
        if len(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        if (url := given.get("url")) and not url.startswith(
            f"https://t.me/{self._telegram.username}?"
        ):
            raise bad("URL_INVALID")
        return self._answer(given.get("callback_query_id", ""), given)

    def _answer_inline(self, given: dict[str, Any]) -> bool:
        rules.check_inline(given)
        return self._answer(given.get("inline_query_id", ""), given)

    def _answer(self, query: str, given: dict[str, Any]) -> bool:
        if self.answers.get(query, given) is not None:
            raise bad(_TOO_OLD)
        self.answers[query] = given
        return True

    def _chat_action(self, given: dict[str, Any]) -> bool:
        self._chat(given)
        if given.get("action") not in rules.ACTIONS:
            raise bad("wrong parameter action in request")
        return True

    def _set_commands(self, given: dict[str, Any]) -> bool:
        rules.check_commands(given)
        self.commands[_scope(given)] = given["commands"]
        return True

    def _delete_commands(self, given: dict[str, Any]) -> bool:
        rules.check_scope(given)
        self.commands.pop(_scope(given), None)
        return True

    def _get_commands(self, given: dict[str, Any]) -> list[dict[str, str]]:
        rules.check_scope(given)
        return self.commands.get(_scope(given), [])

    def _set_profile(self, field: str, longest: int) -> Callable[[dict[str, Any]], bool]:
        def keep(given: dict[str, Any]) -> bool:
            rules.check_language(given)
            if len(given.get(field, "")) > longest:
                raise bad(f"bot {field.replace('_', ' ')} is too long (at most {longest})")
            self.profile[field, given.get("language_code", "")] = given.get(field, "")
            return True

        return keep

    def _chat(self, given: dict[str, Any]) -> Chat:
        if "chat_id" not in given:
            raise bad("chat_id is empty")
        chat = self.chats.get(given["chat_id"])
        if chat is None:
            raise bad("chat not found")
        return chat


def _scope(given: dict[str, Any]) -> tuple[str, str]:
    """Commands are kept by the scope's type and the language code, "" for every language."""
    return (given.get("scope") or {}).get("type", "default"), given.get("language_code", "")
