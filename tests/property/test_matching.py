"""Whatever is followed: the index finds what looking at every query would, and nothing else."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.matching import BadQueryError, Matcher, StandingQuery, parse
from retrieval.spans import passages

WORDS = "Qatar Doha talks truce Araghchi the قطر الدوحة هدنة عراقجي في محادثات".split()
SIGNS = ["-", "|", " | ", '"', "«", "»", " ", ", ", "\u060c ", "*", "or ", "أو ", "al-", "\u200f"]
WRITTEN = st.lists(st.sampled_from(WORDS + SIGNS), max_size=12).map("".join) | st.text(max_size=40)
SPACED = st.lists(
    st.sampled_from([*WORDS, "-قطر", "-talks", "|", "*", '"Qatar Doha"', "«قطر الدوحة»"]),
    max_size=6,
).map(" ".join)
SENTENCES = st.lists(st.sampled_from([*WORDS, "rain.", "مطر.", "\n\n"]), max_size=40).map(" ".join)


def queries(texts: list[str]) -> list[StandingQuery]:
    found = []
    for text in texts:
        with suppress(BadQueryError):
            found.append(parse(text))
    return found


@settings(max_examples=500)
@given(WRITTEN)
def test_a_query_is_refused_by_name_or_reads_the_same_again(text: str) -> None:
    for query in queries([text]):
        assert parse(str(query)) == query
        assert str(parse(str(query))) == str(query)


@given(st.text(max_size=400), st.text(max_size=400))
def test_everything_matches_any_article_and_a_word_never_raises(headline: str, body: str) -> None:
    matcher = Matcher()
    matcher.add(1, parse("*"))
    matcher.add(2, parse('قطر | Qatar -"a b"'))

    found = matcher.match(headline, body)

    assert 1 in [match.number for match in found]


@given(st.lists(SPACED, max_size=8), SENTENCES, SENTENCES)
def test_many_queries_are_matched_as_each_alone(texts: list[str], headline: str, body: str) -> None:
    followed = queries(texts)
    matcher = Matcher()
    for number, query in enumerate(followed):
        matcher.add(number, query)

    together = {match.number: match.place for match in matcher.match(headline, body)}

    for number, query in enumerate(followed):
        alone = Matcher()
        alone.add(number, query)
        assert [m.place for m in alone.match(headline, body)] == [
            place for at, place in together.items() if at == number
        ]


@given(st.lists(st.tuples(st.integers(0, 4), SPACED), max_size=20), SENTENCES)
def test_queries_that_come_and_go_leave_what_stays(
    changes: list[tuple[int, str]], body: str
) -> None:
    changed, stays = Matcher(), dict[int, StandingQuery]()
    for number, text in changes:
        for query in queries([text]):
            changed.add(number, query)
            stays[number] = query
        if not text:
            changed.remove(number)
            stays.pop(number, None)
    changed._tidy()
    fresh = Matcher()
    for number, query in stays.items():
        fresh.add(number, query)

    assert len(changed) == len(stays)
    assert sorted(changed.match("قطر", body)) == sorted(fresh.match("قطر", body))


@given(SPACED, SENTENCES, SENTENCES)
def test_what_is_shown_is_a_sentence_of_the_body_or_the_headline_with_the_words_inside(
    text: str, headline: str, body: str
) -> None:
    matcher = Matcher()
    for query in queries([text]):
        matcher.add(1, query)
    sentences = {sentence for passage in passages(body) for sentence in passage.sentences}

    for _, place in matcher.match(headline, body):
        assert place.span == (0, len(headline)) if place.in_headline else place.span in sentences
        ends = [place.span.start, *(offset for word in place.words for offset in word)]
        assert ends == sorted(ends)
        assert ends[-1] <= place.span.end
