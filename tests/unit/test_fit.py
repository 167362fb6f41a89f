from __future__ import annotations

import numpy as np
import pytest

from tests.bench.fit import fit_ranking, fit_trust, minimised


def test_the_lowest_point_of_a_narrow_valley_is_found() -> None:
    def rosenbrock(at: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = at
        slope = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
        return float((1 - x) ** 2 + 100 * (y - x * x) ** 2), slope

    assert minimised(rosenbrock, np.array([-1.2, 1.0])) == pytest.approx([1, 1], abs=1e-4)


def test_trust_learns_the_log_odds_of_what_it_saw() -> None:
    # Of those with the proof 3 in 4 are right, of those without 1 in 4: odds of 3 and of 1/3.
    proof = np.repeat([[1.0], [0.0]], 400, axis=0)
    right = np.array(([True] * 3 + [False]) * 100 + ([True] + [False] * 3) * 100)

    weight, bias = fit_trust(proof, right)

    assert bias == pytest.approx(-np.log(3), abs=0.05)
    assert weight + bias == pytest.approx(np.log(3), abs=0.05)


def test_ranking_learns_which_evidence_tells_and_the_same_each_time() -> None:
    telling, idle = [0.0, 0.4, 1.0], [1.0, 0.2, 0.9]
    rows, right = np.column_stack([telling, idle]), np.array([False, False, True])
    # Now and then the second is right too, and a list without a right one teaches nothing.
    lists = [(rows, right)] * 9 + [(rows, np.array([False, True, False])), (rows[:2], right[:2])]

    weights = fit_ranking(lists)

    assert np.argmax(rows @ weights) == 2
    assert weights[0] > abs(weights[1])
    assert fit_ranking(lists).tolist() == weights.tolist()
