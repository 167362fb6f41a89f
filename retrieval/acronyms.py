"""Acronyms and what they stand for, as the articles themselves explain: "… al-Sham (HTS)"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.forms import bare_forms, is_arabic
from retrieval.names import skeleton
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retrieval.text import Token

MOST_WORDS = 8
_SMALL = r"(?:of|for|and|the|in|on|de|du|des|et|wa)"
_WORD = r"(?:(?:al|el|ash|as)[-’'])?[A-Z][\w’'-]{0,40}"
_EXPLAINED = re.compile(
    rf"\b({_WORD}(?:\s+(?:{_SMALL}\s+)?{_WORD}){{1,{MOST_WORDS - 1}}})\s*\(([A-Z][A-Za-z]{{1,7}})\)"
)
_INITIAL = re.compile(r"(?:(?:al|el|ash|as)[-’'])?([A-Z])")
_ENDING = "\u0647", "\u062a"  # a feminine ending that a following noun makes audible


def acronyms(text: str) -> Iterator[tuple[str, str]]:
    """Yield each acronym that a text explains, in lower case, and what it stands for as written."""
    for match in _EXPLAINED.finditer(text):
        expansion, acronym = match.groups()
        words = expansion.split()
        # The explanation may begin in the middle of a row of capitals: "Syria's Hayat Tahrir …".
        for start in range(len(words) - 1):
            initials = "".join(_INITIAL.findall(" ".join(words[start:])))
            if initials.lower() == acronym.lower():
                yield acronym.lower(), " ".join(words[start:])
                break


def spell_one_name(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Return whether words spell one name of several words, in whatever scripts."""
    return len(one) == len(other) and all(
        not keys_of(a).isdisjoint(keys_of(b)) for a, b in zip(one, other, strict=True)
    )


def keys_of(word: Token) -> frozenset[str]:
    """Return the skeletons that a word may have as a part of a name; none for a short word."""
    if not is_arabic(word.surface):
        return frozenset(key for key in [skeleton(word.surface)] if key)
    found = list(bare_forms(word.surface))
    silent, audible = _ENDING
    found += [bare[:-1] + audible for bare in found if bare.endswith(silent)]
    return frozenset(key for key in map(skeleton, found) if key)


def content(text: str) -> tuple[Token, ...]:
    """Return the words of a name without articles and other words that only carry grammar."""
    return tuple(word for word in tokens(text) if not word.stop and word.surface not in _ARTICLES)


_ARTICLES = frozenset({"al", "el", "ash", "as"})
