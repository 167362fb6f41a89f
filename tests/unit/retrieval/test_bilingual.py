from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from time import process_time

import pytest

from retrieval import bilingual
from retrieval.bilingual import entries, equivalents
from retrieval.text import tokens

LINES = (Path(bilingual.__file__).parent / "lexicon" / "words.tsv").read_text("utf-8").splitlines()
HEADWORDS = [line.partition("\t")[0] for line in LINES]
PAIRS = [
    (english, each)
    for english, _, arabic in (line.partition("\t") for line in LINES)
    for each in arabic.split(", ")
]
ENGLISH = re.compile("[A-Za-z]+(?:[ '-]+[A-Za-z]+)*")
ARABIC = re.compile("[\u0621-\u063a\u0641-\u064a]+(?: [\u0621-\u063a\u0641-\u064a]+)*")


@cache
def plain(text: str) -> str:
    """A text's words as they are compared, without those that only carry grammar."""
    return " ".join(word.surface for word in tokens(text) if not word.stop)


@cache
def called(text: str) -> set[str]:
    """What the other language calls any word of a text."""
    return {
        " ".join(word.surface for word in words)
        for some in equivalents(tokens(text))
        for words in some
    }


def test_the_list_is_long_sorted_and_says_nothing_twice() -> None:
    assert len(LINES) >= 4_000
    assert sorted(HEADWORDS, key=lambda headword: (headword.lower(), headword)) == HEADWORDS
    assert [each for each, n in Counter(map(str.lower, HEADWORDS)).items() if n > 1] == []
    assert [each for each, n in Counter(PAIRS).items() if n > 1] == []


def test_the_list_is_written_in_letters_alone_each_side_in_its_own() -> None:
    assert [line for line in LINES if line.count("\t") != 1] == []
    assert [english for english in HEADWORDS if not ENGLISH.fullmatch(english)] == []
    assert [pair for pair in PAIRS if not ARABIC.fullmatch(pair[1])] == []


def test_both_sides_of_every_entry_have_a_subject() -> None:
    empty = [pair for pair in PAIRS if not all(map(plain, pair))]

    assert empty == []


def test_every_entry_is_reached_from_both_sides() -> None:
    lost = [
        (one, other)
        for pair in PAIRS
        for one, other in (pair, pair[::-1])
        if plain(other) not in called(one)
    ]

    assert lost == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ministers", "وزير"),
        ("Minister’s", "وزير"),
        ("bombed", "قصف"),
        ("arrested", "اعتقل"),
        ("earthquakes", "زلزال"),
        ("elections", "انتخابات"),
        ("الوزراء", "minister"),
        ("وللوزراء", "minister"),
        ("يعتقلون", "arrest"),
        ("قصفت", "bomb"),
        ("سيعلنون", "announce"),
        ("أعلنت", "announce"),
        ("بالزلزال", "earthquake"),
        ("والانتخابات", "election"),
    ],
)
def test_an_inflection_reaches_its_entry(written: str, meant: str) -> None:
    assert plain(meant) in called(written)


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("prime minister", "رئيس الوزراء"),
        ("ceasefire", "وقف إطلاق النار"),
        ("security council", "مجلس الأمن"),
        ("women's rights", "حقوق المرأة"),
        ("Organisation for the Prohibition of Chemical Weapons", "منظمة حظر الأسلحة الكيميائية"),
    ],
)
def test_a_term_of_several_words_is_one_thing(english: str, arabic: str) -> None:
    assert plain(arabic) in called(english)
    assert plain(english) in called(arabic)


@pytest.mark.parametrize(
    ("inflected", "meant"),
    [
        ("The Prime Ministers", "رئيس الوزراء"),
        ("the Security Council’s", "مجلس الأمن"),
        ("لرئيس الوزراء", "prime minister"),
        ("ووقف إطلاق النار", "ceasefire"),
        ("ولمجلس الأمن", "security council"),
    ],
)
def test_a_term_is_reached_whatever_is_written_onto_it(inflected: str, meant: str) -> None:
    assert plain(meant) in called(inflected)


def test_every_word_of_a_term_has_the_terms_equivalents_and_no_other_word_has() -> None:
    said = equivalents(tokens("the prime minister of Norway"))

    terms = [{" ".join(word.surface for word in each) for each in some} for some in said]

    assert [plain("رئيس الوزراء") in each for each in terms] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("word", "other"),
    [("قال", "grocery"), ("بشار", "popcorn"), ("وصلت", "compass"), ("جهات", "destination")],
)
def test_a_letter_of_a_listed_word_is_no_particle(word: str, other: str) -> None:
    assert other not in called(word)


def test_half_a_term_is_not_the_term() -> None:
    assert plain("رئيس الوزراء") not in called("prime suspect and minister")
    assert "prime minister" not in called("رئيس الجمهورية")


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("Germany", "ألمانيا"),
        ("South Korea", "كوريا الجنوبية"),
        ("Finnish", "الفنلندية"),
        ("December", "ديسمبر"),
        ("Sunday", "الأحد"),
        ("euro", "يورو"),
        ("Kuwaiti Dinar", "دينار كويتي"),
    ],
)
def test_countries_languages_months_weekdays_and_currencies_are_known(
    english: str, arabic: str
) -> None:
    assert plain(arabic) in called(english)
    assert plain(english) in called(arabic)


def test_a_word_may_begin_with_the_letters_of_the_article() -> None:
    assert {"appeal", "request"} <= called("التماس")
    assert "earth" in called("الأرض")
    assert "land" in called("الأرض")


def test_entries_come_in_one_order_and_say_something_on_both_sides() -> None:
    listed = list(entries())

    assert listed == list(entries())
    assert listed[: len(PAIRS)] == PAIRS
    assert all(tokens(english) and tokens(arabic) for english, arabic in listed)


@pytest.mark.parametrize("text", ["", "?", "of the", "من في", "Zzyzx", "ققق"])
def test_what_is_not_in_the_list_is_called_nothing(text: str) -> None:
    words = tokens(text)

    assert equivalents(words) == [()] * len(words)


def test_the_list_is_read_in_about_half_a_second() -> None:
    start = process_time()

    bilingual._dictionary.__wrapped__()

    assert process_time() - start < 2  # measured: 0.5
