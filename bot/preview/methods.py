"""What the Bot API's methods do to chats, queries and the bot's profile."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from bot.preview import members, rules
from bot.preview.chats import Chat, SentMessage, quoted
from bot.preview.refusing import RefusedError, bad
from bot.preview.schema import Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.preview.telegram import LoopbackTelegram

_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Methods:
    """Each method by its name, from parameters to result; RefusedError where Telegram refuses.

    Commands are kept by scope and language code, the profile by field and language code; "" is
    every language.
    """

    def __init__(self, telegram: LoopbackTelegram) -> None:
        self._telegram = telegram
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.table: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete_message,
            "sendChatAction": self._chat_action,
            "answerCallbackQuery": self._answer_callback,
            "answerInlineQuery": self._answer_inline,
            "getChat": self._get_chat,
            "getChatMember": self._get_member,
            "getFile": self._get_file,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._delete_commands,
            "getMyCommands": self._get_commands,
            "setMyProfilePhoto": self._set_photo,
            "setMyDefaultAdministratorRights": lambda _: True,
            "setWebhook": telegram.updates.set_webhook,
            "deleteWebhook": lambda given: telegram.updates.set_webhook({**given, "url": ""}),
            "getWebhookInfo": telegram.updates.webhook_info,
        }
        for name, longest in (("name", 64), ("description", 512), ("short_description", 120)):
            method = "".join(word.capitalize() for word in name.split("_"))
            self.table[f"setMy{method}"] = self._set_profile(name, longest)
            self.table[f"getMy{method}"] = self._get_profile(name)

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return self._telegram.me | {
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": True,
        }

    # Messages

    def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open(given)
        parsed = rules.message_text(given)
        content: dict[str, Any] = {"text": parsed.text}
        if parsed.entities:
            content["entities"] = parsed.entities
        return self._send(chat, given, content, given["text"])

    def _send_document(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open(given)
        document = given["document"]
        if not isinstance(document, Upload):
            stored = self._telegram.files.get(document)
            if stored is None:
                raise bad("wrong file identifier/HTTP URL specified")
            document = stored
        if not document.content:
            raise bad("file must be non-empty")
        parsed = rules.formatted(given, "caption", "caption_entities", rules.CAPTION_LIMIT)
        content: dict[str, Any] = {"document": self._telegram.store_file(document)}
        if parsed.text:
            content["caption"] = parsed.text
        if parsed.entities:
            content["caption_entities"] = parsed.entities
        return self._send(chat, given, content, given.get("caption", ""))

    def _send(
        self, chat: Chat, given: dict[str, Any], content: dict[str, Any], html: str
    ) -> dict[str, Any]:
        wanted = given.get("reply_markup")
        if chat.channel and wanted and "inline_keyboard" not in wanted:
            raise bad("inline keyboard expected")
        markup = rules.keyboard(wanted)
        if self._telegram.limits:
            self._telegram.limits.count(chat)
        data: dict[str, Any] = {
            "message_id": self._telegram.next_id(),
            "date": int(time.time()),
            "chat": chat.data,
            **({"sender_chat": chat.data} if chat.channel else {"from": self._telegram.me}),
            **_topic(chat, given),
            **content,
        }
        if markup:
            data["reply_markup"] = markup
        if reply := given.get("reply_parameters"):
            if replied := chat.messages.get(reply["message_id"]):
                data["reply_to_message"] = quoted(replied)
            elif not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        self._telegram.post(
            chat,
            data,
            SentMessage(self._telegram, data, html),
            silent=given.get("disable_notification", False),
            force_reply="force_reply" in (wanted or {}),
        )
        return data

    def _edit_text(self, given: dict[str, Any]) -> dict[str, Any] | bool:
        if "text" not in given:
            raise bad("message text is empty")
        parsed = rules.message_text(given)
        fields = {"text": parsed.text, "entities": parsed.entities}
        return self._edit(given, fields, given["text"])

    def _edit_markup(self, given: dict[str, Any]) -> dict[str, Any] | bool:
        return self._edit(given, {}, None)

    def _edit(
        self, given: dict[str, Any], fields: dict[str, Any], html: str | None
    ) -> dict[str, Any] | bool:
        fields["reply_markup"] = rules.keyboard(given.get("reply_markup"))
        if inline := given.get("inline_message_id"):
            return self._edit_inline(inline, fields)
        chat = self._open(given)
        data = chat.messages.get(given.get("message_id", 0))
        if data is None:
            raise bad("message to edit not found")
        message = next((each for each in reversed(chat.sent) if each.data is data), None)
        if message is None:
            raise bad("message can't be edited")
        self._change(chat, data, fields)
        message.html = message.html if html is None else html
        message.edits += 1
        return data

    def _edit_inline(self, inline: str, fields: dict[str, Any]) -> bool:
        if not re.fullmatch(r"inline-[0-9]{1,18}", inline):
            raise bad("MESSAGE_ID_INVALID")
        if found := self._telegram.inline_messages.get(inline):
            self._change(*found, fields)
        return True

    def _change(self, chat: Chat, data: dict[str, Any], fields: dict[str, Any]) -> None:
        if all((data.get(name) or None) == (value or None) for name, value in fields.items()):
            raise bad(_UNCHANGED)
        for name, value in fields.items():
            data.pop(name, None)
            if value:
                data[name] = value
        data["edit_date"] = int(time.time())
        self._telegram.tell("edited", chat=chat.id, message=data)

    def _delete_message(self, given: dict[str, Any]) -> bool:
        chat = members.find(self._telegram, given)
        data = chat.messages.pop(given["message_id"], None)
        if data is None:
            raise bad("message to delete not found")
        for message in chat.sent:
            message.deleted |= message.data is data
        self._telegram.tell("deleted", chat=chat.id, message_id=data["message_id"])
        return True

    def _chat_action(self, given: dict[str, Any]) -> bool:
        chat = self._open(given)
        if given["action"] not in rules.ACTIONS:
            raise bad("wrong parameter action in request")
        self._telegram.tell("typing", chat=chat.id)
        return True

    def _get_chat(self, given: dict[str, Any]) -> dict[str, Any]:
        return members.described(members.find(self._telegram, given))

    def _get_member(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = members.find(self._telegram, given)
        return members.member(self._telegram, chat, given["user_id"])

    def _get_file(self, given: dict[str, Any]) -> dict[str, Any]:
        stored = self._telegram.files.get(given["file_id"])
        if stored is None:
            raise bad("invalid file_id")
        return {
            "file_id": given["file_id"],
            "file_unique_id": given["file_id"],
            "file_size": len(stored.content),
            "file_path": f"documents/{given['file_id']}",
        }

    # Presses and inline queries

    def _answer_callback(self, given: dict[str, Any]) -> bool:
        if len(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        if (url := given.get("url")) and not url.startswith(
            f"https://t.me/{self._telegram.username}?"
        ):
            raise bad("URL_INVALID")
        query = given["callback_query_id"]
        self._answer(query, given)
        self._telegram.tell(
            "answered",
            query=query,
            text=given.get("text", ""),
            alert=given.get("show_alert", False),
            url=given.get("url"),
        )
        return True

    def _answer_inline(self, given: dict[str, Any]) -> bool:
        rules.check_inline(given)
        self._answer(given["inline_query_id"], given)
        shown = []
        for result in given["results"]:
            parsed = rules.message_text(result["input_message_content"], "message_text")
            about = {name: result.get(name, "") for name in ("id", "title", "description")}
            shown.append(about | {"text": parsed.text, "entities": parsed.entities})
        query = given["inline_query_id"]
        self._telegram.tell("results", query=query, results=shown, button=given.get("button"))
        return True

    def _answer(self, query: str, given: dict[str, Any]) -> None:
        answers = self._telegram.answers
        if query not in answers or answers[query] is not None:
            raise bad(_TOO_OLD)
        answers[query] = given

    # The bot's profile

    def _set_commands(self, given: dict[str, Any]) -> bool:
        rules.check_commands(given)
        self.commands[_scope(given)] = given["commands"]
        self._telegram.show_menu()
        return True

    def _delete_commands(self, given: dict[str, Any]) -> bool:
        rules.check_scope(given)
        self.commands.pop(_scope(given), None)
        self._telegram.show_menu()
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
            self._telegram.show_menu()
            self._telegram.tell("bot", **self._telegram.bot())
            return True

        return keep

    def _get_profile(self, field: str) -> Callable[[dict[str, Any]], dict[str, str]]:
        def find(given: dict[str, Any]) -> dict[str, str]:
            rules.check_language(given)
            default = self.profile.get((field, ""), "")
            return {field: self.profile.get((field, given.get("language_code", ""))) or default}

        return find

    def _set_photo(self, given: dict[str, Any]) -> bool:
        if given["photo"]["type"] not in {"static", "animated"}:
            raise bad("can't parse InputProfilePhoto: Unsupported type specified")
        return True

    # Where it may go

    def _open(self, given: dict[str, Any]) -> Chat:
        """Return the chat, into which the bot may write."""
        chat = members.find(self._telegram, given)
        if chat.moved_to is not None:
            moved = "group chat was upgraded to a supergroup chat"
            parameters = {"migrate_to_chat_id": chat.moved_to}
            raise RefusedError(400, f"Bad Request: {moved}", parameters)
        if chat.blocked and chat.private:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat.blocked:
            raise RefusedError(403, f"Forbidden: bot was kicked from the {_kind(chat)} chat")
        if chat.channel and not chat.postable:
            raise bad("need administrator rights in the channel chat")
        if not chat.met:
            raise RefusedError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat


def _scope(given: dict[str, Any]) -> tuple[str, str]:
    """Commands are kept by the scope's type and the language code."""
    return given.get("scope", {"type": "default"})["type"], given.get("language_code", "")


def _topic(chat: Chat, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a message says of the topic it goes to; refuse one that is not open."""
    topic = given.get("message_thread_id")
    if topic is None:
        return {}
    if topic not in chat.topics:
        raise bad("message thread not found")
    if topic in chat.closed_topics:
        raise bad("TOPIC_CLOSED")
    return {"message_thread_id": topic, "is_topic_message": True}


def _kind(chat: Chat) -> str:
    return str(chat.data["type"])
