"""The forms under which a word is followed: its inflections, and nothing that a stemmer guesses.

A stemmer's mistakes cost a ranking little, but they cost a reader of alerts a wrong message:
stems confuse Manning with a man, Emirates with an emir, \u0644\u0628\u0646\u0627\u0646 with milk.
So a word is followed in its own number and case, and with the particles that Arabic writes onto
it; a country also through its adjectives and its people.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from retrieval.text import regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.text import Token

ROOT = 3  # letters that stay when something is taken off
ROOT_OF_DOUBLED = 4  # "stopping" is of "stop"; "Manning" is not of "man"
PLURAL_IN_AS = 6  # letters: "cameras" is a plural, "Hamas" and "Texas" are not
COUNTRY = "="

_ARABIC = re.compile("[\u0620-\u06d3]")
_THE = re.compile("(?:[\u0648\u0641]?(?:[\u0628\u0643]?\u0627\u0644|\u0644\u0644))(?=\\w{3})")
_AND = re.compile("[\u0648\u0641](?=\\w{3})")
_TO = re.compile("[\u0628\u0643\u0644](?=\\w{3})")
_AL = re.compile("\u0627\u0644(?=\\w{3})")
_LIL = re.compile("\u0644\u0644(?=\\w{3})")
# Endings, longest first, with what stands in the singular: a taa marbuta is folded to haa.
_ENDINGS = (
    ("\u062a\u0647\u0645\u0627", ("\u0647", "\u062a")),
    ("\u062a\u0647\u0645", ("\u0647", "\u062a")),
    ("\u062a\u0647\u0627", ("\u0647", "\u062a")),
    ("\u062a\u064a\u0646", ("\u0647",)),
    ("\u062a\u0627\u0646", ("\u0647",)),
    ("\u0647\u0645\u0627", ("",)),
    ("\u0627\u062a", ("\u0647", "")),
    ("\u062a\u0647", ("\u0647", "\u062a")),
    ("\u0648\u0646", ("",)),
    ("\u064a\u0646", ("",)),
    ("\u0647\u0645", ("",)),
    ("\u0647\u0627", ("",)),
    ("\u0627", ("",)),  # an accusative, whose tanween is folded away
)
_SINGULAR = tuple(
    (re.compile(pattern), end)
    for pattern, end in (
        (r"(?<=\w{2})ies$", "y"),
        (r"(?<=(?:\wx|\wz|ss|ch|sh))es$", ""),
        (r"(?<=\w{2}[^suia])s$", ""),
        (rf"(?<=\w{{{PLURAL_IN_AS - 1}}})(?<=a)s$", ""),
    )
)
_SINGULAR_IN_S = frozenset({"aids", "news"})
_VERB = re.compile(rf"(\w{{{ROOT},}})(?:ed|ing)$")
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1$")


@lru_cache(maxsize=1 << 16)
def forms(word: Token) -> tuple[str, ...]:
    """Return what a word of an article is found under: keys, one of which a query must share."""
    if word.stop or word.surface[:1].isdecimal():
        return (word.surface,)
    if word.terms[-1].startswith(COUNTRY):
        return (word.terms[-1],)
    if not is_arabic(word.surface):
        return tuple(dict.fromkeys(_english(word)))
    found = {form: None for bare in bare_forms(word.surface) for form in _arabic(bare)}
    return tuple(found)


def wanted(word: Token) -> tuple[str, ...]:
    """Return what a word of a query looks for.

    Of what is written onto an Arabic word only the article is taken off: a waw or a lam may be
    its own first letter, and a reader writes the word as it stands in a dictionary.
    """
    if word.stop or word.terms[-1].startswith(COUNTRY) or not is_arabic(word.surface):
        return forms(word)
    return tuple(dict.fromkeys(_arabic(_THE.sub("", word.surface, count=1))))


@lru_cache(maxsize=1 << 16)
def bare_forms(surface: str) -> tuple[str, ...]:
    """Return an Arabic word as it is, and without each row of particles it may begin with."""
    found = [surface]
    for taken in (_AND, _TO, _AL, _LIL):
        found += [each[match.end() :] for each in found if (match := taken.match(each))]
    return tuple(dict.fromkeys(found))


def is_arabic(surface: str) -> bool:
    """Return whether a word is written in Arabic letters."""
    return _ARABIC.match(surface) is not None


def _arabic(bare: str) -> Iterator[str]:
    yield bare
    for ending, singulars in _ENDINGS:
        if bare.endswith(ending) and len(bare) - len(ending) >= ROOT - (singulars[0] != ""):
            root = bare.removesuffix(ending)
            for singular in singulars:
                if len(root + singular) >= ROOT:
                    yield root + singular
            return


def _english(word: Token) -> Iterator[str]:
    """Yield a word, its singular, and the verb it is a form of."""
    surface = word.surface
    yield surface
    for pattern, end in () if surface in _SINGULAR_IN_S else _SINGULAR:
        singular, changed = pattern.subn(end, surface)
        if changed:
            surface = singular
            yield surface
            break
    if match := _VERB.match(surface):
        root = match.group(1)
        yield from (root, root + "e")
        if _DOUBLED.search(root) and len(root) > ROOT_OF_DOUBLED:
            yield root[:-1]
    if base := regular(word.surface):
        yield base
    stem = word.terms[1]
    # A stem near its surface is the word in one of two spellings; the other stems are guesses.
    if len(word.surface) <= len(stem) and not word.surface.endswith("s"):
        yield stem
