from __future__ import annotations

import re
import string
import tomllib
import unicodedata
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import pytest
from babel import Locale

import bot.i18n
from bot.handlers import COMMANDS
from bot.i18n.catalog import Catalogue, Html, isolated, plain
from retrieval.models import Language

FOLDER = Path(bot.i18n.__file__).parent
TEXTS = {
    language: tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    for language in Language
}
SCRIPT = {Language.ARABIC: "ARABIC", Language.ENGLISH: "LATIN"}
CATALOGUE = Catalogue()


def every(language: Language) -> list[tuple[str, str]]:
    """Each template of a language, plural forms one by one, with its key."""
    return [
        (key, form)
        for key, text in TEXTS[language].items()
        for form in ([text] if isinstance(text, str) else text.values())
    ]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts() -> None:
    arabic, english = TEXTS[Language.ARABIC], TEXTS[Language.ENGLISH]

    assert arabic.keys() == english.keys()
    for key, text in arabic.items():
        assert isinstance(text, str) == isinstance(english[key], str), key


def test_both_languages_take_the_same_values() -> None:
    used: dict[Language, dict[str, set[str]]] = {}
    for language in Language:
        for key, text in every(language):
            used.setdefault(language, {}).setdefault(key, set()).update(placeholders(text))

    assert used[Language.ARABIC] == used[Language.ENGLISH]


@pytest.mark.parametrize("language", Language)
def test_every_plural_form_of_the_language_is_there(language: Language) -> None:
    forms = {*Locale(language.value).plural_form.tags, "other"}

    plurals = {key: text for key, text in TEXTS[language].items() if not isinstance(text, str)}

    assert plurals
    for key, text in plurals.items():
        assert text.keys() == forms, key


@pytest.mark.parametrize("language", Language)
def test_every_command_that_is_mentioned_exists_and_stands_alone(language: Language) -> None:
    lines = list(chain.from_iterable(text.splitlines() for _, text in every(language)))

    mentioned = [line for line in lines if re.search(r"(?<![\w<])/\w", line)]

    assert mentioned
    assert {line.removeprefix("/") for line in mentioned} <= COMMANDS.keys()


@pytest.mark.parametrize("language", Language)
def test_every_paragraph_begins_with_a_letter_of_its_language(language: Language) -> None:
    for key, text in every(language):
        for line in plain(text).splitlines():
            if line.startswith(("/", "{")):
                continue
            shown = re.sub("\u2068[^\u2069]*\u2069", "", line)
            first = next(c for c in shown if unicodedata.bidirectional(c) in {"L", "R", "AL"})
            assert unicodedata.name(first).startswith(SCRIPT[language]), (key, line)
            assert shown[0].isalpha(), (key, line)


@pytest.mark.parametrize("language", Language)
def test_menus_and_descriptions_fit_telegram(language: Language) -> None:
    say = CATALOGUE.voice(language)

    assert len(say.plain("description")) <= 512
    assert len(say.plain("short_description")) <= 120
    alerts = ("stored_helpful", "stored_not_helpful", "stored_reason", "expired", "question_gone")
    assert all(len(say.plain(key)) <= 200 for key in alerts)


def test_arguments_are_escaped_isolated_and_put_on_one_line() -> None:
    say = CATALOGUE.voice(Language.ENGLISH)

    text = say.html("no_answer", question="<b>a\n& b\u2069\u202e")

    assert "“\u2068&lt;b&gt;a &amp; b\u2069”" in text


def test_markup_of_ours_passes_as_it_is() -> None:
    say = CATALOGUE.voice(Language.ENGLISH)

    text = say.html("too_long", headline=Html("<b>x</b>"))

    assert text.endswith("<b>x</b>")


@pytest.mark.parametrize(
    ("n", "words"),
    [(1, "مقال واحد"), (2, "مقالين"), (3, "3 مقالات"), (11, "11 مقالًا"), (100, "100 مقال."),
     (12415, "12,415 مقالًا")],
)  # fmt: skip
def test_arabic_counts_in_its_own_forms(n: int, words: str) -> None:
    assert words in CATALOGUE.voice(Language.ARABIC).html("searched", n=n)


def test_dates_are_written_in_the_language_and_with_the_time_only_when_it_is_known() -> None:
    arabic, english = CATALOGUE.voice(Language.ARABIC), CATALOGUE.voice(Language.ENGLISH)

    assert english.date(date(2024, 12, 7)) == "7 December 2024"
    assert arabic.date(date(2024, 12, 7)) == "7 ديسمبر 2024"
    assert english.date(datetime(2024, 12, 7, 14, 5, tzinfo=UTC)) == "7 December 2024, 14:05 UTC"


def test_plain_is_what_a_reader_sees() -> None:
    assert plain(f"<b>{isolated('a < b & c')}</b>") == "\u2068a < b & c\u2069"
