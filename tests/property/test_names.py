"""Whatever is taken for a name: keys are stable, and likeness is a relation that keys can find."""

from __future__ import annotations

from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.names import alike, skeleton
from retrieval.spelling import LONGEST
from retrieval.text import fold

# No deadline: the first word reads the lists.
LATIN = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz'-ğ\u0131şéAELU"), max_size=12)
ARABIC = st.text(st.characters(min_codepoint=0x620, max_codepoint=0x64A), max_size=10)
NAMES = LATIN | ARABIC
ANY = (
    st.text(max_size=60) | NAMES | st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF))
)


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_folding_a_word_does_not_change_its_skeleton(word: str) -> None:
    assert skeleton(fold(word)) == skeleton(word)


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_a_word_is_like_itself_exactly_if_it_has_a_skeleton(word: str) -> None:
    assert alike(word, word) == bool(skeleton(word))


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES)
def test_likeness_goes_both_ways(a: str, b: str) -> None:
    assert alike(a, b) == alike(b, a)


# Few letters, so that skeletons often meet.
FEW_LATIN = st.text(st.sampled_from("aeiouwyhkqgt"), min_size=3, max_size=6)
FEW_ARABIC = st.text(
    st.sampled_from("\u0627\u0648\u064a\u0639\u0647\u062d\u0643\u0642\u063a\u062a"),
    min_size=3,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(FEW_LATIN, FEW_ARABIC)
def test_words_that_are_alike_share_a_skeleton(a: str, b: str) -> None:
    if alike(a, b):
        assert skeleton(a) == skeleton(b) != ""
    assert alike(a, b) == alike(b, a)


@settings(deadline=None)
@given(ANY)
def test_a_skeleton_is_short_ascii_without_spaces(word: str) -> None:
    key = skeleton(word)

    assert key.isascii()
    assert key.split() in ([key], [])
    assert len(key) <= 2 * LONGEST


def test_a_long_word_takes_no_time() -> None:
    long = [
        "a" * 1_000_000,
        "\u0645\u062d" * 500_000,
        "bab" * 300,
        "\u064e" * 900,
        "al-" * 1_000_000,
    ]
    start = process_time()

    keys = [skeleton(word) for word in long]

    assert keys == [""] * len(long)
    assert process_time() - start < 0.5
