"""Questions with known answers, in SQuAD's format: each paragraph is an article of its own."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, StringConstraints, ValidationError

from bot.errors import CorruptDataError
from retrieval.languages import language_of
from retrieval.models import Article, Language
from retrieval.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


Text = Annotated[str, StringConstraints(pattern=r"\S")]  # something to read


class _Gold(BaseModel):
    text: Text


class _Asked(BaseModel):
    id: str
    question: Text
    answers: list[_Gold]


class _Paragraph(BaseModel):
    context: Text
    qas: list[_Asked]


class Document(BaseModel):
    """A document of the file. Its title is the headline of its paragraphs."""

    title: str = ""
    paragraphs: list[_Paragraph]


class _Squad(BaseModel):
    data: list[Document]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the article that answers it, and its answers in that article's words.

    `document` is its number in the file, from 1.
    """

    question: str
    document: int
    article: int
    gold: tuple[str, ...]


def tunes(document: int) -> bool:
    """Return whether weights are fitted on a document, by its number from 1: 3, 4, 7, 8 and so on.

    Both halves hold odd and even ones, so that both halves of a split archive do.
    """
    return document % 4 in (3, 0)


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


def read(path: Path) -> list[Document]:
    """Return a file's documents. Raises CorruptDataError for one that is not SQuAD's."""
    try:
        return _Squad.model_validate_json(path.read_bytes()).data
    except OSError as error:
        raise CorruptDataError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
        raise CorruptDataError(f"{path}: not SQuAD's format: {where}") from error


def prepared(
    asked: Sequence[Document], corpus: Sequence[Document], path: Path, *, split: bool
) -> tuple[list[Article], list[Case]]:
    """Return an article for each paragraph of `corpus`, and the cases of those asked.

    With `split` the articles of the first, third, … document are those of `asked`. Raises
    CorruptDataError, which names `path`, when the two do not match.
    """
    articles: list[Article] = []
    cases: list[Case] = []
    if len(asked) != len(corpus):
        raise CorruptDataError(f"{path}: {len(corpus)} documents, not {len(asked)}")
    for number, (document, other) in enumerate(zip(asked, corpus, strict=True), 1):
        held = document if split and number % 2 else other
        if len(held.paragraphs) != len(document.paragraphs):
            raise CorruptDataError(f"{path}: document {number} has other paragraphs")
        for paragraph, source in zip(document.paragraphs, held.paragraphs, strict=True):
            article = _article(len(articles) + 1, held.title, source.context)
            articles.append(article)
            gold = {each.id: each.answers for each in source.qas}
            for each in paragraph.qas:
                answers = tuple(
                    normalised(answer.text, article.language) for answer in gold.get(each.id, ())
                )
                cases.append(Case(each.question, number, article.id, answers))
    if not cases:
        raise CorruptDataError(f"{path}: no questions")
    return articles, cases


def _article(number: int, title: str, body: str) -> Article:
    language = language_of(body) or Language.ENGLISH
    # Translated files keep the titles of the first; a newsroom has headlines in its own language.
    headline = title.replace("_", " ") if language_of(title) is language else None
    return Article(number, number, language, body, headline, None, None, None, "squad")
