"""`python -m tests.bench fit FOLDER`: the weights of `retrieval/decision.toml`, fitted anew.

Ranking by listwise softmax over each question's sentences, trust by logistic regression on the
best sentence, with the question's own paragraph there and gone; both on the documents that tune
(`bot.squad.tunes`) alone.
Nothing is random: the same data and code give the same weights.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bot.evaluate import auc, calibration_error, wrong_at_recall
from bot.squad import read, tunes
from retrieval.answering import OWN_WITHIN
from retrieval.decision import Evidence, Proof
from tests.bench.pools import ALONE, BOTH, SETTINGS, Pool, Remembering, pools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from retrieval.encoders import Encoder
    from tests.bench.pools import Setting

FOLDS = 6
RIDGE = 1e-3
GRADIENT = 1e-6  # small enough to be at the bottom
STEPS = 200
BETTER = 1e-4  # of the slope, that a step must win
BEYOND_REACH = -1e9  # of log-odds: no probability at all
EVIDENCE = Evidence._fields
PROOF = Proof._fields[:-1]  # the bias comes last
BY_MEANING = {"meaning", "around"}  # what words alone do not have
OUTDONE = {"bigrams"}  # what weighs nothing in the order of sentences beside meaning (ADR 0008)
CROSSING = PROOF.index("crossing")


class Doubts(NamedTuple):
    """The best sentences: float[n, k] of proof, right or not, whether their paragraph is there."""

    proof: np.ndarray
    right: np.ndarray
    having: np.ndarray
    hopeless: np.ndarray
    document: np.ndarray
    setting: np.ndarray

    def where(self, which: np.ndarray) -> Doubts:
        """Return some of them."""
        return Doubts(*(each[which] for each in self))


def minimised(
    loss: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray
) -> np.ndarray:
    """Return where a smooth function is least: BFGS, with steps halved until they win enough.

    `loss` gives the value and the gradient.
    """
    at, inverse = start.astype(float), np.eye(len(start))
    value, slope = loss(at)
    for _ in range(STEPS):
        if np.abs(slope).max() < GRADIENT:
            break
        way = -inverse @ slope
        length = 1.0
        while True:
            moved = length * way
            next_value, next_slope = loss(at + moved)
            if next_value <= value + BETTER * (slope @ moved):
                break
            length /= 2
            if length < GRADIENT:  # rounding hides what is left to win
                return at
        turned = next_slope - slope
        bend = moved @ turned
        if bend > 0:
            left = np.eye(len(at)) - np.outer(moved, turned) / bend
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / bend
        at, value, slope = at + moved, next_value, next_slope
    return at


def fit_ranking(lists: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return weights that make the right of each list likely: -log of their softmax is least.

    A list is float[n, k] and bool[n]; one with nothing right, or nothing wrong, teaches nothing.
    """
    lists = [(rows, right) for rows, right in lists if right.any() and not right.all()]
    most, width = max(len(rows) for rows, _ in lists), lists[0][0].shape[1]
    rows = np.zeros((len(lists), most, width))
    every = np.full((len(lists), most), BEYOND_REACH)
    rights = every.copy()
    for number, (own, right) in enumerate(lists):
        rows[number, : len(own)] = own
        every[number, : len(own)] = 0.0
        rights[number, : len(own)] = np.where(right, 0.0, BEYOND_REACH)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = rows @ weights
        all_of, of_right = (np.logaddexp.reduce(score + mask, 1) for mask in (every, rights))
        apart = np.exp(score + every - all_of[:, None]) - np.exp(score + rights - of_right[:, None])
        slope = np.tensordot(apart, rows, 2) / len(rows) + 2 * RIDGE * weights
        return float((all_of - of_right).mean() + RIDGE * weights @ weights), slope

    return minimised(loss, np.zeros(width))


def fit_trust(proof: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the weights of a logistic regression, the bias last: float[k + 1]."""
    rows, truth = _biased(proof), right.astype(float)
    ridge = RIDGE * np.append(np.ones(proof.shape[1]), 0.0)  # the bias goes free

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = rows @ weights
        slope = rows.T @ (_sigmoid(odds) - truth) / len(rows) + 2 * ridge * weights
        value = (np.logaddexp(0, odds) - truth * odds).mean() + ridge @ weights**2
        return float(value), slope

    return minimised(loss, np.zeros(rows.shape[1]))


def report(
    folder: Path, encoder: Encoder | None, vectors: Path | None, documents: int | None
) -> Iterator[str]:
    """Yield the lines of tables and weights: for words alone and, with an encoder, with meaning.

    `vectors` is where vectors are kept; `documents` reads only the first so many. Raises
    CorruptDataError, OSError.
    """
    yield from _model(folder, None, "words", documents)
    if encoder is not None:
        remembering = Remembering(encoder, vectors)
        yield from _model(folder, remembering, "meaning", documents)


def _model(
    folder: Path, encoder: Remembering | None, name: str, documents: int | None
) -> Iterator[str]:
    held = _gathered(folder, encoder, documents)
    left_out = OUTDONE if encoder else BY_MEANING
    large = [each for each in held if each.setting in SETTINGS]
    yield f"# {name}: ranking; the first sentence right, tuning half, {FOLDS} folds"
    pieces = [each for each in EVIDENCE if each not in left_out]
    yield _row("", [*map(str, SETTINGS), "mean"])
    yield _ranking_row("all", large, pieces)
    for gone in pieces:
        yield _ranking_row(f"  but {gone}", large, [each for each in pieces if each != gone])
    tuned = [each for each in _only(large, pieces) if tunes(each.document)]
    weights = fit_ranking([(each.evidence, each.right) for each in tuned])
    tested = [each for each in _only(large, pieces) if not tunes(each.document)]
    yield _row("all, testing half", _shares([(each, weights) for each in tested]))
    twice = [each for each in _only(held, pieces) if each.setting in BOTH]
    yield _row("own language first", [f"{s} {_own_first(twice, s, weights):.3f}" for s in BOTH])

    doubts = _doubts([each for each in held if each.setting not in BOTH], pieces, weights)
    proofs = [each for each in PROOF if encoder or each not in BY_MEANING]
    yield f"# {name}: trust; area under the curve / wrong at 95 % recall, tuning half"
    yield _row("", [*(str(each) for each in (*SETTINGS, *ALONE)), "calibration"])
    yield _trust_row("all", doubts, proofs)
    for gone in proofs:
        yield _trust_row(f"  but {gone}", doubts, [each for each in proofs if each != gone])
    columns = [PROOF.index(each) for each in proofs]
    tuning = np.array([tunes(each) for each in doubts.document])
    learnt = doubts.where(tuning & ~doubts.hopeless)
    trust = fit_trust(learnt.proof[:, columns], learnt.right)
    rest = doubts.where(~tuning)
    yield _row("all, testing half", _trusted(rest, _trust(rest, columns, trust)))
    yield ""
    yield from _toml(f"{name}.ranking", pieces, weights)
    yield from _toml(f"{name}.trust", [*proofs, "bias"], trust)


def _gathered(folder: Path, encoder: Remembering | None, documents: int | None) -> list[Pool]:
    files = {name: folder / f"xquad.{name}.json" for name in ("en", "ar")}
    texts = {name: read(path)[:documents] for name, path in files.items()}
    found = []
    for setting in (*SETTINGS, *ALONE, *BOTH):
        print(f"{setting}: evidence …", file=sys.stderr)
        asked, corpus = texts[setting.asked], texts[setting.corpus]
        found += pools(setting, asked, corpus, files[setting.corpus], encoder)
        if encoder:
            encoder.save()
    return found


def _only(held: Sequence[Pool], pieces: Sequence[str]) -> list[Pool]:
    """Return pools whose other pieces of evidence are cut off."""
    columns = [EVIDENCE.index(each) for each in pieces]
    return [
        Pool(p.setting, p.document, p.evidence[:, columns], p.proof, p.right, p.own, p.hopeless)
        for p in held
    ]


def _folds(documents: Sequence[int]) -> Iterator[set[int]]:
    """Yield the tuning half's documents in as many parts, each with odd ones and even ones."""
    tuning = {each for each in documents if tunes(each)}
    for fold in range(FOLDS):
        if part := {each for each in tuning if (each - 1) // 4 % FOLDS == fold}:
            yield part


def _ranking_row(label: str, held: Sequence[Pool], pieces: Sequence[str]) -> str:
    tuned = [each for each in _only(held, pieces) if tunes(each.document)]
    judged = []
    for fold in _folds([each.document for each in tuned]):
        learnt = [(each.evidence, each.right) for each in tuned if each.document not in fold]
        weights = fit_ranking(learnt)
        judged += [(each, weights) for each in tuned if each.document in fold]
    return _row(label, _shares(judged))


def _shares(judged: Sequence[tuple[Pool, np.ndarray]]) -> list[str]:
    """Return for each setting how often the best sentence is right, and their mean."""
    right = {
        setting: np.mean(
            [
                each.right[np.argmax(each.evidence @ weights)]
                for each, weights in judged
                if each.setting == setting
            ]
        )
        for setting in SETTINGS
    }
    return [f"{each:.3f}" for each in (*right.values(), np.mean([*right.values()]))]


def _own_first(twice: Sequence[Pool], setting: Setting, weights: np.ndarray) -> float:
    """Return how often the question's language comes first where both languages say the same."""
    firsts = [
        each.proof[_best(each.evidence @ weights, each.proof[:, CROSSING] > 0), CROSSING] == 0
        for each in twice
        if each.setting == setting
    ]
    return float(np.mean(firsts))


def _doubts(held: Sequence[Pool], pieces: Sequence[str], weights: np.ndarray) -> Doubts:
    """Return every question's best sentence, and the best when its paragraph is gone."""
    found, meaning = [], "meaning" in pieces
    for each, cut in zip(held, _only(held, pieces), strict=True):
        score = cut.evidence @ weights
        for having, kept in ((True, np.ones_like(each.own)), (False, ~each.own)):
            best = _best(np.where(kept, score, BEYOND_REACH), each.proof[:, CROSSING] > 0)
            # Where nothing else is found there is nothing to trust.
            proof = each.proof[best] if kept.any() else np.zeros(len(PROOF))
            right = having and each.right[best]
            # As the decision has it: across languages, what is near in meaning is not hopeless.
            hopeful = meaning and proof[CROSSING] > 0
            hopeless = (each.hopeless and not hopeful) or not kept.any()
            found.append((proof, right, having, hopeless, each.document, str(each.setting)))
    return Doubts(*(np.array(each) for each in zip(*found, strict=True)))


def _best(score: np.ndarray, crossing: np.ndarray) -> int:
    """Return where the best is: in the question's language, if that is about as good."""
    own = np.where(crossing, BEYOND_REACH, score)
    return int(np.argmax(own if score.max() - own.max() <= OWN_WITHIN else score))


def _trust_row(label: str, doubts: Doubts, pieces: Sequence[str]) -> str:
    columns = [PROOF.index(each) for each in pieces]
    tuned = doubts.where(np.array([tunes(each) for each in doubts.document]))
    trust = np.zeros(len(tuned.right))
    for fold in _folds(tuned.document.tolist()):
        inside = np.isin(tuned.document, [*fold])
        learnt = tuned.where(~inside & ~tuned.hopeless)
        weights = fit_trust(learnt.proof[:, columns], learnt.right)
        trust[inside] = _trust(tuned.where(inside), columns, weights)
    return _row(label, _trusted(tuned, trust))


def _trust(doubts: Doubts, columns: Sequence[int], weights: np.ndarray) -> np.ndarray:
    return np.where(doubts.hopeless, 0.0, _sigmoid(_biased(doubts.proof[:, columns]) @ weights))


def _trusted(doubts: Doubts, trust: np.ndarray) -> list[str]:
    cells = []
    for setting in (*SETTINGS, *ALONE):
        own = doubts.setting == str(setting)
        having, lacking = trust[own & doubts.having], trust[own & ~doubts.having]
        cells.append(f"{auc(having, lacking):.3f}/{wrong_at_recall(having, lacking):.2f}")
    return [*cells, f"{calibration_error(trust, doubts.right):.3f}"]


def _biased(rows: np.ndarray) -> np.ndarray:
    return np.column_stack([rows, np.ones(len(rows))])


def _sigmoid(odds: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -odds))


def _row(label: str, cells: Sequence[str]) -> str:
    return f"{label:20}" + "".join(f"{cell:>12}" for cell in cells)


def _toml(name: str, pieces: Sequence[str], weights: np.ndarray) -> Iterator[str]:
    yield f"[{name}]"
    yield from (f"{piece} = {weight:.2f}" for piece, weight in zip(pieces, weights, strict=True))
    yield ""
