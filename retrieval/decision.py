"""The decision: how evidence is weighed into an order of quotes, and into a probability.

Two small linear models, one for words alone and one for words and meaning. Their weights stand in
`decision.toml`, fitted by a script; nothing else decides what is quoted and what is refused.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from operator import mul
from typing import NamedTuple


class Evidence(NamedTuple):
    """What speaks for a sentence; also the weights of the same.

    Shares are 0 to 1. Of a question of few words, or a passage that repeats them, the scores may
    be over 1; nearness is -1 to 1.
    """

    bm25: float = 0.0  # of the sentence, over the most the question could give
    story: float = 0.0  # the same of its passage
    coverage: float = 0.0  # share of the question's worth in it, and near it
    bigrams: float = 0.0  # share of the question's neighbouring words that are neighbours in it
    cue: float = 0.0  # whether it holds the kind of answer that is asked for
    meaning: float = 0.0  # how near it is in meaning, in sixths of the z-score
    around: float = 0.0  # how near the nearest sentence of its passage is
    unsaid: float = 0.0  # in the other language: share of the question that nothing there says

    def weighed(self, weights: Evidence) -> float:
        """Return the weighted sum, in log-odds."""
        total: float = sum(map(mul, weights, self))
        return total


class Proof(NamedTuple):
    """What speaks for the best sentence being an answer at all; also the weights of the same."""

    coverage: float = 0.0  # share of the question's worth in the sentence, and near it
    passage: float = 0.0  # share of the question's worth, as proof, in its passage
    bigrams: float = 0.0
    crossing: float = 0.0  # whether it is in the other language
    meaning: float = 0.0  # its nearness beyond what the best of so many has by chance
    bias: float = 1.0

    def probability(self, weights: Proof) -> float:
        """Return the probability that the sentence answers."""
        total: float = sum(map(mul, weights, self))
        return 1 / (1 + math.exp(-total))


class Model(NamedTuple):
    """The weights of both decisions."""

    ranking: Evidence
    trust: Proof


@cache
def model(*, meaning: bool) -> Model:
    """Return the weights for words and meaning, or for words alone."""
    text = files("retrieval").joinpath("decision.toml").read_text("utf-8")
    kept = tomllib.loads(text)["meaning" if meaning else "words"]
    return Model(Evidence(**kept["ranking"]), Proof(**kept["trust"]))
