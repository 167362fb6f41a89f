"""A question's word, its translations, its spellings and its acronym are one group."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from retrieval.answering import find
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


def worth(found: int, passages: int) -> float:
    """What a word is worth that stands in so many passages."""
    return math.log1p((passages - found + 0.5) / (found + 0.5))


def test_all_translations_add_to_the_document_frequency(index: Index) -> None:
    told = ["The town fell.", "A town burnt.", "The village fell."]
    opened = index([*(article(text, n) for n, text in enumerate(told, 1)), *NOTHING])

    [group] = question(opened, "بلدة").groups

    assert group.worth == pytest.approx(worth(3, 6))


def test_a_term_is_as_rare_as_its_rarest_word(index: Index) -> None:
    told = ["بدأ وقف إطلاق النار.", "اشتعلت النار أمس.", "أطفأ الناس النار."]
    opened = index([*(article(text, n, **ARABIC) for n, text in enumerate(told, 1)), *NOTHING])

    [group] = question(opened, "ceasefire").groups

    assert group.worth == pytest.approx(worth(1, 6))


def test_another_name_that_shares_a_word_has_no_acronym(index: Index) -> None:
    opened = index([article("Hayat Tahrir al-Sham (HTS) took the town.", 1), *NOTHING])

    for asked in ("Jabhat Tahrir al-Sham", "هيئة تحرير ليبيا"):
        groups = question(opened, asked).groups
        assert [group.explained for group in groups] == [()] * len(groups)


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


@pytest.mark.parametrize(
    ("asked", "named", "other"),
    [
        ("What did Bashir say?", "قال بشير إنه متعب.", "قال بشار إنه متعب."),
        ("What did Bashar say?", "قال بشار إنه متعب.", "قال بشير إنه متعب."),
        ("ماذا قال بشير؟", "Bashir said he was tired.", "Bashar said he was tired."),
        ("ماذا قال بشار؟", "Bashar said he was tired.", "Bashir said he was tired."),
    ],
)
def test_a_name_with_the_same_key_and_other_vowels_is_another(
    index: Index, asked: str, named: str, other: str
) -> None:
    seen = index([article(other, 1), article(named, 2), *NOTHING]).snapshot

    best, *others = find(seen, asked, limit=10).places

    assert best.text == named
    assert best.evidence.coverage > 0.2
    assert all(each.evidence.coverage == 0 for each in others)


@pytest.mark.parametrize(
    ("asked", "named", "other"),
    [
        ("Where is Bashir?", "وصل بشير أمس.", "وصل بشار أمس."),
        ("Where is Bashar?", "وصل بشار أمس.", "وصل بشير أمس."),
        ("أين بشار؟", "Then Bashar came home.", "Then Bashir came home."),
        ("أين بشير؟", "Then Bashir came home.", "Then Bashar came home."),
    ],
)
def test_another_name_with_the_same_key_is_found_and_proves_nothing(
    index: Index, asked: str, named: str, other: str
) -> None:
    proven = []
    for told in (named, other):
        found = find(index([article(told, 1), *NOTHING]).snapshot, asked)
        assert [place.text for place in found.places] == [told]
        assert found.grounds is not None
        proven.append(found.grounds.proof.passage)

    assert proven == [pytest.approx(1), 0]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Tebboune", "وصل تبون أمس."),
        ("Barzani", "قيل لبارزاني أمس."),
        ("Faisal", "وصل فيصل أمس."),
        ("Taliban", "وصلت طالبان أمس."),
    ],
)
def test_a_name_is_found_though_a_stemmer_takes_it_for_an_everyday_word(
    index: Index, asked: str, told: str
) -> None:
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


@pytest.mark.parametrize(
    ("explanation", "own"),
    [
        ("وصلت لجنة تحرير الخابور (LTK) أمس.", 4),
        ("Lajnat Tahrir al-Khabur (LTK) arrived.", 3),
        ("Laj’nat Tahrir al-Khabur (LTK) arrived.", 3),
    ],
)
def test_an_acronym_is_explained_in_either_language(
    index: Index, explanation: str, own: int
) -> None:
    stories = [
        article(explanation, 1),
        article("LTK gave no comment.", 2),
        article("The men of Lajnat Tahrir al-Khabur left.", 3),
        article("غادرت لجنة تحرير الخابور البلدة.", 4, **ARABIC),
    ]
    opened = index([*stories, *NOTHING])

    assert sorted(found(opened, "LTK")) == [1, 2, own]
    assert sorted(found(opened, "لجنة تحرير الخابور")) == [1, 2, 3, 4]
    assert sorted(found(opened, "Lajnat Tahrir al-Khabur")) == [1, 2, 3, 4]


def test_of_an_acronym_that_two_articles_explain_both_meanings_are_looked_for(index: Index) -> None:
    stories = [
        article("The Arab Banking Corporation (ABC) reported a loss.", 1),
        article("The Australian Broadcasting Corporation (ABC) struck.", 2),
        article("Shares of Arab Banking fell at the Corporation.", 3),
        article("Broadcasting stopped at the Australian Corporation.", 4),
    ]
    opened = index([*stories, *NOTHING])

    [group] = question(opened, "ABC").groups

    assert {" ".join(word.surface for word in each) for each in group.explained} == {
        "arab banking corporation",
        "australian broadcasting corporation",
    }
    assert sorted(found(opened, "ABC")) == [1, 2, 3, 4]


def test_an_acronym_goes_with_the_text_that_explained_it(index: Index) -> None:
    explained = article("Hayat Tahrir al-Sham (XTS) took the town.", 1)
    opened = index([explained])
    opened = index([article("Hayat Tahrir al-Sham took the town.", 1, revision=2), *NOTHING])

    [group] = question(opened, "XTS").groups

    assert group.explained == ()
    assert found(opened, "XTS") == []


@pytest.mark.parametrize("told", ["The Who (TW) played.", "Al El (AE) sang.", "It Is (II)."])
def test_an_explanation_without_a_subject_explains_nothing(index: Index, told: str) -> None:
    opened = index([article(told, 1)])

    assert question(opened, "TW AE II").unknown < 1
    assert all(group.explained == () for group in question(opened, "TW AE II").groups)


def test_without_an_explanation_an_acronym_is_a_word_as_any_other(index: Index) -> None:
    opened = index([article("XQZ gave no comment.", 1), article("Xalat Qadrir Zam left.", 2)])

    assert found(opened, "XQZ") == [1]


def test_a_word_that_stands_twice_means_all_that_it_means_anywhere(index: Index) -> None:
    opened = index(NOTHING)
    texts = "Which minister met the prime minister?", "Which prime minister met the minister?"

    first, second = (
        next(each for each in question(opened, text).groups if each.word.surface == "minister")
        for text in texts
    )

    assert set(first.others) == set(second.others)
    assert max(map(len, first.others)) == 2  # head of ministers


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
