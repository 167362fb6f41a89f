"""Names in the news in both scripts, and near misses: what is easily taken for one of them.

A line of names.tsv is `=` or `!`, and two spellings of one name or of two. Rules and lists were
fitted on the odd lines (the first, the third …), and the even ones tell how good they are. Near
misses are as hard as could be thought of; Arabic without its short vowels cannot tell some of them
apart. The rules alone, without lexicon/names.txt, reach .893 and .893 on the testing half.
The floors are what was measured: raise them with every gain.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.names import alike, skeleton
from retrieval.text import fold

HERE = Path(__file__).parent
# Precision and recall, measured 2026-11-22.
FLOORS = {"tuning": (0.98, 0.95), "testing": (0.96, 0.91)}
SLACK = 1e-9  # of division


def labelled() -> list[tuple[bool, str, str]]:
    lines = (HERE / "names.tsv").read_text("utf-8").splitlines()
    return [(label == "=", a, b) for label, a, b in (line.split("\t") for line in lines)]


def half(name: str) -> list[tuple[bool, str, str]]:
    return labelled()[name == "testing" :: 2]


def figures(pairs: list[tuple[bool, str, str]]) -> tuple[float, float]:
    """Return precision and recall of `alike`."""
    found = [same for same, a, b in pairs if alike(a, b)]
    return sum(found) / len(found), sum(found) / sum(same for same, _, _ in pairs)


@pytest.mark.parametrize("name", FLOORS)
def test_names_are_told_apart_as_well_as_they_have_been(name: str) -> None:
    pairs = half(name)

    precision, recall = figures(pairs)

    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}")  # noqa: T201 - both are shown
    least_precision, least_recall = FLOORS[name]
    assert precision >= least_precision - SLACK, f"{precision:.3f} in {name}"
    assert recall >= least_recall - SLACK, f"{recall:.3f} in {name}"


def test_a_name_and_a_word_that_resembles_it_seldom_meet_in_all_the_list() -> None:
    # Each Latin spelling of the testing half against each Arabic one: what a reader's day brings.
    pairs = half("testing")
    words = {word for _, a, b in pairs for word in (a, b)}
    latin = [word for word in words if fold(word)[0] < "\u0600"]
    arabic = words.difference(latin)

    met = [(a, b) for a in latin for b in arabic if alike(a, b)]

    labelled_same = {(a, b) for same, a, b in pairs if same}
    others = set(met) - labelled_same  # of which most are spellings of one name after all
    assert len(others) / (len(latin) * len(arabic)) < 0.001


def test_there_are_enough_pairs_in_both_halves() -> None:
    pairs = labelled()

    assert sum(same for same, _, _ in pairs) >= 300
    assert sum(not same for same, _, _ in pairs) >= 300
    assert len(set(pairs)) == len(pairs)
    for name in FLOORS:
        assert 0.4 <= sum(same for same, _, _ in half(name)) / len(half(name)) <= 0.6


def test_most_spellings_of_one_name_share_a_skeleton() -> None:
    same = [(a, b) for same, a, b in half("testing") if same]

    shared = [skeleton(a) == skeleton(b) != "" for a, b in same]

    assert sum(shared) / len(shared) >= 0.93
