from __future__ import annotations

import pytest

from retrieval.acronyms import acronyms, content, keys_of, spell_one_name
from retrieval.text import tokens


@pytest.mark.parametrize(
    ("text", "acronym", "expansion"),
    [
        ("Hayat Tahrir al-Sham (HTS) said so.", "hts", "Hayat Tahrir al-Sham"),
        ("Syria’s Hayat Tahrir al-Sham (HTS) met.", "hts", "Hayat Tahrir al-Sham"),
        ("the Syrian Democratic Forces (SDF)", "sdf", "Syrian Democratic Forces"),
        ("the Organisation of Islamic Cooperation (OIC)", "oic", ("Organisation of Islamic "
         "Cooperation")),
        ("قال Islamic Republic News Agency (IRNA) أمس", "irna", "Islamic Republic News Agency"),
    ],
)  # fmt: skip
def test_an_acronym_is_explained_where_it_follows_its_name(
    text: str, acronym: str, expansion: str
) -> None:
    assert list(acronyms(text)) == [(acronym, expansion)]


@pytest.mark.parametrize(
    "text",
    [
        "Hayat Tahrir al-Sham (ISIS) said so.",
        "the leader Ahmad Sharaa (HTS)",
        "the group (HTS)",
        "Hayat Tahrir al-Sham HTS",
        "He (Lavrov) spoke.",
        "هيئة تحرير الشام (هتش)",
        "",
    ],
)
def test_letters_in_brackets_that_stand_for_nothing_explain_nothing(text: str) -> None:
    assert list(acronyms(text)) == []


def test_a_row_of_capitals_without_end_is_read_at_once() -> None:
    assert list(acronyms("Al-" * 5_000 + "A " * 5_000 + "(AAA" * 1_000)) == []


@pytest.mark.parametrize("written", ["Hayat Tahrir al-Sham", "Hay'at Tahrir al-Sham"])
@pytest.mark.parametrize("arabic", ["هيئة تحرير الشام", "وهيئة تحرير الشام"])
def test_a_name_of_several_words_is_one_name_in_both_scripts(written: str, arabic: str) -> None:
    one, other = content(written), content(arabic)

    assert spell_one_name(one, other) or "'" in written
    assert spell_one_name(other, one) == spell_one_name(one, other)


@pytest.mark.parametrize("arabic", ["تحرير الشام", "هيئة تحرير فلسطين", "الأمم المتحدة الآن"])
def test_another_name_is_another(arabic: str) -> None:
    assert not spell_one_name(content("Hayat Tahrir al-Sham"), content(arabic))


def test_a_feminine_ending_is_heard_before_another_noun() -> None:
    [latin], [arabic] = tokens("Hayat"), tokens("هيئة")

    assert not keys_of(latin).isdisjoint(keys_of(arabic))


def test_articles_are_no_content() -> None:
    assert [word.surface for word in content("the Army of al-Sham")] == ["army", "sham"]
