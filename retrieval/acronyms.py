"""Acronyms and what they stand for, as the articles themselves explain: "… al-Sham (HTS)".

A Latin acronym is explained by the capitals before it, or by an Arabic name that it can be of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.bilingual import equivalents
from retrieval.forms import COUNTRY, bare_forms, is_arabic
from retrieval.names import skeleton
from retrieval.spelling import bare, initials
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retrieval.text import Token

MOST_WORDS = 8
LOOKED_AT = 400  # characters before a bracket
SOUNDED = 3  # letters from which they are not what any words begin with

_TURNS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # of the direction of writing
_BRACKET = re.compile(rf"\([{_TURNS}]*([A-Z][A-Za-z]{{1,7}})[{_TURNS}]*\)")
_BETWEEN = " \t\r\n\u00a0\u200e\u200f\u202a\u202b\u202c\u2069»”\"’'"  # a name and its acronym
_SMALL = r"(?:of|for|and|the|in|on|de|du|des|et|wa)"
_WORD = r"(?:(?:al|el|ash|as)[-’'])?[A-Z][\w’'-]{0,40}+"
_ROW = re.compile(rf"\b{_WORD}(?:\s+(?:{_SMALL}\s+)?{_WORD}){{1,{MOST_WORDS - 1}}}$")
_ARABIC = "[\u0620-\u065f\u0670-\u06d3]"
_ARABIC_ROW = re.compile(rf"(?<!{_ARABIC}){_ARABIC}++(?:\s+{_ARABIC}++){{1,{MOST_WORDS + 2}}}$")
_INITIAL = re.compile(r"(?:(?:al|el|ash|as)[-’'])?([A-Z])")
_ENDING = "\u0647", "\u062a"  # a feminine ending that a following noun makes audible
# Within a name, where no possessive begins: Hay'at.
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’ʼʿʾ](?=[^\W\d_])(?!s\b)")


def acronyms(text: str) -> Iterator[tuple[str, str]]:
    """Yield each acronym that a text explains, in lower case, and what it stands for as written.

    What is written onto an Arabic name is left out: "to", "and".
    """
    for bracket in _BRACKET.finditer(text):
        before = text[max(0, bracket.start() - LOOKED_AT) : bracket.start()]
        before = before.rpartition(")")[2].rstrip(_BETWEEN)
        acronym = bracket.group(1)
        expansion = _latin(before, acronym) or _arabic(before, acronym)
        if expansion:
            yield acronym.lower(), expansion


def _latin(before: str, acronym: str) -> str:
    """Return what the words at the end of a text say in full, if their capitals are the acronym."""
    row = _ROW.search(before)
    words = row.group().split() if row else []
    # The explanation may begin in the middle of a row of capitals: "Syria's Hayat Tahrir …".
    for start in range(len(words) - 1):
        expansion = " ".join(words[start:])
        if "".join(_INITIAL.findall(expansion)).lower() == acronym.lower():
            return expansion
    return ""


def _arabic(before: str, acronym: str) -> str:
    """Return as many words at the end of a text as the acronym has letters, if it is theirs.

    It is if the words end as names do, and each letter is how its word begins in Latin letters
    ("Hayat Tahrir al-Sham") or how what the word is called in English begins.
    """
    row = _ARABIC_ROW.search(before) if acronym.isupper() else None
    chunks = row.group().split() if row else []
    every = [(word, chunk) for chunk in chunks for word in tokens(chunk) if not word.stop]
    named, letters = every[-len(acronym) :], acronym.lower()
    words = [word for word, _ in named]
    if len(words) < len(letters) or not _ends_a_name(words[-1]):
        return ""
    surface, *rest = [word.surface for word in words]
    first_forms = bare_forms(surface) if len(letters) >= SOUNDED else ()
    sounded = [form for form in first_forms if all(map(_sounds_as, [form, *rest], letters))]
    if not sounded and not _translates(words, letters):
        return ""
    (_, first), *others = named
    particles = len(surface) - len(sounded[0]) if sounded and len(first) == len(surface) else 0
    return " ".join([first[particles:], *(chunk for _, chunk in others)])


def _ends_a_name(word: Token) -> bool:
    """Return whether an Arabic word is definite, or a country."""
    definite = any(bare(form) != form for form in bare_forms(word.surface))
    return definite or word.terms[-1].startswith(COUNTRY)


def _sounds_as(surface: str, letter: str) -> bool:
    return bare(surface)[:1] in set(initials().get(letter, ""))


def _translates(words: Sequence[Token], letters: str) -> bool:
    """Return whether letters begin what Arabic words are called in English.

    All together, in whatever order; or each, in an order in which English puts them.
    """
    said = equivalents(words)
    together = set(said[0]).intersection(*said[1:])
    if letters in ("".join(word.surface[0] for word in term) for term in together):
        return True
    begin = [{term[0].surface[0] for term in some if len(term) == 1} for some in said]
    head, *rest = begin
    # "Forces of Syria the democratic", "army the national the Syrian", "organisation of
    # cooperation the Islamic".
    orders = ([*rest, head], begin[::-1], [head, *rest[::-1]], begin)
    return len(letters) >= SOUNDED and any(
        all(letter in some for letter, some in zip(letters, order, strict=True)) for order in orders
    )


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


def spellings(text: str) -> tuple[tuple[Token, ...], ...]:
    """Return the content of a name as it is written, and without apostrophes within its words."""
    return tuple(dict.fromkeys((content(text), content(_APOSTROPHE.sub("", text)))))


def content(text: str) -> tuple[Token, ...]:
    """Return the words of a name without articles and other words that only carry grammar."""
    return tuple(word for word in tokens(text) if not word.stop and word.surface not in _ARTICLES)


_ARTICLES = frozenset({"al", "el", "ash", "as"})
