"""Measure the answers on questions with known answers, in SQuAD's format.

Each paragraph is an article of its own. The archive that is asked is built anew in a temporary
folder, with nothing else in it.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, fields
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bot.errors import CorruptDataError
from bot.squad import normalised, prepared, read, tunes
from bot.trials import Meanings, archive, each_taken_out
from retrieval.answering import find
from retrieval.encoders import EncoderError
from retrieval.languages import language_of
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from bot.squad import Case
    from retrieval.answering import Findings
    from retrieval.encoders import Encoder
    from retrieval.models import Article

    Told = Callable[[int, int], None]
    Truths = NDArray[np.bool_] | Sequence[bool]
    Shares = NDArray[np.float64] | Sequence[float]

RANKS = 10
RECALL = 0.95
BINS = 10


@dataclass(frozen=True, slots=True)
class Doubt:
    """What trust is worth, by asking again with the question's own paragraph taken out.

    `auc` is the area under the ROC curve of trust telling questions with their paragraph from
    those without. `wrong_at_95_recall` is the share of those without that are answered where 95 %
    of those with are. `calibration_error` is the expected one, over ten bins of trust, against
    whether the first quote is right, for both halves together.
    """

    auc: float
    wrong_at_95_recall: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Report:
    """Shares between 0 and 1; latencies in milliseconds of CPU time of one question.

    `answered` would not have been refused; `right_if_answered` is the share of those whose first
    quote holds the answer: what the threshold of refusing promises.
    """

    questions: int
    answered: float
    right_if_answered: float
    passage_hit_1: float
    passage_hit_5: float
    passage_mrr_10: float
    sentence_1: float
    sentence_3: float
    latency_p50_ms: float
    latency_p99_ms: float
    doubt: Doubt | None = None

    def named(self) -> dict[str, float]:
        """Return the figures under the names that are printed."""
        figures = {
            "questions": self.questions,
            "answered": self.answered,
            "right_if_answered": self.right_if_answered,
            "passage_hit@1": self.passage_hit_1,
            "passage_hit@5": self.passage_hit_5,
            "passage_mrr@10": self.passage_mrr_10,
            "sentence@1": self.sentence_1,
            "sentence@3": self.sentence_3,
            "latency_p50_ms": self.latency_p50_ms,
            "latency_p99_ms": self.latency_p99_ms,
        }
        if self.doubt is not None:
            figures |= {each.name: getattr(self.doubt, each.name) for each in fields(self.doubt)}
        return figures


class Reports(NamedTuple):
    """The figures of all questions, and apart: what tunes is never what tests.

    `tuned` are the questions of the documents that weights are fitted on (`bot.squad.tunes`);
    `tested` are those of the others. None where there are no questions.
    """

    all: Report
    tuned: Report | None
    tested: Report | None

    def columns(self) -> dict[str, Report]:
        """Return the reports that there are, by name."""
        return {name: each for name, each in self._asdict().items() if each is not None}


class _Mark(NamedTuple):
    """A question and what was found; `without` when its paragraph was taken out, if it was."""

    case: Case
    findings: Findings
    spent: float  # milliseconds of CPU time
    without: Findings | None


def evaluate(
    questions: Path,
    corpus: Path,
    *,
    split: bool = False,
    without_gold: bool = False,
    encoder: Encoder | None = None,
    told: Told = lambda _done, _all: None,
    encoding: Told = lambda _done, _all: None,
) -> Reports:
    """Ask every question of the file's paragraphs, or of their translation, and score the answers.

    With `split` the archive holds each document in one language: the first, third, … as in
    `questions`, the others as in `corpus`. With an `encoder` meaning counts too; `encoding` hears
    how many articles have their vectors. With `without_gold` each question is asked again while
    its paragraph is gone. Ranks are taken before any refusal; `answered` is the share that would
    not have been refused. Raises CorruptDataError for files that are not SQuAD's or do not match
    each other, and when the encoder does not work.
    """
    articles, cases = prepared(read(questions), read(corpus), corpus, split=split)
    try:
        meanings = Meanings(encoder, articles, encoding) if encoder is not None else None
        marks = _asked(articles, cases, meanings, told, without_gold=without_gold)
    except EncoderError as error:
        raise CorruptDataError(str(error)) from error
    halves = [[m for m in marks if tunes(m.case.document) is tuned] for tuned in (True, False)]
    return Reports(_report(marks), *(_report(half) if half else None for half in halves))


def _asked(
    articles: Sequence[Article],
    cases: Sequence[Case],
    meanings: Meanings | None,
    told: Told,
    *,
    without_gold: bool,
) -> list[_Mark]:
    total = len(cases) * (2 if without_gold else 1)
    found: list[tuple[Findings, float]] = []
    with archive(articles) as index:
        for case in cases:
            started = time.thread_time()
            near = meanings.near(case.question) if meanings else None
            findings = find(index, case.question, near=near)
            found.append((findings, (time.thread_time() - started) * 1000))
            told(len(found), total)
    without: dict[int, Findings] = {}
    if without_gold:
        for gone, index in each_taken_out(_by_document(articles, cases)):
            for number, case in enumerate(cases):
                if case.article == gone.id:
                    near = meanings.near(case.question, without=gone.id) if meanings else None
                    without[number] = find(index, case.question, near=near)
                    told(len(found) + len(without), total)
    return [
        _Mark(case, findings, spent, without.get(number))
        for number, (case, (findings, spent)) in enumerate(zip(cases, found, strict=True))
    ]


def _by_document(articles: Sequence[Article], cases: Sequence[Case]) -> list[list[Article]]:
    """Return the articles, each document's together; one that nothing asks about is alone."""
    document = {case.article: case.document for case in cases}
    grouped = groupby(articles, key=lambda each: document.get(each.id, -each.id))
    return [list(some) for _, some in grouped]


def _report(marks: Sequence[_Mark]) -> Report:
    ranks = [_rank(mark.case, mark.findings) for mark in marks]
    right = [list(_right(mark.case, mark.findings)) for mark in marks]
    answered = [r for mark, r in zip(marks, right, strict=True) if mark.findings.answered]
    spent = sorted(mark.spent for mark in marks)
    total = len(marks)
    return Report(
        questions=total,
        answered=len(answered) / total,
        right_if_answered=sum(any(each[:1]) for each in answered) / (len(answered) or 1),
        passage_hit_1=sum(rank == 1 for rank in ranks) / total,
        passage_hit_5=sum(rank is not None and rank <= 5 for rank in ranks) / total,  # noqa: PLR2004 - hit@5
        passage_mrr_10=sum(1 / rank for rank in ranks if rank and rank <= RANKS) / total,
        sentence_1=sum(any(each[:1]) for each in right) / total,
        sentence_3=sum(any(each[:3]) for each in right) / total,
        latency_p50_ms=round(spent[total // 2], 2),
        latency_p99_ms=round(spent[int(total * 0.99)], 2),
        doubt=_doubt(marks),
    )


def _doubt(marks: Sequence[_Mark]) -> Doubt | None:
    pairs = [(mark.findings, mark.without) for mark in marks if mark.without is not None]
    if not pairs:
        return None
    having = [findings.trust for findings, _ in pairs]
    lacking = [without.trust for _, without in pairs]
    right = [_first_is_right(mark.case, mark.findings) for mark in marks]
    # Nothing is right of what stands in another story, though it may hold the same words.
    truths = [*right, *(False for _ in lacking)]
    return Doubt(
        auc(having, lacking),
        wrong_at_recall(having, lacking),
        calibration_error([*having, *lacking], truths),
    )


def auc(having: Shares, lacking: Shares) -> float:
    """Return how often one of `having` is greater than one of `lacking`; half for the same."""
    ordered = np.sort(np.asarray(lacking, np.float64))
    below = np.searchsorted(ordered, having, side="left")
    same = np.searchsorted(ordered, having, side="right") - below
    return float((below + same / 2).mean() / len(ordered))


def wrong_at_recall(having: Shares, lacking: Shares, recall: float = RECALL) -> float:
    """Return the share of `lacking` at the highest threshold that `recall` of `having` reach."""
    least = sorted(having, reverse=True)[math.ceil(recall * len(having)) - 1]
    return float(np.mean(np.asarray(lacking) >= least))


def calibration_error(trust: Shares, truths: Truths, bins: int = BINS) -> float:
    """Return by how much trust differs from the share of truths, bin by bin, on average."""
    values, truth = np.asarray(trust, np.float64), np.asarray(truths, np.float64)
    own = np.minimum((values * bins).astype(int), bins - 1)
    apart = np.bincount(own, values - truth, bins)
    return float(np.abs(apart).sum() / len(values))


def _rank(case: Case, findings: Findings) -> int | None:
    """Return the place, from 1, of the right article; its id is its revision here."""
    return next((n for n, each in enumerate(findings.ranking, 1) if each == case.article), None)


def _right(case: Case, findings: Findings) -> Iterator[bool]:
    """Yield, quote by quote, whether it contains a gold answer."""
    for place in findings.places:
        language = language_of(place.text) or Language.ENGLISH
        words = normalised(place.text, language)
        yield any(gold in words for gold in case.gold if gold)


def _first_is_right(case: Case, findings: Findings) -> bool:
    own = bool(findings.places) and findings.places[0].article == case.article
    return own and next(_right(case, findings))
