"""Measure the answers on questions with known answers, in SQuAD's format.

Each paragraph is an article of its own. The archive that is asked is built anew in a temporary
folder, with nothing else in it.
"""

from __future__ import annotations

import re
import string
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from bot.errors import CorruptDataError
from retrieval.answering import find
from retrieval.index import PassageIndex
from retrieval.languages import language_of
from retrieval.models import Article, Language
from retrieval.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from retrieval.answering import Findings

RANKS = 10


class _Gold(BaseModel):
    text: str


class _Asked(BaseModel):
    id: str
    question: str
    answers: list[_Gold]


class _Paragraph(BaseModel):
    context: str
    qas: list[_Asked]


class _Document(BaseModel):
    paragraphs: list[_Paragraph]


class _Squad(BaseModel):
    data: list[_Document]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the article that answers it, and its answers in that article's words."""

    question: str
    article: int
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Shares between 0 and 1; latencies in milliseconds of CPU time of one question."""

    questions: int
    answered: float
    passage_hit_1: float
    passage_hit_5: float
    passage_mrr_10: float
    sentence_1: float
    sentence_3: float
    latency_p50_ms: float
    latency_p99_ms: float

    def named(self) -> dict[str, float]:
        """Return the figures under the names that are printed."""
        return {
            "questions": self.questions,
            "answered": self.answered,
            "passage_hit@1": self.passage_hit_1,
            "passage_hit@5": self.passage_hit_5,
            "passage_mrr@10": self.passage_mrr_10,
            "sentence@1": self.sentence_1,
            "sentence@3": self.sentence_3,
            "latency_p50_ms": self.latency_p50_ms,
            "latency_p99_ms": self.latency_p99_ms,
        }


def evaluate(
    questions: Path,
    corpus: Path,
    *,
    split: bool = False,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Ask every question of the file's paragraphs, or of their translation, and score the answers.

    With `split` the archive holds each document in one language: the first, third, … as in
    `questions`, the others as in `corpus`. Ranks are taken before any refusal; `answered` is the
    share that would not have been refused. Raises CorruptDataError for files that are not SQuAD's
    or do not match each other.
    """
    articles, cases = _prepared(_read(questions), _read(corpus), corpus, split=split)
    with tempfile.TemporaryDirectory() as folder:
        index = PassageIndex(Path(folder))
        writing = index.begin()
        writing.add(articles)
        writing.commit()
        index.refresh()
        marks = []
        for case in cases:
            started = time.thread_time()
            findings = find(index.snapshot, case.question)
            spent = (time.thread_time() - started) * 1000
            marks.append((case, findings, spent))
            told(len(marks), len(cases))
    return _report(marks)


def normalised(text: str, language: Language) -> str:
    """Return a text as SQuAD's scorer compares it: case, punctuation, articles and space aside.

    Source: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (2016);
    Arabic also loses its diacritics and spelling variants.
    """
    text = fold(text) if language is Language.ARABIC else text.lower()
    text = _PUNCTUATION.sub(" " if language is Language.ARABIC else "", text)
    if language is Language.ENGLISH:
        text = re.sub(r"\b(a|an|the)\b", " ", text)
    return " ".join(text.split())


_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}«»“”،؛؟…]")


def _read(path: Path) -> list[_Document]:
    try:
        return _Squad.model_validate_json(path.read_bytes()).data
    except OSError as error:
        raise CorruptDataError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CorruptDataError(f"{path}: not SQuAD's format: {where}: {first['msg']}") from error


def _prepared(
    asked: Sequence[_Document], corpus: Sequence[_Document], path: Path, *, split: bool
) -> tuple[list[Article], list[Case]]:
    articles: list[Article] = []
    cases: list[Case] = []
    if len(asked) != len(corpus):
        raise CorruptDataError(f"{path}: {len(corpus)} documents, not {len(asked)}")
    for number, (document, other) in enumerate(zip(asked, corpus, strict=True)):
        held = document if split and number % 2 == 0 else other
        if len(held.paragraphs) != len(document.paragraphs):
            raise CorruptDataError(f"{path}: document {number + 1} has other paragraphs")
        for paragraph, source in zip(document.paragraphs, held.paragraphs, strict=True):
            article = _article(len(articles) + 1, source.context)
            articles.append(article)
            gold = {each.id: each.answers for each in source.qas}
            for each in paragraph.qas:
                answers = tuple(
                    normalised(answer.text, article.language) for answer in gold.get(each.id, ())
                )
                cases.append(Case(each.question, article.id, answers))
    if not cases:
        raise CorruptDataError(f"{path}: no questions")
    return articles, cases


def _article(number: int, body: str) -> Article:
    language = language_of(body) or Language.ENGLISH
    return Article(number, number, language, body, None, None, None, None, "squad")


def _report(marks: Sequence[tuple[Case, Findings, float]]) -> Report:
    ranks = [_rank(case, findings) for case, findings, _ in marks]
    right = [list(_right(case, findings)) for case, findings, _ in marks]
    spent = sorted(spent for *_, spent in marks)
    total = len(marks)
    return Report(
        questions=total,
        answered=sum(findings.answered for _, findings, _ in marks) / total,
        passage_hit_1=sum(rank == 1 for rank in ranks) / total,
        passage_hit_5=sum(rank is not None and rank <= 5 for rank in ranks) / total,  # noqa: PLR2004 - hit@5
        passage_mrr_10=sum(1 / rank for rank in ranks if rank and rank <= RANKS) / total,
        sentence_1=sum(any(each[:1]) for each in right) / total,
        sentence_3=sum(any(each[:3]) for each in right) / total,
        latency_p50_ms=round(spent[total // 2], 2),
        latency_p99_ms=round(spent[int(total * 0.99)], 2),
    )


def _rank(case: Case, findings: Findings) -> int | None:
    """Return the place, from 1, of the right article; its id is its revision here."""
    return next((n for n, each in enumerate(findings.ranking, 1) if each == case.article), None)


def _right(case: Case, findings: Findings) -> Iterator[bool]:
    """Yield, quote by quote, whether it is the right article's and contains a gold answer."""
    for place in findings.places:
        language = language_of(place.text) or Language.ENGLISH
        words = normalised(place.text, language)
        yield any(gold in words for gold in case.gold if gold)
