from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answering import OWN_WITHIN, _own_first, find
from retrieval.decision import Evidence, Proof, model
from retrieval.models import Language
from retrieval.question import Question
from retrieval.sentences import rank
from retrieval.text import tokens
from tests.fakes.archive import article

if TYPE_CHECKING:
    from tests.unit.retrieval.conftest import Index

KEPT = tomllib.loads(files("retrieval").joinpath("decision.toml").read_text("utf-8"))
SHARE = st.floats(0, 1)
MEANING = {"words": False, "meaning": True}


def test_the_weights_of_both_decisions_are_kept_for_words_and_for_meaning() -> None:
    assert KEPT.keys() == MEANING.keys()
    for name, meaning in MEANING.items():
        assert KEPT[name].keys() == {"ranking", "trust"}
        used = model(meaning=meaning)
        assert {k: v for k, v in used.ranking._asdict().items() if v} == KEPT[name]["ranking"]
        assert KEPT[name]["trust"].items() <= used.trust._asdict().items()
        assert used.trust.bias == KEPT[name]["trust"]["bias"] < 0


def test_words_alone_are_decided_without_meaning() -> None:
    words = model(meaning=False)

    assert (words.ranking.meaning, words.ranking.around, words.trust.meaning) == (0, 0, 0)
    assert model(meaning=True).ranking.meaning > 0
    assert model(meaning=True).trust.meaning > 0


@pytest.mark.parametrize(
    ("meaning", "kind"),
    [
        (meaning, kind)
        for meaning, kind in product([False, True], Proof._fields)
        if kind != "bias" and (meaning or kind != "meaning")
    ],
)
@given(st.builds(Proof, *[SHARE] * 5, bias=st.just(1.0)), st.floats(0.01, 1))
def test_more_of_each_proof_is_more_probable(
    meaning: bool,  # noqa: FBT001 - a parameter
    kind: str,
    proof: Proof,
    more: float,
) -> None:
    weights = model(meaning=meaning).trust
    better = proof._replace(**{kind: getattr(proof, kind) + more})

    before, after = proof.probability(weights), better.probability(weights)

    assert 0 < before < after < 1


@pytest.mark.parametrize("meaning", [False, True])
def test_nothing_is_refused_and_everything_is_trusted(
    meaning: bool,  # noqa: FBT001 - a parameter
) -> None:
    weights = model(meaning=meaning).trust

    assert Proof().probability(weights) < 0.1
    assert Proof(1, 1, 1, 0, 1 if meaning else 0).probability(weights) > 0.9


@pytest.mark.parametrize("meaning", [False, True])
@given(st.builds(Evidence, *[SHARE] * 8), SHARE)
def test_more_evidence_never_ranks_lower(
    meaning: bool,  # noqa: FBT001 - a parameter
    some: Evidence,
    more: float,
) -> None:
    weights = model(meaning=meaning).ranking

    for kind in Evidence._fields:
        better = some._replace(**{kind: getattr(some, kind) + more})
        assert better.weighed(weights) >= some.weighed(weights)


ENGLISH = article("The earthquake struck Zarqa at dawn.", 1)
ARABIC = article("ضرب الزلزال الزرقاء فجرا.", 2, language=Language.ARABIC)
FAR = article("تحدث الوزير مطولا أمام الصحافة عن الزلزال وحده.", 2, language=Language.ARABIC)


@pytest.mark.parametrize(
    ("question", "own"), [("earthquake Zarqa dawn", 1), ("زلزال الزرقاء فجرا", 2)]
)
def test_of_two_about_as_good_the_readers_own_language_goes_first(
    index: Index, question: str, own: int
) -> None:
    found = find(index([ENGLISH, ARABIC]).snapshot, question)

    assert found.places[0].article == own


@pytest.mark.parametrize(("behind", "first"), [(OWN_WITHIN - 0.01, 1), (OWN_WITHIN + 0.01, 2)])
def test_the_readers_own_language_goes_first_although_it_is_a_little_weaker(
    index: Index, behind: float, first: int
) -> None:
    snapshot = index([ENGLISH, ARABIC]).snapshot
    question = Question("earthquake Zarqa dawn", tokens("earthquake Zarqa dawn"), snapshot)
    found = rank(question, snapshot.search(question.clauses(snapshot), 10), 10)
    own, other = sorted(found, key=lambda each: each.candidate.article)

    ordered = _own_first(question, [other._replace(rank=own.rank + behind), own])

    assert [each.candidate.article for each in ordered] == ([1, 2] if first == 1 else [2, 1])


def test_one_in_the_other_language_that_is_much_better_goes_first(index: Index) -> None:
    found = find(index([ENGLISH, FAR]).snapshot, "زلزال الزرقاء فجرا", limit=10)

    assert found.places[0].article == 1
    assert all(found.places[0].score - each.score > OWN_WITHIN for each in found.places[1:])


def test_what_is_likely_enough_is_the_readers_to_say(index: Index) -> None:
    snapshot = index([ENGLISH, ARABIC]).snapshot
    found = find(snapshot, "earthquake in Zarqa")

    strict = find(snapshot, "earthquake in Zarqa", least=found.trust + 0.001)
    exact = find(snapshot, "earthquake in Zarqa", least=found.trust)

    assert found.answered
    assert exact.answered
    assert not strict.answered
    assert strict.places == found.places


@pytest.mark.parametrize(
    ("question", "crossing"), [("earthquake in Zarqa", 0), ("زلزال في الزرقاء", 1)]
)
def test_what_is_in_the_other_language_is_said_to_cross(
    index: Index, question: str, crossing: int
) -> None:
    found = find(index([ENGLISH]).snapshot, question)

    assert found.grounds is not None
    assert found.grounds.proof.crossing == crossing


def test_a_question_most_of_which_stands_nowhere_is_not_trusted(index: Index) -> None:
    snapshot = index([ENGLISH, ARABIC]).snapshot

    assert find(snapshot, "Did the earthquake in Zarqa hit?").trust > 0
    assert find(snapshot, "Zarqa Quzmuz Fubbux Wombux").trust == 0
