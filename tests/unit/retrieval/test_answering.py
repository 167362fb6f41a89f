from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from retrieval.answering import (
    QUESTION_CHARACTERS,
    Findings,
    MisquoteError,
    answer,
    find,
)
from retrieval.models import Answer, Article, Language
from retrieval.quotes import COPY, JOINED_CHARACTERS
from retrieval.text import tokens
from tests.fakes.archive import article, seeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.index import PassageIndex
    from tests.unit.retrieval.conftest import Index

SEEDS = {each.revision: each for each in seeds()}
ASTANA = "When did the Astana process begin?"


def ask(index: PassageIndex, question: str, limit: int = 3, skip: int = 0) -> Answer:
    return answer(find(index.snapshot, question, limit=limit, skip=skip), SEEDS)


def asked(index: Index, stories: Sequence[Article], question: str) -> Answer:
    return answer(
        find(index(stories).snapshot, question), {each.revision: each for each in stories}
    )


def test_a_question_is_answered_with_three_quotes_at_most(seeds_index: PassageIndex) -> None:
    found = ask(seeds_index, "What did HTS do in Syria?")

    assert found.answered
    assert len(found.quotes) == 3
    assert found.has_more
    assert found.near == ()
    assert [quote.score for quote in found.quotes] == sorted(
        (quote.score for quote in found.quotes), reverse=True
    )
    assert "HTS" in found.quotes[0].text


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_the_reader_says_how_many_quotes(seeds_index: PassageIndex, limit: int) -> None:
    found = ask(seeds_index, "What did HTS do in Syria?", limit)

    assert len(found.quotes) == limit


def test_more_goes_on_where_the_answer_ended(seeds_index: PassageIndex) -> None:
    question = "What did HTS do in Syria?"
    whole = ask(seeds_index, question, 40).quotes

    parts = [ask(seeds_index, question, 2, skip) for skip in range(0, len(whole), 2)]

    assert tuple(quote for part in parts for quote in part.quotes) == whole
    assert [part.has_more for part in parts] == [True] * (len(parts) - 1) + [False]


def test_every_quote_is_a_slice_of_its_article_inside_its_context(
    seeds_index: PassageIndex,
) -> None:
    found = ask(seeds_index, "Syria", 10)

    for quote in found.quotes:
        assert quote.text in quote.article.body
        assert quote.text in quote.context
        assert quote.article == SEEDS[quote.article.revision]


def test_a_neighbour_that_says_as_much_joins_the_quote(index: Index) -> None:
    body = (
        "Heavy rain fell all day. The minister Haddad opened the dam talks. "
        "The minister Haddad closed the dam talks at night. People went home afterwards."
    )

    found = asked(index, [article(body)], "Haddad dam talks")

    [quote] = found.quotes
    assert quote.text == (
        "The minister Haddad opened the dam talks. "
        "The minister Haddad closed the dam talks at night."
    )


def test_neighbours_too_long_for_one_quote_stay_apart(index: Index) -> None:
    long = "The minister Haddad opened the dam talks " + "and spoke of many things " * 14
    body = f"{long.strip()}. {long.replace('opened', 'closed').strip()}."

    found = asked(index, [article(body)], "Haddad dam talks")

    assert found.quotes
    assert all(len(quote.text) <= JOINED_CHARACTERS for quote in found.quotes)


def test_neighbours_with_a_heading_between_them_stay_apart(index: Index) -> None:
    body = (
        "The minister Haddad opened the dam talks.\nA second day\n"
        "The minister Haddad closed the dam talks after midnight."
    )

    found = asked(index, [article(body)], "Haddad dam talks")

    assert not any("A second day" in quote.text for quote in found.quotes)
    assert len(found.quotes) == 2


def test_copies_of_one_story_are_one_answer(seeds_index: PassageIndex) -> None:
    found = ask(seeds_index, "Who was appointed to lead Syria's transitional administration?", 10)

    first = found.quotes[0]
    assert {first.article.id, *(each.id for each in first.also)} == {1, 2}
    assert not any(quote.article.id in {1, 2} for quote in found.quotes[1:])


@pytest.mark.parametrize(("figure", "copies"), [("12", 1), ("14", 0)])
def test_a_copy_must_give_the_same_numbers(index: Index, figure: str, copies: int) -> None:
    sentence = "The minister Haddad said {} villages near the great northern dam were flooded."
    stories = [article(sentence.format("12"), 1), article(sentence.format(figure), 2)]

    found = asked(index, stories, "Haddad villages flooded")

    assert len(found.quotes[0].also) == copies
    assert len(found.quotes) == 2 - copies


def test_sentences_with_too_few_words_in_common_are_no_copies(index: Index) -> None:
    one = "Haddad opened the dam talks in Doha."
    other = "Haddad opened the dam talks although rivers, roads and bridges suffered badly."
    words = [{token.terms[-1] for token in tokens(text) if not token.stop} for text in (one, other)]
    assert len(words[0] & words[1]) / len(words[0] | words[1]) < COPY

    found = asked(index, [article(one, 1), article(other, 2)], "Haddad dam talks")

    assert [quote.also for quote in found.quotes] == [(), ()]


def test_both_years_are_shown_where_the_seeds_differ(seeds_index: PassageIndex) -> None:
    found = ask(seeds_index, ASTANA)

    assert found.sources_differ
    assert "which began in 2016" in found.quotes[0].text
    assert "since 2017 in the so-called Astana process" in found.quotes[1].text
    assert [quote.article.id for quote in found.quotes[:2]] == [5, 4]


def test_that_sources_differ_is_said_once(seeds_index: PassageIndex) -> None:
    assert not ask(seeds_index, ASTANA, skip=2).sources_differ


def test_one_quote_alone_does_not_say_that_both_are_shown(seeds_index: PassageIndex) -> None:
    assert ask(seeds_index, ASTANA, limit=2).sources_differ
    assert not ask(seeds_index, ASTANA, limit=1).sources_differ


@pytest.mark.parametrize("question", ["What is the Astana process?", "When did Assad flee?"])
def test_sources_do_not_differ_on_what_was_not_asked(
    seeds_index: PassageIndex, question: str
) -> None:
    assert not ask(seeds_index, question).sources_differ


def test_the_same_year_in_two_stories_is_no_difference(index: Index) -> None:
    stories = [
        article("The Astana process began in 2016 under three powers.", 1),
        article("It was in 2016 that the Astana process began, to much applause abroad.", 2),
    ]

    found = asked(index, stories, ASTANA)

    assert len(found.quotes) == 2
    assert not found.sources_differ


def test_the_third_place_goes_to_another_story_that_is_close(index: Index) -> None:
    story = " ".join(
        f"{filler} The envoy Haddad opened the dam talks {place}."
        for filler, place in (
            ("Rain fell.", "in Doha"),
            ("Snow lay on every hill.", "in Cairo"),
            ("Wind blew over the sea.", "in Amman"),
            ("Nothing else was said.", "in Tunis"),
        )
    )
    other = "The envoy Haddad opened the dam talks too, another paper wrote with many more words."
    stories = [article(story, 1), article(other, 2)]

    found = asked(index, stories, "envoy Haddad opened dam talks")

    assert [quote.article.id for quote in found.quotes] == [1, 1, 2]


@pytest.mark.parametrize(
    "question",
    ["Who won the football world cup?", "Who is the mayor of Paris?", "ما هو سعر الذهب في طوكيو؟"],
)
def test_weak_evidence_is_refused_with_near_articles(
    seeds_index: PassageIndex, question: str
) -> None:
    found = ask(seeds_index, question)

    assert not found.answered
    assert found.quotes == ()
    assert not found.has_more
    assert 1 <= len(found.near) <= 3
    assert len({each.id for each in found.near}) == len(found.near)


@pytest.mark.parametrize(
    "question",
    ["", " ", "?", "a", "ا", "the of and to", "من في على", "👍🏽🇶🇦", "…", "\ud800", "\0"],
)
def test_a_question_that_asks_nothing_finds_nothing(
    seeds_index: PassageIndex, question: str
) -> None:
    assert ask(seeds_index, question) == Answer(
        question.encode("utf-8", "replace").decode(),
        Language.ARABIC if question in {"ا", "من في على"} else Language.ENGLISH,
    )


@pytest.mark.parametrize(
    "question",
    [
        "متى بدأت قطر الاتصالات مع هيئة تحرير الشام",
        "متي بدات قطر الاتصالات مع هييه تحرير الشام",
        "مَتَى بَدَأَتْ قَطَرُ الاتِّصَالاتِ مَعَ هَيْئَةِ تَحْرِيرِ الشَّامِ؟",
        "متى بدأت قطر الاتصالات مع هيئـــة تحـرير الشام HTS",
    ],
)
def test_however_arabic_is_typed_the_same_article_answers(
    seeds_index: PassageIndex, question: str
) -> None:
    found = ask(seeds_index, question)

    assert found.language is Language.ARABIC
    assert found.quotes[0].article.id == 3


@pytest.mark.parametrize(
    "question",
    ["lavrov on terrorist groups", "LAVROV TERRORIST GROUP", "Lavrov’s terrorist group"],
)
def test_however_english_is_typed_the_same_article_answers(
    seeds_index: PassageIndex, question: str
) -> None:
    assert ask(seeds_index, question).quotes[0].article.id == 4


@pytest.mark.parametrize("unit", ["x", "word ", "Lavrov terrorist group ", "كلمة ", "? ", "(", "1"])
def test_ten_thousand_characters_are_cut_and_answered_or_refused(
    seeds_index: PassageIndex, unit: str
) -> None:
    found = ask(seeds_index, (unit * 10_000)[:10_000])

    assert len(found.question) == QUESTION_CHARACTERS
    assert found.answered == ("Lavrov" in unit)


def test_a_long_question_is_asked_by_its_rarest_known_words(seeds_index: PassageIndex) -> None:
    letter = (
        "Dear desk, I have been reading your paper with great pleasure for many happy years and my "
        "family does too, my sister in particular, who lives by the sea with two dogs and reads "
        "every page aloud at breakfast, so please be so kind and tell us what the Astana process is"
    )

    found = ask(seeds_index, letter)

    assert found.answered
    assert "Astana" in found.quotes[0].text


def test_an_empty_archive_refuses_kindly(index: Index) -> None:
    found = asked(index, [], ASTANA)

    assert (found.answered, found.near) == (False, ())


def test_words_that_are_not_in_the_stored_text_are_never_shown(
    seeds_index: PassageIndex,
) -> None:
    findings = find(seeds_index.snapshot, ASTANA)
    altered = {number: replace(each, body="." + each.body) for number, each in SEEDS.items()}

    with pytest.raises(MisquoteError, match="revision 5"):
        answer(findings, altered)


def test_a_text_that_is_not_stored_is_never_shown(seeds_index: PassageIndex) -> None:
    with pytest.raises(MisquoteError, match="revision 4"):
        answer(find(seeds_index.snapshot, ASTANA), {5: SEEDS[5]})


def test_findings_name_every_revision_that_an_answer_needs(seeds_index: PassageIndex) -> None:
    for question in ("Who was appointed to lead the administration?", "Who won the world cup?"):
        findings = find(seeds_index.snapshot, question)
        needed = {number: SEEDS[number] for number in findings.revisions()}

        assert answer(findings, needed) == answer(findings, SEEDS)


def test_a_refusal_shows_no_place_however_good_it_looks(seeds_index: PassageIndex) -> None:
    found = find(seeds_index.snapshot, ASTANA)
    doubted = replace(found, trust=0.0)

    refused = answer(doubted, SEEDS)

    assert isinstance(doubted, Findings)
    assert (refused.quotes, refused.sources_differ, refused.has_more) == ((), False, False)
    assert [each.revision for each in refused.near] == list(found.ranking[:3])


def test_copies_of_two_joined_sentences_are_one_answer(index: Index) -> None:
    body = "The harbour of Zarqa reopened on Sunday. The harbour of Zarqa was shut for a week."
    stories = [article(body, number) for number in (1, 2, 3)]
    stories.append(article("The harbour of Zarqa reopened on Sunday. Nobody said why.", 4))

    found = asked(index, stories, "harbour of Zarqa")

    [quote] = found.quotes
    assert quote.text == body
    assert {quote.article.id, *(each.id for each in quote.also)} == {1, 2, 3}


def test_a_quote_is_two_sentences_at_most(index: Index) -> None:
    body = " ".join(
        f"The harbour of Zarqa was shut in {month}." for month in ("May", "June", "July")
    )

    found = asked(index, [article(body, 1)], "harbour of Zarqa")

    assert max(quote.text.count("harbour") for quote in found.quotes) == 2
