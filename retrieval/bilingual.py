"""The two languages' words for one thing: what a question's words are called in the other language.

The word list is the project's own (`lexicon/words.tsv`: an English headword, then what Arabic
calls it); countries, languages, months, weekdays and currencies come from CLDR, by way of babel.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from operator import contains
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from babel import Locale

from retrieval.forms import bare_forms, is_arabic
from retrieval.text import Token, arabic_stem, english_stem, light_stem, surfaces, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# The words of a term, without those that only carry grammar.
Equivalent: TypeAlias = tuple[Token, ...]

_ARTICLE = re.compile("^\u0627\u0644(?=\\w{3})")
_ALEF, _TAA = "\u0627", "\u062a"
# What is written onto a verb for the future and its person, and for person, number and object.
_PERSON = re.compile("^\u0633?[\u064a\u062a\u0646\u0627](?=\\w{3})")
_ENDING = re.compile(
    "(?<=\\w{3})(?:\u0648\u0627|\u0648\u0646|\u062a\u0627|\u0646\u0627|\u0648\u0647|\u062a\u0647|\u0647\u0627|\u0647\u0645|\u062a|\u0647|\u0627|\u0646)$"
)
_EXPLAINED = re.compile(r"\s*[(\[–].*")


class _Dictionary(NamedTuple):
    """What is called what in the other language, in both directions.

    Single words by surface, and by first letter and stem, without an article; terms of several
    words by the stem of the first, each with the stems of the rest.
    """

    by_surface: dict[str, dict[str, None]]
    by_stem: dict[str, dict[str, None]]
    terms: dict[str, list[tuple[tuple[str, ...], str]]]


def equivalents(words: Sequence[Token]) -> list[tuple[Equivalent, ...]]:
    """Return, for each word of a text in order, what the other language calls it.

    A word that is part of a longer term, "prime minister", has the term's equivalents too.
    """
    found: list[dict[Equivalent, None]] = [{} for _ in words]
    stems = [_bare_stems(word.surface) for word in words]
    for at, word in enumerate(words):
        if not word.stop:
            found[at] |= dict.fromkeys(map(_analysed, _called(word.surface)))
        for meant, end in _terms_at(stems, at):
            for inside in range(at, end):
                if not words[inside].stop:
                    found[inside][_analysed(meant)] = None
    return [tuple(each for each in some if each) for some in found]


def entries() -> Iterator[tuple[str, str]]:
    """Yield every pair of an English term and an Arabic one, those of the word list first."""
    text = files("retrieval").joinpath("lexicon", "words.tsv").read_text("utf-8")
    for line in text.splitlines():
        english, arabic = line.split("\t")
        for each in arabic.split(", "):
            yield english, each
    yield from _cldr()


def warm() -> None:
    """Read the word list now, which takes half a second, and not with the first question."""
    _dictionary()


def _called(surface: str) -> Iterable[str]:
    """Return what the other language calls a word: as it is written, or else by its stem."""
    by_surface, by_stem, _ = _dictionary()
    arabic = is_arabic(surface)
    for bare in bare_forms(surface) if arabic else (surface,):
        # An alef and a lam may be an article, and may be a word's own first letters.
        found = by_surface.get(bare, {}) | by_surface.get(_ARTICLE.sub("", bare), {})
        if found:
            return found
    # A stemmer takes off what only may be a particle: a grocer is not what is "said".
    stems = _stems(surface)
    bares = (*bare_forms(surface), stems[0][1:]) if arabic else (surface,)
    firsts = dict.fromkeys(bare[0] for bare in bares)
    for key in (first + stem for stem in stems for first in firsts):
        if key in by_stem:
            return by_stem[key]
    for past in _pasts(surface) if arabic else ():
        if past in by_surface:
            return by_surface[past]
    return ()


def _pasts(surface: str) -> Iterator[str]:
    """Yield what an Arabic verb may be in the past, third person and masculine.

    So the word list has it. The word may be no verb.
    """
    for bare in bare_forms(surface):
        begun = _PERSON.sub("", bare, count=1)
        if begun != bare:
            for past in (begun, _ENDING.sub("", begun)):
                yield past
                if not past.startswith(_TAA):
                    yield _ALEF + past  # yu'lin is of a'lana
        yield _ENDING.sub("", bare)


def _terms_at(stems: Sequence[Sequence[str]], at: int) -> Iterator[tuple[str, int]]:
    """Yield what the other language calls each term that begins at a word, and where it ends."""
    for first in stems[at]:
        for rest, meant in _dictionary().terms.get(first, ()):
            end = at + 1 + len(rest)
            if end <= len(stems) and all(map(contains, stems[at + 1 : end], rest)):
                yield meant, end


@cache
def _analysed(text: str) -> Equivalent:
    return tuple(word for word in tokens(text) if not word.stop)


@cache
def _dictionary() -> _Dictionary:
    called: dict[str, list[str]] = {}
    for english, arabic in entries():
        called.setdefault(english, []).append(arabic)
        called.setdefault(arabic, []).append(english)
    known = _Dictionary({}, {}, {})
    for said, meanings in called.items():
        surface, *others = surfaces(said)
        if others:
            rest = tuple(map(_stem, others))
            known.terms.setdefault(_stem(surface), []).extend((rest, each) for each in meanings)
            continue
        bare, meant = _ARTICLE.sub("", surface), dict.fromkeys(meanings)
        known.by_surface.setdefault(bare, {}).update(meant)
        for stem in _stems(bare):
            known.by_stem.setdefault(bare[0] + stem, {}).update(meant)
    return known


def _bare_stems(surface: str) -> tuple[str, ...]:
    """Return the stems of a word of a term, of an Arabic one whatever particles it begins with."""
    bares = bare_forms(surface) if is_arabic(surface) else (surface,)
    return tuple(dict.fromkeys(map(_stem, bares)))


def _stem(surface: str) -> str:
    return _stems(surface)[0]


def _stems(surface: str) -> tuple[str, ...]:
    """Return the stems of a folded word, marked as in its terms; the first is the surer one."""
    if not is_arabic(surface):
        return ("~" + english_stem(surface),)
    return "^" + light_stem(surface), "~" + arabic_stem(surface)


def _cldr() -> Iterator[tuple[str, str]]:
    english, arabic = (Locale(language) for language in ("en", "ar"))
    for each in ("territories", "languages", "currencies"):
        said, meant = getattr(english, each), getattr(arabic, each)
        for code in said:
            pair = _plain(said[code]), _plain(meant.get(code, ""))
            if all(pair):  # a currency of long ago may have no name
                yield pair
    for each in ("months", "days"):
        said, meant = (getattr(locale, each)["format"]["wide"] for locale in (english, arabic))
        for number in said:
            yield said[number], meant[number]


def _plain(name: str) -> str:
    """Return a name of CLDR's without what it explains: "Myanmar (Burma)", "Curaçao"."""
    return _EXPLAINED.sub("", name).strip()
