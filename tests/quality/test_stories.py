"""Invented pairs of texts that are one story or two, and the least that must be told rightly.

Pairs of odd-numbered families are those that the thresholds were fitted on; a family is a text and
what was made of it, so no text stands on both sides. Of kind "subject", "followup", "independent",
"template", "swap" and "short" are the pairs that look alike and are two stories.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from retrieval.duplicates import Signature, likeness, signature

PAIRS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "stories.jsonl").read_text("utf-8").splitlines()
]
# By half: precision and recall. Measured 2026-11-22, on 75 and 87 pairs: .971 and 1 on the tuning
# half, .976 and 1 on the testing half; in each half one follow-up is taken for a copy.
FLOORS = {"tuning": (0.95, 0.97), "testing": (0.95, 0.95)}


def half(pair: dict[str, Any]) -> str:
    return "tuning" if int(pair["id"][1:3]) % 2 else "testing"


def signed(text: dict[str, str]) -> Signature:
    return signature(text["title"], text["body"])


@pytest.mark.parametrize("name", FLOORS)
@pytest.mark.parametrize("language", ["ar", "en", None])
def test_copies_are_recognised_and_other_stories_are_not(name: str, language: str | None) -> None:
    pairs = [each for each in PAIRS if half(each) == name and language in (each["language"], None)]
    told = [each for each in pairs if likeness(signed(each["a"]), signed(each["b"]))]
    right = [each for each in told if each["same"]]

    precision = len(right) / len(told)
    recall = len(right) / sum(each["same"] for each in pairs)

    wrong = [each["id"] for each in pairs if (each in told) != each["same"]]
    one_wrong = 1 / len(told) if language else 0  # one pair weighs more in half of a half
    print(f"{name}, {language}: precision {precision:.3f}, recall {recall:.3f}, wrong {wrong}")  # noqa: T201 - the figures are asked for
    assert precision >= FLOORS[name][0] - one_wrong, wrong
    assert recall >= FLOORS[name][1] - one_wrong, wrong


def test_the_pairs_are_many_in_both_languages_and_halves() -> None:
    counts = {
        (name, language, same): sum(
            (half(each), each["language"], each["same"]) == (name, language, same) for each in PAIRS
        )
        for name in FLOORS
        for language in ("ar", "en")
        for same in (True, False)
    }

    assert len({each["id"] for each in PAIRS}) == len(PAIRS) >= 60
    assert min(counts.values()) >= 15


def test_texts_of_different_families_are_never_one_story() -> None:
    families: dict[str, list[Signature]] = {}
    for pair in PAIRS:
        texts = families.setdefault(pair["id"][:3], [signed(pair["a"])])
        texts.append(signed(pair["b"]))

    wrong = [
        (one, other)
        for one, other in combinations(families, 2)
        for first in families[one]
        for second in families[other]
        if likeness(first, second)
    ]

    assert wrong == []
