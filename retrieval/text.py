"""Fold, tokenise and stem Arabic and English: for matching, never for showing.

One word becomes several terms: its folded surface, and one or two stems marked so that a stem
never meets a surface. The mixture and its gain are in docs/adr/0001-two-stage-retrieval.md.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import Stemmer

from retrieval.languages import Language
from retrieval.stopwords import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STOP_WEIGHT = 0.5  # half weight gains a point of hit@1 in both languages; removal costs two
SEPARATOR, STOP_MARK = "|", "!"  # between the terms of one word, and after them; in no term
MAX_WORD = 64  # characters of one word that are looked at

_MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_WORD = re.compile(
    rf"""
    (?:[^\W\d_]\.){{2,}}                          # initials: U.S., U.N.
  | \d+(?:[.,\u066b\u066c]\d+)*[^\W_]*           # 13, 1,000, 12.5, 2nd
  | [^\W\d_](?:[^\W_]|[{_MARKS}])*(?:['\u2019][sS]\b)?  # a word with its marks
    """,
    re.VERBOSE,
)
_CHUNK = re.compile(r"\S+")
_EDGES = re.compile(r"[\W_]*")
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_FOLD = str.maketrans(
    {
        "\u0640": None,  # tatweel
        "\u0623": "\u0627",  # alef with hamza above
        "\u0625": "\u0627",  # alef with hamza below
        "\u0622": "\u0627",  # alef with madda
        "\u0671": "\u0627",  # alef wasla
        "\u0649": "\u064a",  # alef maqsura to yaa
        "\u06cc": "\u064a",  # Farsi yeh
        "\u0626": "\u064a",  # yaa with hamza
        "\u0624": "\u0648",  # waw with hamza
        "\u0629": "\u0647",  # taa marbuta to haa
        "\u06a9": "\u0643",  # Persian kaf
        "\u0621": None,  # a lone hamza is often left out
        "\u2019": "'",
    }
)
_STRIP_MARKS = re.compile(f"[{_MARKS}\u0640]+")
# Folding makes no further difference to these: Arabic letters after `_FOLD`, ASCII, punctuation.
_PLAIN = re.compile(
    "[\u0627\u0628\u062a-\u063a\u0641-\u0648\u064a\x00-\x7f\u060c\u061b\u061f«»“”–—]*"
)
# light10 (Larkey, Ballesteros and Connell, 2007): prefixes, longest first, and suffixes in order.
_PREFIXES = (
    "\u0648\u0627\u0644",
    "\u0628\u0627\u0644",
    "\u0643\u0627\u0644",
    "\u0641\u0627\u0644",
    "\u0627\u0644",
    "\u0644\u0644",
)
_SUFFIXES = (
    "\u0647\u0627",
    "\u0627\u0646",
    "\u0627\u062a",
    "\u0648\u0646",
    "\u064a\u0646",
    "\u064a\u0647",
    "\u0647",
    "\u064a",
)
_WAW = "\u0648"
_PARTICLE = re.compile("^[\u0648\u0641]?[\u0628\u0643\u0644]?(?:\u0627\u0644)?(?=\\w{3})")
_TO_THE = re.compile("^[\u0648\u0641]?\u0644\u0644(?=\\w{3})")
_THE_US = re.compile("U\\.?S\\.?(?:['\u2019]s)?")  # in capitals, or it is a pronoun
_BRITISH_ISE = re.compile(r"(\w{3})is(e|es|ed|ing|er|ers|ations?)$")
_BRITISH_OUR = re.compile(r"(\w{3})our(s|ed|ing|ite|able|hood|ers?|)$")

_english = Stemmer.Stemmer("english", 0)
_arabic = Stemmer.Stemmer("arabic", 0)


class Token(NamedTuple):
    """One word as the search sees it: its folded surface, all its terms, and what sort it is.

    `terms` begins with the surface; stems follow, marked with `~` (snowball) or `^` (light10), and
    `=` marks the country that a country's name, adjective or people stands for.
    A stop word carries grammar and no subject; an everyday word may stand in any story.
    """

    surface: str
    terms: tuple[str, ...]
    stop: bool
    everyday: bool

    @property
    def weight(self) -> float:
        """How much the word counts in a question."""
        return STOP_WEIGHT if self.stop else 1.0


def tokens(text: str) -> list[Token]:
    """Return the words of `text` in order."""
    # Most chunks between spaces have been seen before: splitting and a look-up are ten times
    # as fast as finding words with an expression.
    chunks = text.split()
    if max(map(len, chunks), default=0) > MAX_WORD:
        chunks = [part for chunk in chunks for part in _pieces(chunk)]
    return list(chain.from_iterable(map(_words, chunks)))


def surfaces(text: str) -> list[str]:
    """Return the words of a short text as `tokens` has them, folded, and without their stems."""
    return [
        _surface(word)
        for chunk in text.split()
        for word in _WORD.findall(unicodedata.normalize("NFKC", chunk))
    ]


def placed(text: str) -> Iterator[tuple[Token, int, int]]:
    """Yield the words of `text` in order, as `tokens` does, with the characters they stand at.

    A word that compatibility characters make is given the place of all that it is written with.
    """
    for match in _CHUNK.finditer(text):
        start = match.start()
        for piece in _pieces(match.group()):
            for word, first, last in _places(piece):
                yield word, start + first, start + last
            start += len(piece)


def terms(words: Iterable[Token]) -> list[str]:
    """Return the terms of the words, word after word: what an index takes for a text."""
    return [term for word in words for term in word.terms]


def written(words: Iterable[Token]) -> str:
    """Return words with all their terms, to be kept: `a|~a|^a b|~b!`; `!` marks a stop word."""
    return " ".join(SEPARATOR.join(word.terms) + STOP_MARK * word.stop for word in words)


def fold(word: str) -> str:
    """Return one spelling for the many of a word.

    Letter case, accents, Arabic diacritics, tatweel, the seats of hamza, final yaa, taa marbuta
    and the digits of either script make no difference. Idempotent.
    """
    if word.isascii():
        return word.lower()
    # Letters are mapped before marks are taken off: decomposing first would turn an alef with
    # hamza into two characters that the table does not know.
    folded = _STRIP_MARKS.sub("", unicodedata.normalize("NFKC", word)).translate(_FOLD).casefold()
    if not _PLAIN.fullmatch(folded):
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(_digit(c) for c in decomposed if not unicodedata.combining(c))
    return folded


def _pieces(chunk: str) -> list[str]:
    """Cut what no space divides, so that nothing long is remembered."""
    return [chunk[at : at + MAX_WORD] for at in range(0, len(chunk), MAX_WORD)]


@lru_cache(maxsize=1 << 15)
def _words(chunk: str) -> tuple[Token, ...]:
    # One character may stand for several words (U+FDFA is four), or for a letter in one shape.
    return tuple(_token(word) for word in _WORD.findall(unicodedata.normalize("NFKC", chunk)))


@lru_cache(maxsize=1 << 15)
def _places(chunk: str) -> tuple[tuple[Token, int, int], ...]:
    if unicodedata.is_normalized("NFKC", chunk):
        return tuple((_token(m.group()), *m.span()) for m in _WORD.finditer(chunk))
    # Its words stand at other offsets than their letters came from.
    start, end = _EDGES.match(chunk), _EDGES.match(chunk[::-1])
    first, last = (edge.end() if edge else 0 for edge in (start, end))
    return tuple((word, first, max(first, len(chunk) - last)) for word in _words(chunk))


# A word comes back with other punctuation, which is another chunk.
@lru_cache(maxsize=1 << 16)
def _token(word: str) -> Token:
    surface = _surface(word)
    if word[0].isdecimal():
        return Token(surface, (surface,), stop=False, everyday=False)
    stems = _stems(word, surface)
    stop = surface in STOP_WORDS
    everyday = not stop and not _everyday().isdisjoint(stems)
    return Token(surface, (surface, *stems, *_country(surface, stems[-1][1:])), stop, everyday)


def _surface(word: str) -> str:
    surface = fold(word)
    if word[0].isdecimal():
        return re.sub("[^0-9a-z.]", "", surface.replace("\u066b", "."))
    if surface[:1].isascii():
        surface = surface.replace(".", "").removesuffix("'s")
    # A word of marks alone folds to nothing.
    return "usa" if _THE_US.fullmatch(word) else surface or word


def _stems(word: str, surface: str) -> tuple[str, ...]:
    if _ARABIC_LETTER.match(word):
        return ("~" + arabic_stem(_STRIP_MARKS.sub("", word)), "^" + light_stem(surface))
    return ("~" + english_stem(surface),)


def _country(surface: str, stem: str) -> tuple[str, ...]:
    """Return the term of the country that a word names, if any."""
    countries = _countries()
    found = countries.get(surface) or countries.get(stem)
    if not found and not surface.isascii():
        found = countries.get(_PARTICLE.sub("", surface)) or countries.get(_TO_THE.sub("", surface))
    return (found,) if found else ()


def _american(word: str) -> str:
    """Return one of the two English spellings of a word; a few more words change with it."""
    if "is" in word:
        word = _BRITISH_ISE.sub(r"\1iz\2", word)
    return _BRITISH_OUR.sub(r"\1or\2", word) if "our" in word else word


@cache
def _bases() -> dict[str, str]:
    """Return, by an irregular form, the verb or the singular that a stemmer does not find."""
    lines = map(str.split, _lexicon("irregular").splitlines())
    return {form: base for base, *forms in lines for form in forms}


@cache
def _everyday() -> frozenset[str]:
    """Return the stems of the words that any story may use."""
    words = [word for language in Language for word in _lexicon(f"everyday.{language}").split()]
    return frozenset(stem for word in words for stem in _stems(word, fold(word)))


@cache
def everyday_words() -> frozenset[str]:
    """Return those words, folded, as a dictionary has them."""
    return frozenset(
        fold(word) for each in Language for word in _lexicon(f"everyday.{each}").split()
    )


@cache
def _countries() -> dict[str, str]:
    """Return, by a folded country name, adjective or people, one term for the country."""
    return {
        fold(name): "=" + fold(line.split()[0])
        for line in _lexicon("demonyms").splitlines()
        for name in line.split()
    }


def _lexicon(name: str) -> str:
    return files("retrieval").joinpath("lexicon", f"{name}.txt").read_text("utf-8")


def regular(surface: str) -> str | None:
    """Return the verb or the singular that an irregular English form belongs to, if it is one."""
    return _bases().get(surface)


def english_stem(folded: str) -> str:
    """Return the snowball stem of a folded English word, or of what it is a form of."""
    stem: str = _english.stemWord(_bases().get(folded) or _american(folded))
    return stem


def arabic_stem(word: str) -> str:
    """Return the folded snowball stem of an Arabic word without marks, which knows its hamzas."""
    return fold(_arabic.stemWord(word))


def light_stem(folded: str) -> str:
    """Return the light10 stem of a folded Arabic word.

    Source: Larkey, Ballesteros and Connell, "Light Stemming for Arabic Information Retrieval"
    (2007): the article and its compounds go if two letters stay, a leading waw if three stay, and
    each suffix in turn if two stay.
    """
    stem = folded
    if stem.startswith(_WAW) and len(stem) > 3:  # noqa: PLR2004 - three letters stay
        stem = stem[1:]
    if stem.startswith(_PREFIXES):
        for prefix in _PREFIXES:
            if stem.startswith(prefix) and len(stem) >= len(prefix) + 2:
                stem = stem[len(prefix) :]
                break
    if stem.endswith(_SUFFIXES):
        for suffix in _SUFFIXES:
            if stem.endswith(suffix) and len(stem) >= len(suffix) + 2:
                stem = stem[: -len(suffix)]
    return stem


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character
