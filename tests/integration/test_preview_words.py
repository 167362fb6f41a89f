"""Every text of the bot, with whatever strangers write in it, is one that Telegram would take."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel import Locale

import bot.i18n
from bot import render
from bot.handlers import COMMANDS
from bot.i18n.catalog import Catalogue, plain, without_bidi
from retrieval.models import Language
from tests.integration.calling import CHAT, button

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from tests.integration.calling import Client

FOLDER = Path(bot.i18n.__file__).parent
HOSTILE = "<b>&\"' </blockquote>&#0;\u202e\u2069\U0001f600\nهدنة"
ALERTS = (
    "stored_helpful stored_not_helpful stored_reason expired question_gone answer_gone nothing_more"
).split()
BUTTONS = """
open more context_button helpful not_helpful reason_source reason_sentence reason_old reason_other
try_again try_example privacy_button automatic open_in_bot inline_ask inline_none inline_slow
""".split()


def texts(language: Language) -> list[tuple[str, dict[str, Any]]]:
    """Each key of a language with what its text takes, once for each plural form that it has."""
    catalogue = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    plural = Locale(language.value).plural_form
    numbers = {plural(n): n for n in range(200, -1, -1)}
    found = []
    for key, text in catalogue.items():
        forms = {"": text} if isinstance(text, str) else text
        for form, written in forms.items():
            names = {name for _, name, _, _ in string.Formatter().parse(written) if name}
            number = {"n": numbers[form]} if form else {}
            found.append((key, dict.fromkeys(names, HOSTILE) | number))
    return found


@pytest.mark.parametrize("language", Language)
async def test_every_text_is_sent_and_its_arguments_are_seen_as_they_are(
    call: Client, anna: Reader, language: Language
) -> None:
    say = Catalogue().voice(language)
    seen = " ".join(without_bidi(HOSTILE).split())

    for key, arguments in texts(language):
        html = say.html(key, **arguments)
        sent = await call("sendMessage", chat_id=CHAT, text=html, parse_mode="HTML")

        assert sent["ok"], (key, sent)
        assert sent["result"]["text"] == say.plain(key, **arguments).strip()
        given = list(arguments.values()).count(HOSTILE)
        assert sent["result"]["text"].count(f"\u2068{seen}\u2069") >= given, key
    assert len(anna.unread) == len(texts(language))


@pytest.mark.parametrize("language", Language)
async def test_every_text_can_stand_on_a_button_or_answer_a_press(
    call: Client, anna: Reader, language: Language
) -> None:
    say = Catalogue().voice(language)

    for key in BUTTONS:
        markup = button(callback_data="m")
        markup["inline_keyboard"][0][0]["text"] = say.plain(key)
        await call.result("sendMessage", chat_id=CHAT, text="a", reply_markup=markup)
    waits = [plain(render.slow_press(60, say)), plain(render.slow_down(60, 100, say))]
    for text in [say.plain(key) for key in ALERTS] + waits:
        query = anna.tap("m", message={})
        await call.result("answerCallbackQuery", callback_query_id=query, text=text)

    assert [message.labels for message in anna.unread] == [[say.plain(key)] for key in BUTTONS]


@pytest.mark.parametrize("language", Language)
async def test_the_menu_and_the_descriptions_are_taken(call: Client, language: Language) -> None:
    say = Catalogue().voice(language)
    keys = [name for name in COMMANDS if f"command_{name}" in dict(texts(language))]
    menu = [{"command": name, "description": say.plain(f"command_{name}")} for name in keys]
    code = language.value

    await call.result("setMyCommands", commands=menu, language_code=code)
    for field, method in (
        ("description", "setMyDescription"),
        ("short_description", "setMyShortDescription"),
    ):
        await call.result(method, **{field: say.plain(field), "language_code": code})

    assert keys
    assert await call.result("getMyCommands", language_code=code) == menu
    described = await call.result("getMyDescription", language_code=code)
    assert described == {"description": say.plain("description")}
