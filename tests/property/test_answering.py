"""Whatever is asked: an answer in the articles' own words or a refusal, from scores that add up."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.answering import answer, find
from retrieval.index import PassageIndex
from retrieval.languages import Language, language_of
from retrieval.sentences import K1, ArchiveBM25, B
from tests.fakes.archive import article, seeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from retrieval.models import Article

SEEDS = {each.revision: each for each in seeds()}
WORDS = sorted({word for each in SEEDS.values() for word in each.body.split()})
ASKING = ["who", "when", "where", "how many", "why", "من", "متى", "أين", "كم", "لماذا", "?", "؟"]
ASKED = (
    st.lists(st.sampled_from(WORDS) | st.sampled_from(ASKING), max_size=40).map(" ".join)
    | st.text(max_size=300)
    | st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF), max_size=60)
    | st.text(st.characters(categories=["So", "Sk", "Cf", "Cs"]), max_size=20)
)
TERMS = "abcdef"
CORPUS = st.lists(st.lists(st.sampled_from(TERMS), max_size=12), min_size=1, max_size=8)


# What an archive of strangers' texts may be made of: both languages, names and what explains
# them, marks, digits of three scripts, signs of direction, joiners, NUL, and whatever else can be
# encoded.
PIECES = [
    *WORDS[::7], "Bashir", "بشار", "al-Sham", "Hay’at Tahrir al-Sham (HTS).", "O'Neill-Smith",
    "هيئة تحرير الشام (HTS).", "HTS", "The Who (TW)", "رئيس الوزراء", "prime minister", "U.S.",
    "12.5", "١٢\u066b٥", "۱۲", "१२", "\u202eSyria\u202c", "\u2067حلب\u2069", "Erdog\u0306an",
    "ال\u064e\u0651شام", "\ufdfa", "a\x00b", "\u200c", "ـ", "x" * 200, "و" * 70, "«", "”", ")",
    ".", "؟", "A-" * 50, "İ", "ß", "ﬁ", "ǅ", "\u0301", "\n\n",
]  # fmt: skip
GARBAGE = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
BODY = st.lists(st.sampled_from(PIECES) | GARBAGE, max_size=40).map(" ".join)
ARCHIVE = st.lists(BODY, min_size=1, max_size=4)
NUMBERS = count()


def opened(folder: Path, articles: Iterable[Article]) -> PassageIndex:
    index = PassageIndex(folder)
    writing = index.begin()
    writing.add(articles)
    writing.commit()
    index.refresh()
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    return opened(tmp_path_factory.mktemp("index"), SEEDS.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("indexes")


@settings(max_examples=200, deadline=None)
@given(ASKED, st.integers(1, 10), st.integers(0, 6))
def test_every_question_is_answered_in_the_articles_own_words_or_refused(
    index: PassageIndex, question: str, limit: int, skip: int
) -> None:
    found = answer(find(index.snapshot, question, limit=limit, skip=skip), SEEDS)

    assert len(found.quotes) <= limit
    assert len(found.near) <= 3
    assert not (found.quotes and found.near)
    places = set()
    for quote in found.quotes:
        start, end = quote.span
        assert quote.context_span.start <= start < end <= quote.context_span.end
        assert quote.text == SEEDS[quote.article.revision].body[start:end] == quote.text.strip()
        assert quote.article not in quote.also
        assert math.isfinite(quote.score)
        places.update((quote.article.id, place) for place in range(start, end))
    assert len(places) == sum(quote.span.end - quote.span.start for quote in found.quotes)


# Each archive is a commit to the disk.
@settings(max_examples=60, deadline=None)
@given(ARCHIVE, st.data(), st.integers(1, 5))
def test_any_archive_is_quoted_word_for_word_and_always_in_the_same_way(
    folder: Path, bodies: list[str], data: st.DataObject, limit: int
) -> None:
    articles = [
        article(body, number, headline=body[:40], language=language_of(body) or Language.ENGLISH)
        for number, body in enumerate(bodies, 1)
    ]
    index = opened(folder / str(next(NUMBERS)), articles)
    said = st.sampled_from(sorted({word for body in bodies for word in body.split()} or {""}))
    asked = st.lists(said | st.sampled_from(PIECES), max_size=12).map(" ".join)
    question = data.draw(ASKED | asked, label="question")

    found = find(index.snapshot, question, limit=limit)

    assert len(found.places) <= limit
    assert 0 <= found.trust <= 1
    for place in found.places:
        body = articles[place.revision - 1].body
        assert place.text == body[slice(*place.span)] == place.text.strip() != ""
        assert place.context_span.start <= place.span.start
        assert place.span.end <= place.context_span.end
        assert math.isfinite(place.score)
    assert set(found.ranking) <= {each.revision for each in articles}
    assert found == find(index.snapshot, question, limit=limit)


@settings(max_examples=200, deadline=None)
@given(CORPUS, st.sets(st.sampled_from(TERMS), min_size=1), st.data())
def test_bm25_is_the_published_formula_with_the_archives_idf(
    corpus: list[list[str]], asked: set[str], data: st.DataObject
) -> None:
    idf = {term: data.draw(st.floats(0.01, 12), label=term) for term in TERMS}
    lengths = [len(each) + data.draw(st.integers(0, 9), label="left out") for each in corpus]
    if not any(lengths):
        lengths[0] = 1

    scores = ArchiveBM25(corpus, lengths, idf).get_scores(sorted(asked))

    assert list(scores) == pytest.approx(
        [
            by_hand(each, length, lengths, asked, idf)
            for each, length in zip(corpus, lengths, strict=True)
        ]
    )


def by_hand(
    sentence: Sequence[str],
    length: int,
    lengths: Sequence[int],
    asked: set[str],
    idf: dict[str, float],
) -> float:
    """Robertson and Zaragoza (2009), with (k1 + 1) in the numerator."""
    average = sum(lengths) / len(lengths)
    norm = K1 * (1 - B + B * length / average)
    counts = {term: sentence.count(term) for term in asked}
    return sum(idf[term] * n * (K1 + 1) / (n + norm) for term, n in counts.items())


def test_bm25_has_the_measured_parameters() -> None:
    assert (K1, B) == (0.6, 0.4)
