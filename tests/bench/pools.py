"""Pools of evidence, by the product's own code: what each question's answer is chosen from.

Settings are those of XQuAD: the question's language, the corpus's, and whether documents are split
between the two. Archives of one document each are small and all of one subject, as a newsroom's
are in its first days; across languages and within, they teach trust not to count on a large one.
An archive that has every document in both languages shows which of two equal answers comes first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bot.squad import normalised, prepared
from bot.trials import Meanings, archive
from retrieval import answering
from retrieval.question import Question
from retrieval.sentences import rank
from retrieval.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot.squad import Case, Document
    from retrieval.encoders import Encoder, Floats
    from retrieval.index import Snapshot
    from retrieval.models import Article
    from retrieval.sentences import Ranked

POOL = 60  # sentences of a question


class Setting(NamedTuple):
    """Which language asks, which answers, and whether documents are split between them."""

    asked: str
    corpus: str
    split: bool = False
    alone: bool = False  # each document is an archive of its own
    both: bool = False  # every document is there in both

    def __str__(self) -> str:
        between = "~" if self.split else "+" if self.both else ">"
        return f"{self.asked}{between}{self.corpus}{'*' if self.alone else ''}"


SETTINGS = (
    Setting("en", "en"),
    Setting("ar", "ar"),
    Setting("ar", "en"),
    Setting("en", "ar"),
    Setting("en", "ar", split=True),
    Setting("ar", "en", split=True),
)
ALONE = tuple(each._replace(alone=True) for each in SETTINGS if not each.split)
BOTH = tuple(each._replace(split=False, both=True) for each in SETTINGS if each.split)


@dataclass(frozen=True, slots=True)
class Pool:
    """A question's sentences, best first as the product has them; n of them.

    `evidence` is float[n, 7] in the order of `Evidence`, `proof` float[n, 5] in that of `Proof`
    without its bias; `right` and `own` tell which hold the answer in the right article, and which
    are of that article; `hopeless` is a question whose subject the archive does not know.
    """

    setting: Setting
    document: int
    evidence: np.ndarray
    proof: np.ndarray
    right: np.ndarray
    own: np.ndarray
    hopeless: bool


class Remembering:
    """An encoder that keeps what it encoded: FILE.npz has the vectors, FILE.json the texts."""

    def __init__(self, encoder: Encoder, file: Path | None) -> None:
        self._encoder, self._file = encoder, file
        self.name, self.dimensions = encoder.name, encoder.dimensions
        self._questions: dict[str, Floats] = {}
        self._passages: dict[str, Floats] = {}
        self._new = 0
        if file is not None and file.with_suffix(".npz").exists():
            questions, passages = json.loads(file.with_suffix(".json").read_text("utf-8"))
            with np.load(file.with_suffix(".npz")) as kept:
                self._questions = dict(zip(questions, kept["qv"], strict=True))
                self._passages = dict(zip(passages, kept["sv"], strict=True))

    def passages(self, texts: Sequence[str]) -> Floats:
        """Return float32[n, d], a unit row for each text."""
        missing = list(dict.fromkeys(each for each in texts if each not in self._passages))
        if missing:
            self._passages |= dict(zip(missing, self._encoder.passages(missing), strict=True))
            self._new += len(missing)
        found = [self._passages[each] for each in texts]
        return np.stack(found) if found else self._encoder.passages([])

    def question(self, text: str) -> Floats:
        """Return float32[d], of length one."""
        if text not in self._questions:
            self._questions[text] = self._encoder.question(text)
            self._new += 1
        return self._questions[text]

    def save(self) -> None:
        """Write what came new."""
        if self._file is None or not self._new:
            return
        questions, passages = self._questions, self._passages
        np.savez(
            self._file.with_suffix(".npz"),
            qv=np.stack([*questions.values()]),
            sv=np.stack([*passages.values()]),
        )
        self._file.with_suffix(".json").write_text(json.dumps([[*questions], [*passages]]))
        self._new = 0


def pools(
    setting: Setting,
    asked: Sequence[Document],
    corpus: Sequence[Document],
    path: Path,
    encoder: Encoder | None,
) -> Iterator[Pool]:
    """Yield the pool of every question that finds anything. Raises CorruptDataError."""
    if setting.both:
        own, cases = prepared(asked, asked, path, split=False)
        translations, _ = prepared(asked, corpus, path, split=False)
        numbered = enumerate(translations, len(own) + 1)
        other = [replace(each, id=number, revision=number) for number, each in numbered]
        yield from _pools(setting, 0, [*own, *other], cases, encoder)
    elif not setting.alone:
        yield from _pools(setting, 0, *prepared(asked, corpus, path, split=setting.split), encoder)
    else:
        for number, (one, other) in enumerate(zip(asked, corpus, strict=True)):
            alone = prepared([one], [other], path, split=False)
            yield from _pools(setting, number, *alone, encoder)


def _pools(
    setting: Setting,
    before: int,
    articles: Sequence[Article],
    cases: Sequence[Case],
    encoder: Encoder | None,
) -> Iterator[Pool]:
    meanings = Meanings(encoder, articles) if encoder is not None else None
    with archive(articles) as index:
        for case in cases:
            found = _pool(setting, before + case.document, case, index, meanings)
            if found is not None:
                yield found


def _pool(
    setting: Setting, document: int, case: Case, index: Snapshot, meanings: Meanings | None
) -> Pool | None:
    """Return what `retrieval.answering.find` would choose from."""
    near = meanings.near(case.question) if meanings else None
    question = Question(case.question, answering._worth_asking(tokens(case.question), index), index)
    candidates, near = answering._gathered(question, index, near)
    ranked = rank(question, candidates, POOL, near)
    if not ranked:
        return None
    by_chance = near.by_chance if near is not None else 0.0
    return Pool(
        setting,
        document,
        np.array([each.evidence for each in ranked]),
        np.array([_proof(question, each, by_chance) for each in ranked]),
        np.array([_holds(case, each) for each in ranked]),
        np.array([each.candidate.article == case.article for each in ranked]),
        question.unknown >= answering.UNKNOWN_SUBJECT,
    )


def _proof(question: Question, each: Ranked, by_chance: float) -> list[float]:
    return [
        each.evidence.coverage,
        question.proven(each.story),
        each.evidence.bigrams,
        float(each.candidate.language is not question.language),
        each.evidence.meaning - by_chance if by_chance else 0.0,
    ]


def _holds(case: Case, each: Ranked) -> bool:
    words = normalised(each.text, each.candidate.language)
    own = each.candidate.article == case.article
    return own and any(gold in words for gold in case.gold if gold)
