"""The two languages of the coverage, and which of them a text is in."""

from __future__ import annotations

import re
from enum import StrEnum

# With the shapes of letters that old programs wrote in their place.
_ARABIC_LETTERS = re.compile("[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")
_LATIN_LETTERS = re.compile("[A-Za-z\u00c0-\u024f]+")


class Language(StrEnum):
    """A language, by its ISO 639-1 code."""

    ARABIC = "ar"
    ENGLISH = "en"


def language_of(text: str) -> Language | None:
    """Return the language that most letters of `text` belong to, or None when there are none."""
    arabic = sum(map(len, _ARABIC_LETTERS.findall(text)))
    latin = sum(map(len, _LATIN_LETTERS.findall(text)))
    if arabic == latin == 0:
        return None
    # A Latin name in an Arabic sentence is common; the reverse is rare.
    return Language.ARABIC if arabic * 2 >= latin else Language.ENGLISH
