"""A question's word, its translations, its spellings and its acronym are one group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.models import Language
from retrieval.question import Question
from retrieval.text import tokens
from tests.fakes.archive import article

if TYPE_CHECKING:
    from retrieval.index import PassageIndex
    from tests.unit.retrieval.conftest import Index

ARABIC = {"language": Language.ARABIC}
NOTHING = [article(f"Rain fell on the hills of {place}.", 50 + n) for n, place in enumerate("ABC")]


def question(index: PassageIndex, text: str) -> Question:
    return Question(text, tokens(text), index.snapshot)


def found(index: PassageIndex, text: str) -> list[int]:
    seen = index.snapshot
    return [each.article for each in seen.search(question(index, text).clauses(seen), 10)]


def test_a_word_and_its_translation_share_one_document_frequency(index: Index) -> None:
    english = [article(f"The earthquake was felt {n} times.", n) for n in range(1, 3)]
    arabic = [article(f"شعر السكان بالزلزال {n} مرات.", n, **ARABIC) for n in range(3, 7)]
    opened = index([*english, *arabic, *NOTHING])

    ours, theirs = question(opened, "earthquake"), question(opened, "زلزال")
    elsewhere = question(opened, "felt")

    assert ours.mass == pytest.approx(theirs.mass)  # though 2 passages have one and 4 the other
    assert ours.mass < elsewhere.mass


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("earthquake", "ضرب زلزال المدينة."),
        ("Were ministers arrested?", "اعتقلت الشرطة الوزيرين."),
        ("ceasefire", "بدأ وقف إطلاق النار فجرا."),
        ("زلزال", "An earthquake struck the town."),
        ("هل يعتقلون الوزراء؟", "The police arrested the minister."),
        ("وقف إطلاق النار", "The ceasefire began at dawn."),
    ],
)
def test_a_translation_is_found(index: Index, asked: str, told: str) -> None:
    opened = index([article(told, 1), *NOTHING])

    assert found(opened, asked)[0] == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("عراقجي", "Abbas Araghchi flew home."),
        ("Araghchi", "سافر عباس عراقجي أمس."),
        ("بزشكيان", "Masoud Pezeshkian flew home."),
        ("Pezeshkian", "سافر مسعود بزشكيان أمس."),
        ("لعراقجي", "Abbas Araghchi flew home."),
        ("Araghchi", "وقيل لعراقجي أمس."),
        ("أوجلان", "Abdullah Öcalan flew home."),
        ("أوزيل", "Özgür Özel flew home."),
        ("اردوغان", "President Erdog\u0306an flew home."),  # the breve a character of its own
    ],
)
def test_a_name_in_the_other_script_is_found(index: Index, asked: str, told: str) -> None:
    opened = index([article(told, 1), *NOTHING])

    assert found(opened, asked) == [1]


def test_a_name_in_capitals_is_a_name_and_a_small_word_is_none(index: Index) -> None:
    opened = index([article("The bashful Bashir left.", 1), article("They bash her.", 2)])

    assert found(opened, "بشير") == [1]


@pytest.mark.parametrize("asked", ["HTS", "Hayat Tahrir al-Sham", "هيئة تحرير الشام"])
def test_an_acronym_that_an_article_explains_is_the_name_in_both_scripts(
    index: Index, asked: str
) -> None:
    stories = [
        article("Hayat Tahrir al-Sham (HTS) took the town.", 1),
        article("HTS gave no comment.", 2),
        article("The men of Hayat Tahrir al-Sham left.", 3),
        article("غادرت هيئة تحرير الشام البلدة.", 4, **ARABIC),
    ]
    opened = index([*stories, *NOTHING])

    assert sorted(found(opened, asked)) == [1, 2, 3, 4]


def test_without_an_explanation_an_acronym_is_a_word_as_any_other(index: Index) -> None:
    opened = index([article("XQZ gave no comment.", 1), article("Xalat Qadrir Zam left.", 2)])

    assert found(opened, "XQZ") == [1]


def test_words_that_stand_nowhere_are_counted_as_unknown(index: Index) -> None:
    opened = index([article("The volcano Etna woke.", 1), *NOTHING])

    assert question(opened, "Etna").unknown == 0
    assert question(opened, "Quzmuz").unknown == 1
    assert 0 < question(opened, "Etna Quzmuz").unknown < 1
    assert question(opened, "إتنا").unknown == 0
    assert question(opened, "قزموزان").unknown == 1


@pytest.mark.parametrize("text", ["Who leads Etna’s volcano?", "من يقود بركان إتنا؟"])
def test_all_groups_are_the_whole_question_and_none_is_nothing_of_it(
    index: Index, text: str
) -> None:
    asked = question(index([article("The volcano Etna woke.", 1)]), text)
    everything = frozenset(range(len(asked.groups)))

    assert asked.share(everything) == asked.proven(everything) == pytest.approx(1)
    assert asked.share(frozenset()) == asked.proven(frozenset()) == 0
    assert all(asked.share(everything - {each}) <= 1 for each in everything)


def test_an_everyday_word_proves_less_and_one_that_is_never_used_least(index: Index) -> None:
    opened = index([article("The people of Etna woke.", 1), *NOTHING])

    name, people, city = (question(opened, text).groups[0] for text in ("Etna", "people", "city"))

    assert people.word.everyday
    assert city.word.everyday
    assert name.proof == name.worth
    assert people.proof / people.worth == pytest.approx(0.5)
    assert city.proof / city.worth == pytest.approx(0.25)
