"""Whatever is typed: folding settles at once, and tokens are words."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text import MAX_WORD, fold, light_stem, terms, tokens

ARABIC = st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF), max_size=60)
SHAPES = st.text(st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF), max_size=20)
ANY = st.text(max_size=200) | ARABIC | SHAPES
# The longest that one character becomes when it is taken apart.
LONGEST_EXPANSION = 18


@given(ANY)
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)

    assert fold(folded) == folded


def test_folding_twice_is_folding_once_for_every_character() -> None:
    characters = (chr(code) for code in range(sys.maxunicode + 1))
    letters = [each for each in characters if unicodedata.category(each)[0] in "LMN"]

    unsettled = [each for each in letters if fold(fold(each)) != fold(each)]

    assert unsettled == []


@settings(max_examples=300)
@given(ANY)
def test_every_text_becomes_words_without_white_space(text: str) -> None:
    for token in tokens(text):
        assert token.surface == token.terms[0]
        for term in token.terms:
            assert term.split() == [term]
            assert len(term) <= MAX_WORD * LONGEST_EXPANSION + 1


@given(ANY)
def test_terms_are_those_of_the_words_in_order(text: str) -> None:
    words = text.split()

    assert terms(tokens(text)) == [term for word in words for term in terms(tokens(word))]


@given(ARABIC)
def test_a_light_stem_is_a_part_of_its_word(word: str) -> None:
    folded = fold(word)

    stem = light_stem(folded)

    assert stem in folded
    assert bool(stem) == bool(folded)


@given(st.text(st.characters(max_codepoint=0x24F, categories=["Ll", "Lu"]), max_size=20))
def test_letter_case_makes_no_difference(word: str) -> None:
    dotless = word.replace("\u0131", "i")

    assert fold(dotless) == fold(dotless.upper())
