"""Which of the two languages a text is in: as it says, or by its letters."""

from __future__ import annotations

import re

from retrieval.models import Language

_NAMES = {
    "ar": Language.ARABIC,
    "ara": Language.ARABIC,
    "arabic": Language.ARABIC,
    "عربي": Language.ARABIC,
    "عربية": Language.ARABIC,
    "العربية": Language.ARABIC,
    "en": Language.ENGLISH,
    "eng": Language.ENGLISH,
    "english": Language.ENGLISH,
    "إنجليزي": Language.ENGLISH,
    "إنجليزية": Language.ENGLISH,
    "الإنجليزية": Language.ENGLISH,
    "انجليزية": Language.ENGLISH,
    "الانجليزية": Language.ENGLISH,
}
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")


def parse(value: object) -> Language | None:
    """Return the language that a code or a name stands for; None for an empty one.

    A region is ignored ("ar-SY"). Raises ValueError for any other language.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        name = re.split("[-_]", value.strip().casefold(), maxsplit=1)[0]
        if name in _NAMES:
            return _NAMES[name]
    raise ValueError("only ar and en")


def detect(text: str) -> Language | None:
    """Return the language whose letters are more; None when there are none of either."""
    arabic = sum(map(len, _ARABIC.findall(text)))
    latin = sum(map(len, _LATIN.findall(text)))
    if not arabic and not latin:
        return None
    return Language.ARABIC if arabic > latin else Language.ENGLISH
