"""The bot's own words: TOML templates in; escaped, isolated and pluralised text out."""

from __future__ import annotations

import html
import re
import tomllib
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_NAME = {Language.ARABIC: "العربية", Language.ENGLISH: "English"}
_LOCALE = {Language.ARABIC: Locale("ar"), Language.ENGLISH: Locale("en", "GB")}
_COMMA = {Language.ARABIC: "\u060c", Language.ENGLISH: ","}
_BIDI_CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"<[^<>]*>")


class Html(str):
    """Text that is Telegram's markup already: it is neither escaped nor isolated again."""

    __slots__ = ()


class Voice:
    """One language's texts."""

    def __init__(
        self,
        language: Language,
        texts: Mapping[str, Any],
        zone: tzinfo = UTC,
        zone_name: str = "UTC",
    ) -> None:
        self.language = language
        self.zone = zone
        self._zone_name = zone_name
        self._texts = texts
        self._locale = _LOCALE[language]

    def local(self, zone: tzinfo, name: str = "") -> Voice:
        """Return the same voice with times by another clock, which is named if it has a name."""
        return Voice(self.language, self._texts, zone, name)

    def html(self, key: str, **params: object) -> Html:
        """Return the text of `key`; `n` chooses the plural form where it has forms."""
        text = self._texts[key]
        if not isinstance(text, str):
            text = text[self._plural(params["n"])]
        shown = {name: self._shown(value) for name, value in params.items()}
        return Html(text.format_map(shown))

    def plain(self, key: str, **params: object) -> str:
        """Return the same without markup, for buttons, alerts and menus."""
        return plain(self.html(key, **params))

    def date(self, when: date) -> str:
        """Return a day, or a day and its time when the time is known."""
        if isinstance(when, datetime):
            at = when.astimezone(self.zone)
            day = format_date(at, "d MMMM y", locale=self._locale)
            return f"{day}{_COMMA[self.language]} {at:%H:%M} {self._zone_name}".rstrip()
        return format_date(when, "d MMMM y", locale=self._locale)

    def _plural(self, number: object) -> str:
        if not isinstance(number, int):
            raise TypeError("a text with plural forms takes a whole number n")
        return self._locale.plural_form(number)

    def _shown(self, value: object) -> str:
        if isinstance(value, Html):
            return value
        if isinstance(value, tuple):
            return format_list([self._shown(each) for each in value], locale=self._locale)
        if isinstance(value, int):
            return format_decimal(value, locale=self._locale, numbering_system="latn")
        return isolated(self.date(value) if isinstance(value, date) else str(value))


class Catalogue:
    """Both languages, read once."""

    def __init__(self, folder: Path = Path(__file__).parent) -> None:
        self._voices = {
            language: Voice(
                language, tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
            )
            for language in Language
        }

    def voice(self, language: Language) -> Voice:
        """Return the texts of one language."""
        return self._voices[language]


def isolated(text: str) -> Html:
    """Escape a stranger's words, put them on one line and shut their direction in."""
    one_line = " ".join(without_bidi(text).split())
    return Html(f"\u2068{html.escape(one_line)}\u2069")


def without_bidi(text: str) -> str:
    """Return a text without the characters that turn the direction of what surrounds them."""
    return _BIDI_CONTROLS.sub("", text)


def plain(markup: str) -> str:
    """Return what a reader sees of Telegram's HTML."""
    return html.unescape(_TAG.sub("", markup))
