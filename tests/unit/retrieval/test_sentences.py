from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.models import Language
from retrieval.question import Question
from retrieval.sentences import Ranked, rank
from retrieval.text import tokens
from tests.fakes.archive import article

if TYPE_CHECKING:
    from retrieval.index import PassageIndex
    from tests.unit.retrieval.conftest import Index


def ranked(index: PassageIndex, text: str, limit: int = 40) -> list[Ranked]:
    words = tokens(text)
    seen = index.snapshot
    question = Question(text, words, seen)
    return rank(question, seen.search(question.clauses(seen), 50), limit)


def test_the_sentence_that_holds_the_words_comes_first(seeds_index: PassageIndex) -> None:
    best, *others = ranked(seeds_index, "Who brokered the 2020 ceasefire deal?")

    assert "brokered by Russia and Turkey" in best.text
    assert all(best.rank >= other.rank for other in others)


def test_no_more_sentences_come_back_than_asked_for(seeds_index: PassageIndex) -> None:
    assert len(ranked(seeds_index, "Syria", limit=4)) == 4


def test_without_candidates_there_is_nothing_to_rank(seeds_index: PassageIndex) -> None:
    words = tokens("volcano")

    assert rank(Question("volcano", words, seeds_index.snapshot), [], 10) == []


@pytest.mark.parametrize(
    ("question", "plain", "telling"),
    [
        ("When did the truce begin?", "The truce began soon.", "The truce began on 7 May."),
        ("Who opened the talks?", "A group opened the talks.", "And then Lavrov opened the talks."),
        ("Where was the summit?", "The summit was long.", "The summit was in Doha."),
        ("How many towns fell?", "All the towns fell.", "The 12 towns fell."),
        ("Why did the talks fail?", "The talks fail here.", "The talks fail because of him."),
        ("متى بدأت الهدنة؟", "بدأت الهدنة حقا.", "بدأت الهدنة يوم الاثنين."),
        ("كم بلدة سقطت؟", "سقطت بلدة أخرى.", "سقطت 12 بلدة."),
        ("لماذا فشلت المحادثات؟", "فشلت المحادثات حقا.", "فشلت المحادثات بسبب الحرب."),
    ],
)
def test_a_sentence_with_the_kind_of_answer_wanted_goes_before_one_without(
    index: Index, question: str, plain: str, telling: str
) -> None:
    opened = index([article(plain, 1), article(telling, 2)])

    best, other = ranked(opened, question)

    assert (best.text, best.evidence.cue) == (telling, 1.0)
    assert (other.text, other.evidence.cue) == (plain, 0.0)


def test_words_side_by_side_go_before_words_apart(index: Index) -> None:
    together = "The foreign minister spoke of a grain deal."
    apart = "The minister of grain spoke of a foreign deal."
    opened = index([article(apart, 1), article(together, 2)])

    best, other = ranked(opened, "foreign minister grain deal")

    assert (best.text, other.text) == (together, apart)
    assert best.evidence.bigrams > other.evidence.bigrams


def test_a_repeated_word_in_the_question_counts_once(seeds_index: PassageIndex) -> None:
    once = ranked(seeds_index, "Lavrov terrorist", 1)
    often = ranked(seeds_index, "Lavrov Lavrov Lavrov terrorist", 1)

    assert once[0].text == often[0].text
    assert often[0].evidence.coverage == pytest.approx(once[0].evidence.coverage)


def test_a_passage_whose_sentences_hold_no_word_is_ranked_without_complaint(index: Index) -> None:
    shapes = article("$ \ufc5e $", 1, headline="Truce")

    assert [each.evidence.bm25 for each in ranked(index([shapes]), "truce")] == [0.0]


def test_a_word_that_nothing_in_the_other_language_says_is_not_held_against_it(
    index: Index,
) -> None:
    own = article("The earthquake struck.", 1)
    other = article("ضرب الزلزال زرقاء فجرا.", 2, language=Language.ARABIC)
    opened = index([own, other])

    translated = {e.candidate.article: e.evidence for e in ranked(opened, "earthquake at dawn")}
    partly = {e.candidate.article: e.evidence for e in ranked(opened, "earthquake gobbledygook")}

    assert translated[1].unsaid == partly[1].unsaid == 0
    assert translated[2].unsaid == pytest.approx(0)
    assert 0.5 < partly[2].unsaid < 1


def test_a_word_in_the_sentence_before_counts_four_fifths(index: Index) -> None:
    opened = index([article("The truce began at dawn. It held well in Zarqa.", 1)])

    found = {each.text: each.evidence.coverage for each in ranked(opened, "truce Zarqa")}

    assert found["The truce began at dawn."] == pytest.approx(0.5)
    assert found["It held well in Zarqa."] == pytest.approx(0.5 + 0.8 * 0.5)


def test_half_a_term_is_not_the_word_it_translates(index: Index) -> None:
    opened = index([article("بدأ وقف إطلاق النار فجرا.", 1), article("اشتعلت النار فجرا.", 2)])

    found = {each.candidate.article: each.groups for each in ranked(opened, "ceasefire")}

    assert found == {1: {0}, 2: set()}
