"""One key for a name written in either script.

A name's consonants survive the change of script and most of its vowels do not: Arabic writes the
long ones alone. `skeleton` keeps the consonants, each as the class of everything that may spell it;
`alike` then looks at the two spellings again, consonant by consonant, and at the vowels that both
show. This vowel check is what keeps Bashir from Bashar.

For names only. Ordinary words fall together across scripts, so callers decide where to use it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, reduce
from importlib.resources import files
from operator import or_
from typing import TYPE_CHECKING

from retrieval.forms import bare_forms, is_arabic
from retrieval.spelling import AIN, ALEF, DEEP_HAA, HAA, TOO_LONG, WAW, YAA, bare, read
from retrieval.text import everyday_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.spelling import Reading
    from retrieval.text import Token

OPEN, FRONT, ROUND = 1, 2, 4  # a, i and u: the three vowels of Arabic, as bits
TURNED = FRONT | ROUND
_BITS = {ALEF: OPEN, HAA: OPEN, DEEP_HAA: 0, WAW: ROUND, YAA: FRONT, AIN: 0} | {
    "a": OPEN, "e": OPEN | FRONT, "i": FRONT, "y": FRONT,
    "o": ROUND, "u": ROUND, "w": ROUND, "h": 0,
}  # fmt: skip
SHORTEST_NAME = 4  # letters, by which an archive's words are searched for names
FOREIGN = 4  # consonants from which a word is long enough to be spelt with an alef or without

_GLIDE = re.compile("[aeiou]y|y[aeiou]|[aeiou]w|w[aeiou]|ai|ei")
_LONG = re.compile("ou|oo|ee|aa|ii|uu")
_YA, _WA = re.compile("[iye].*[ao]|[iy]e"), re.compile("[ouw].*[ae]|wo")
_ENDS_IN_YA = re.compile("(?:[iye]a|ye)$")
_TWO_SHORT = re.compile("a[wy]a")
# Keys of two consonants that no long vowel stands before: Nasr, Amr, Majd.
_CLUSTER = re.compile("[^LRN][LRNM]|[KBH]D")


def skeleton(word: str) -> str:
    """Return a key that the spellings of one name share in either script, or "" without one.

    A word has no key when it has fewer than 3 or more than 40 letters, no consonant, or something
    else than letters of one of the two scripts; hyphens, apostrophes and articles are passed over.
    What `retrieval.text.fold` takes away makes no difference.
    """
    return _skeleton(word) if len(word) <= TOO_LONG else ""


def alike(a: str, b: str) -> bool:
    """Tell whether two words may spell one name. Symmetric; never without a common skeleton."""
    # Most pairs that callers ask about part here.
    key = skeleton(a)
    return bool(key) and key == skeleton(b) and _alike(a, b)


@lru_cache(maxsize=1 << 15)
def skeletons(surface: str) -> tuple[str, ...]:
    """Return the keys of what a folded word may be as a name."""
    bare = bare_forms(surface) if is_arabic(surface) else (surface,)
    return tuple(key for each in bare if len(each) >= SHORTEST_NAME and (key := skeleton(each)))


def may_be_name(word: Token) -> bool:
    """Return whether a word may be a name: it carries no grammar, and is no everyday word.

    An Arabic one is as it is written, with particles or without: a stemmer takes Bashar for what
    somebody shared, and Tebboune for straw.
    """
    if word.stop or not word.everyday or not is_arabic(word.surface):
        return not (word.stop or word.everyday)
    return bare(word.surface) in _listed_in_arabic() or everyday_words().isdisjoint(
        bare_forms(word.surface)
    )


@lru_cache(maxsize=1 << 15)
def spelt_alike(one: str, other: str) -> bool:
    """Return whether two folded words may be one name, whatever particles Arabic wrote on."""
    ours = bare_forms(one) if is_arabic(one) else (one,)
    theirs = bare_forms(other) if is_arabic(other) else (other,)
    return any(alike(a, b) for a in ours for b in theirs)


@lru_cache(maxsize=1 << 15)
def _skeleton(word: str) -> str:
    known = _known(word)
    reading = read(min(known) if known else word)
    return reading.key if reading and read(word) else ""


@lru_cache(maxsize=1 << 15)
def _alike(a: str, b: str) -> bool:
    one, other = read(a), read(b)
    if not one or not other:
        return False
    if one.arabic and not other.arabic:
        a, b, one, other = b, a, other, one
    known, known_too = _known(a), _known(b)
    if known and other.arabic:
        return bare(b) in known
    if known and known_too:
        # Oman and Amman are written with the same letters in Arabic.
        same = one.key != other.key or _same(one.vowels[0], other.vowels[0])
        return same and not known.isdisjoint(known_too)
    return one.key == other.key and _spell_alike(one, other)


def _spell_alike(one: Reading, other: Reading) -> bool:
    sounds = zip(one.sounds, other.sounds, strict=True)
    if one.arabic != other.arabic:
        return not any(x.letters.isdisjoint(y.letters) for x, y in sounds) and _across(one, other)
    same = _in_arabic if one.arabic else _in_latin
    return not any(x.sounds.isdisjoint(y.sounds) for x, y in sounds) and same(one, other)


def _known(word: str) -> frozenset[str]:
    """Return the Arabic names that a listed Latin one stands for, without articles."""
    return _listed().get(bare(word), frozenset())


@cache
def _listed() -> dict[str, frozenset[str]]:
    text = files("retrieval").joinpath("lexicon", "names.txt").read_text("utf-8")
    listed: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            arabic, *latin = map(bare, line.split())
            listed |= {name: listed.get(name, frozenset()) | {arabic} for name in latin}
    return listed


@cache
def _listed_in_arabic() -> frozenset[str]:
    return frozenset().union(*_listed().values())


@lru_cache(maxsize=1 << 12)
def _bits(vowels: str) -> int:
    """Return which vowels a run of letters may be, in either script."""
    return reduce(or_, (_BITS[letter] for letter in vowels), 0)


def _turned(vowels: str) -> int:
    """Return which vowels but `a` a run may be."""
    return _bits(vowels) & TURNED


def _in_latin(one: Reading, other: Reading) -> bool:
    if one.the and other.the and not (one.vowels[0] and other.vowels[0]):
        pairs = zip(one.vowels[1:], other.vowels[1:], strict=True)
    else:
        pairs = zip(one.vowels, other.vowels, strict=True)
    silent = {one.vowels[-1], other.vowels[-1]} == {"", "e"}
    return all(_same(a, b) for a, b in list(pairs)[:-1]) and (
        silent or _same(one.vowels[-1], other.vowels[-1])
    )


def _same(a: str, b: str) -> bool:
    """Tell whether two Latin runs may be the same vowels; e is written for a and for i."""
    sure_a, sure_b = _bits(a.replace("e", "")), _bits(b.replace("e", ""))
    return bool(a) == bool(b) and not sure_a & ~_bits(b) and not sure_b & ~_bits(a)


def _in_arabic(one: Reading, other: Reading) -> bool:
    (*inner, last), (*inner_2, last_2) = one.vowels, other.vowels
    foreign, long = len(one.sounds) >= FOREIGN, len(one.sounds) > FOREIGN
    return last.replace(HAA, ALEF) == last_2.replace(HAA, ALEF) and all(
        a == b or (not (a and b) and (long or (foreign and a + b == ALEF)))
        for a, b in zip(inner, inner_2, strict=True)
    )


def _across(latin: Reading, arabic: Reading) -> bool:
    vowels, written = latin.vowels, arabic.vowels
    inner, last = len(vowels) - 2, vowels[-1]
    return (
        _begins(latin, arabic)
        and _ends(last, written[-1], vowels[1:-1], written[1:-1])
        and (bool(last) or not inner or _syllables(latin, arabic))
        and all(
            _shown(vowels[at], written[at], closed=at < inner and not vowels[at + 1])
            if _bits(written[at])
            else _left_out(vowels[at], written[at], last=at == inner)
            for at in range(1, inner + 1)
        )
    )


def _begins(latin: Reading, arabic: Reading) -> bool:
    vowels, written = latin.vowels[0], arabic.vowels[0]
    if not vowels or not written:
        # Essebsi is as-Sebsi; no Arabic word begins with two consonants: (I)stockholm.
        the = latin.the and arabic.the
        prefixed = written == ALEF and not latin.vowels[1]
        return vowels == written or (the and not written) or prefixed
    if written.startswith(YAA + WAW) and vowels in ("u", "eu"):
        return True  # Unicef
    if written[0] in (ALEF, AIN):
        glides = all(_turned(each) & _bits(written) for each in _GLIDE.findall(vowels))
        if vowels[0] in "yw" or not glides or (ALEF in written[1:] and "a" not in vowels):
            return False
    return not _turned(written) & ~_bits(vowels)


def _ends(vowels: str, written: str, before: Sequence[str], before_ar: Sequence[str]) -> bool:
    if not written.strip(AIN):
        return vowels in ("", "e") or bool(written)
    if not vowels:
        return False
    silent, vowels = vowels[-1] == "h", vowels.removesuffix("h")
    if written[-1] == DEEP_HAA:
        return silent and (bool(_bits(written)) or not _GLIDE.search(vowels))
    if written[-1] == HAA:
        agree = vowels[-1] in "ae"
    elif written[-1] == ALEF:
        agree = vowels[-1] == "a" or (vowels[-1] == "y" and YAA in written)
    elif written[-1] == WAW:
        agree = vowels[-1] in "ouw"
    elif vowels[-1] == "a":
        agree = written == YAA * 2 or (vowels == "a" and not silent and _folded(before, before_ar))
    else:
        agree = vowels[-1] in "iye" and not silent
    needed = FRONT if _ENDS_IN_YA.search(vowels) else 0
    needed |= ROUND if "w" in vowels else 0
    return agree and not needed & ~_bits(written) and not _turned(written[:-1]) & ~_bits(vowels)


def _folded(before: Sequence[str], before_ar: Sequence[str]) -> bool:
    """Tell whether a final yaa may be an alef written as one, which folding makes the same.

    It may in Huda and Musa, Salma, Mustafa.
    """
    if len(before) <= 1:
        return not any(ALEF in each for each in before_ar)
    return not any(map(_bits, before_ar)) and not (len(before) == len("lm") and before[-1])


def _syllables(latin: Reading, arabic: Reading) -> bool:
    """Tell whether the last syllable, which ends in a consonant, is as long in both spellings.

    What Arabic words can be like decides here, where the vowels alone would not.
    """
    (*_, before, last, _), (*_, before_ar, last_ar, _) = latin.vowels, arabic.vowels
    inner = len(latin.vowels) - 2
    if not last:
        # Nasr, Majd and Amr have no room for a long vowel before two consonants; Frank has.
        return not (before_ar.endswith(ALEF) and _CLUSTER.fullmatch(latin.key[-2:]))
    if inner == 1:
        return not (before_ar == AIN and not last_ar and last == "i")  # Amir is not Omar
    if last_ar:
        return not (before == "a" and not before_ar and last == "e" and last_ar == YAA)  # Kamel
    if inner == len(("a", "a")) and before == last == "a" and before_ar == ALEF:
        return False  # Kamal is not Kamil: no name has its long vowel first, then an a
    # The last vowel of Hamid and of Mahmud is long, and would be written.
    bare = not any(map(_bits, arabic.vowels[1:]))
    return not (bare and latin.vowels[1] == "a" and last in ("i", "u"))


def _left_out(vowels: str, written: str, *, last: bool) -> bool:
    """Tell whether an Arabic spelling may leave out vowels within a Latin one."""
    if written == AIN:
        return len(vowels) <= 1 or vowels in ("aa", "ae", "ea")  # Saad is not Saud, nor Saeed
    # A short vowel is not written; a long one and a diphthong are.
    return not (_GLIDE.search(vowels) or "au" in vowels or (last and _LONG.search(vowels)))


def _shown(vowels: str, written: str, *, closed: bool) -> bool:
    """Tell whether vowels within a Latin spelling agree with what an Arabic one writes there."""
    bits = _bits(written)
    if bits == OPEN:
        trump = closed and vowels == "u"
        return trump or ("a" in vowels and not _GLIDE.search(vowels))
    if (YAA + ALEF in written and not _YA.search(vowels)) or (
        WAW + ALEF in written and not _WA.search(vowels)
    ):
        return False  # Zaid is not Ziad
    if ALEF not in written and (vowels == "ia" or _TWO_SHORT.fullmatch(vowels)):
        return False
    syria = vowels == "y" and written == WAW  # an upsilon
    needed = ROUND if "w" in vowels else 0
    return syria or not (bits & TURNED & ~_bits(vowels) or needed & ~bits)
