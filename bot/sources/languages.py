"""Which of the two languages a file says that it is in."""

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
