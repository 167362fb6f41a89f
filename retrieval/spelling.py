"""A name taken apart, in either script: its consonants, and the vowels written around them."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from retrieval.text import fold

SHORTEST, LONGEST = 3, 40  # letters of a word that is read
TOO_LONG = 250  # characters that a caller need not ask about, though folding may take some away
EDGE = "'"  # in the key of a single consonant: a vowel stands on this side of it

ALEF, WAW, YAA, AIN, HAA, DEEP_HAA = "\u0627", "\u0648", "\u064a", "\u0639", "\u0647", "\u062d"
_WEAK = ALEF + WAW + YAA + AIN
_LAM, _THE = "\u0644", "\u0627\u0644"
_TCH, _TCHEH = "\u062a\u0634", "\u0686"
# Letters that folding leaves, of Persian, Kurdish and Urdu, and of Latin alphabets.
_ARABIC_KIN = str.maketrans(
    "\u0695\u06b5\u06c6\u06c7\u06ce\u06d0\u06d5\u06be\u06c1\u06ba\u06d2\u06ad\u0679\u0688\u0691",
    "\u0631\u0644\u0648\u0648\u064a\u064a\u0647\u0647\u0647\u0646\u064a\u0643\u062a\u062f\u0631",
)
# Apostrophes, hyphens, points, spaces and joiners.
_PASSED_OVER = dict.fromkeys(map(ord, "'`-. \u02be\u02bf\u02bb\u2010\u2011\u200c\u200d"))
_LATIN_KIN = _PASSED_OVER | str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "e", "œ": "e", "ə": "e", "ħ": "h"}
    | {"þ": "th", "ð": "dh"}
)
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]+")
_LATIN = re.compile("[a-z.]+")
_SERVANT = re.compile("^(\u0639\u0628\u062f)\u0627(?=\u0644)")  # of God: Abdallah, in one word
_LATIN_THE = re.compile(r"^(?:[aeiu](?:l|dh|sh|th|[dnrstz])['\- ]|l')(?=\w\w)")
_JOINED_THE = re.compile("[aei]l")
_ASSIMILATED = re.compile(r"[aei]([dnrstz]|dh|sh|th)\1")

# How a Latin spelling is to be read, in this order.
_RESPELT = tuple(
    (re.compile(found), read)
    for found, read in (
        (r"^(ab[dt])[aeiou]([^aeioul])\2", r"\1ul\2"),  # Abdurrahman, Abdessalam
        # Ammar: after a doubled consonant the vowel is long; ss is but one s (Hassan).
        (r"^([^aeiouy]*[aei])([bdfgjklmnqrtz])\2a(?=[^aeiouyw]+$)", r"\1\2aa"),
        (r"([b-df-hj-np-tvxz])\1", r"\1"),  # Mohammed
        (r"^mcc?", "mak"),
        (r"^osman", "othman"),
        (r"tz|(?<=[lr])z$", "ts"),  # Gantz, Scholz
        (r"tch|tsch|cz", "ch"),
        (r"c(?=[eiy])", "s"),
        (r"vic$", "vich"),
        (r"ch(?=[rl])|qu(?=[ei])", "k"),
        (r"(?<=[^aeiou])chi$", "gi"),  # Araghchi: the Turkish suffix, in Arabic with a jeem
        (r"[ao]ch$|(?<!o)uch$", "akh"),  # Bach
        (r"^q(?=i(?:n|a|u))|^zh(?=(?:an?g?|ao|ou|en?g?|i|ong|u)$)", "ch"),  # Qin, Zhang
        (r"(?<=[ai])zh(?=a)", "z.h"),  # Azhar
        (r"^x", "sh"),  # Xi
        (r"x", "ks"),
        (r"oh(?=[nl])", "o"),  # Johnson
        (r"gu(?=[ei])", "g"),  # Naguib
        (r"ght", "t"),
        (r"avi$", "awi"),  # Mousavi: a Persian v is an Arabic w
        (r"eaux$|aux$", "o"),
        (r"^([rb])h", r"\1"),  # Rhodes, Bhutan
    )
)


class Sound(NamedTuple):
    """A consonant as it is spelt: its class in keys, and what it is compared by.

    `letters` are the Arabic letters that stand for it; `sounds` compare spellings of one script.
    """

    key: str
    letters: frozenset[str]
    sounds: frozenset[str]


class Reading(NamedTuple):
    """A name taken apart: n consonants, and the n + 1 runs of vowels around them as written."""

    arabic: bool
    key: str
    sounds: tuple[Sound, ...]
    vowels: tuple[str, ...]
    the: bool  # an article was taken off, or what begins it may be one


@lru_cache(maxsize=1 << 15)
def bare(word: str) -> str:
    """Return a word folded, without article, hyphens and apostrophes."""
    folded = fold(word)
    if _ARABIC.search(folded):
        folded = folded.translate(_ARABIC_KIN).translate(_PASSED_OVER)
        return folded[2:] if folded.startswith(_THE) else folded
    return _LATIN_THE.sub("", folded.removesuffix("'s"), count=1).translate(_LATIN_KIN)


@lru_cache(maxsize=1 << 15)
def read(word: str) -> Reading | None:
    """Return a word taken apart, or None: too short, too long, or not letters of one script."""
    rest = bare(word)
    if _LATIN.fullmatch(rest):
        return _latin(rest) if SHORTEST <= len(rest) <= LONGEST else None
    whole = fold(word).translate(_ARABIC_KIN).translate(_PASSED_OVER)
    return _arabic(whole, rest) if SHORTEST <= len(whole) <= LONGEST else None


def _arabic(word: str, rest: str) -> Reading | None:
    without = _apart(_settled(rest), arabic=True, the=True) if rest != word else None
    enough = without and len(without.sounds) > 1
    return without if enough else _apart(_settled(word), arabic=True)


def _settled(word: str) -> str:
    return _SERVANT.sub(r"\1", word.replace(_TCH, _TCHEH).replace(_LAM + _LAM, _LAM))


def _latin(word: str) -> Reading | None:
    the = bool(_ASSIMILATED.match(word))
    for found, respelt in _RESPELT:
        word = found.sub(respelt, word)
    # An Arabic word that begins with the same two letters has lost them too: Albania.
    rest = _apart(word[2:], the=True) if _JOINED_THE.match(word) else None
    return rest if rest and len(rest.sounds) > 1 else _apart(word, the=the)


def _apart(word: str, *, arabic: bool = False, the: bool = False) -> Reading | None:
    if not (_ARABIC if arabic else _LATIN).fullmatch(word):
        return None
    table, parts = _sounds()
    sounds: list[Sound] = []
    vowels = [""]
    for run, consonant in parts.findall(word):
        vowels[-1] += run
        if consonant:
            sounds.append(table[consonant])
            vowels.append("")
    key = "".join(sound.key for sound in sounds)
    if len(sounds) == 1:
        key = EDGE * bool(vowels[0]) + key + EDGE * bool(vowels[1])
    return Reading(arabic, key, tuple(sounds), tuple(vowels), the) if sounds else None


@cache
def initials() -> dict[str, str]:
    """Return, by a Latin letter that names begin with, what they begin with in Arabic."""
    found = {"a": ALEF, "e": ALEF + YAA, "i": ALEF + YAA, "o": ALEF + WAW, "u": ALEF + WAW}
    found = {letter: arabic + AIN for letter, arabic in found.items()} | {"w": WAW, "y": YAA}
    for spelt, sound in _sounds()[0].items():
        found[spelt[0]] = found.get(spelt[0], "") + "".join(sorted(sound.letters))
    return found


@cache
def _sounds() -> tuple[dict[str, Sound], re.Pattern[str]]:
    """Return the consonants by spelling, and an expression for the parts of a word."""
    text = files("retrieval").joinpath("lexicon", "sounds.txt").read_text("utf-8")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    table = {
        spelt: Sound(key, frozenset(letters), frozenset(sounds.split(",")))
        for spelt, key, letters, sounds in rows
    }
    # At the end of a word, h may be silent, and its Arabic letter folded from the feminine ending.
    vowels = f"[aeiouyw]+h?$|[aeiouyw]+|[{_WEAK}]*[{HAA}{DEEP_HAA}]$|[{_WEAK}]+"
    return table, re.compile(f"({vowels})|({'|'.join(table)})")
