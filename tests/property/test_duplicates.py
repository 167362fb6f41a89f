"""Whatever two texts say: telling them apart is symmetric, settled and independent of order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from retrieval.duplicates import Signature, Stories, likeness, signature
from retrieval.signatures import BITS, shingles

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = (
    "Syria Turkey سوريا تركيا Monday Tuesday الاثنين الثلاثاء 12 ١٢ twelve ثلاثة rebels talks "
    "border said the هيئة قطر اتصالات مسؤول في من opened convoy meeting وزير اجتماع حلب"
).split()
TEXTS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join) | st.text(max_size=80)
HEADLINES = st.none() | TEXTS
SIGNED = st.builds(signature, HEADLINES, TEXTS)


@given(SIGNED, SIGNED)
def test_likeness_is_a_share_and_symmetric(one: Signature, other: Signature) -> None:
    alike = likeness(one, other)

    assert 0 <= alike <= 1
    assert likeness(other, one) == alike


@given(SIGNED)
def test_a_text_with_words_is_its_own_copy(made: Signature) -> None:
    stories = Stories()
    stories.add(3, made, NOW)

    found = stories.find(Signature(bytes(made)), NOW)

    assert found == (3 if made.title or made.body else None)


@given(st.lists(st.tuples(SIGNED, st.integers(0, 100)), max_size=8), SIGNED, st.randoms())
def test_the_order_of_adding_makes_no_difference(
    articles: list[tuple[Signature, int]], asked: Signature, chance: st.DrawFn
) -> None:
    numbered = list(enumerate(articles))
    shuffled = list(numbered)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random

    found = set()
    for order in (numbered, shuffled):
        stories = Stories()
        for number, (made, hours) in order:
            stories.add(number, made, NOW - timedelta(hours=hours))
        found.add(stories.find(asked, NOW))

    assert len(found) == 1


@given(st.lists(st.sampled_from(WORDS), min_size=30, max_size=60), st.data())
def test_sketches_estimate_the_resemblance(words: list[str], data: st.DataObject) -> None:
    others = data.draw(st.lists(st.sampled_from(WORDS), min_size=30, max_size=60))
    one, other = signature(None, " ".join(words)), signature(None, " ".join(others))
    first, second = shingles(one.body), shingles(other.body)

    differing = sum(
        (int(mine) ^ int(theirs)).bit_count()
        for mine, theirs in zip(one.sketches[: BITS // 64], other.sketches, strict=False)
    )

    estimate = 1 - 2 * differing / BITS
    exact = len(first & second) / len(first | second) if first | second else 1
    assert abs(estimate - exact) < 0.27  # six standard errors
