"""Archives to measure on: in a temporary folder, with sentence vectors, with an article taken out.

Nothing of an article that is taken out is left: neither its passages, nor its words in any
document frequency, nor its vectors among those that tell what is near.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.meaning import NEAREST
from retrieval.encoders import Checked
from retrieval.index import PassageIndex
from retrieval.rows import Generation
from retrieval.snapshot import VectorSnapshot
from retrieval.vectors import encoded, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from retrieval.encoders import Encoder
    from retrieval.index import Snapshot
    from retrieval.models import Article
    from retrieval.nearness import Nearness
    from retrieval.rows import Floats


@contextmanager
def archive(articles: Sequence[Article]) -> Iterator[Snapshot]:
    """Index articles in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield _put(PassageIndex(Path(folder)), articles)


def each_taken_out(documents: Sequence[Sequence[Article]]) -> Iterator[tuple[Article, Snapshot]]:
    """Yield each article, and what can be found without it; all the others are there.

    A document's articles are written together, after all the others: tantivy counts the words of
    deleted passages until their segment goes, and it goes at once when nothing in it is alive.
    """
    for number, own in enumerate(documents):
        others = [each for n, some in enumerate(documents) if n != number for each in some]
        with tempfile.TemporaryDirectory() as folder:
            index = PassageIndex(Path(folder))
            _put(index, others)
            for gone in own:
                yield gone, _put(index, [_emptied(each) if each is gone else each for each in own])


class Meanings:
    """Sentence vectors in memory, as the bot has them on disk, and those of some questions."""

    def __init__(
        self,
        encoder: Encoder,
        articles: Sequence[Article],
        told: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        """Encode every sentence, which takes long. Raises `EncoderError`."""
        self._encoder = Checked(encoder)
        self._asked: dict[str, Floats] = {}
        self._held: dict[int, Generation] = {}
        for article in articles:
            found = sentences(article)
            rows = self._encoder.passages([each.text for each in found])
            self._held[article.id] = encoded(article, found, rows)
            told(len(self._held), len(articles))
        self._without = {-1: self._snapshot(None)}

    def near(self, question: str, *, without: int | None = None) -> Nearness:
        """Compare a question with the articles, all or all but one. Raises `EncoderError`."""
        key = -1 if without is None else without
        if key not in self._without:
            # Whoever takes articles out asks all about one before the next.
            self._without = {-1: self._without[-1], key: self._snapshot(without)}
        if question not in self._asked:
            self._asked[question] = self._encoder.question(question)
        return self._without[key].near(self._asked[question], NEAREST)

    def _snapshot(self, without: int | None) -> VectorSnapshot:
        held = [each for number, each in self._held.items() if number != without]
        if not held:
            return VectorSnapshot(Generation.empty(self._encoder.dimensions))
        log, rows, places = (np.concatenate(parts) for parts in zip(*held, strict=True))
        log["first"] = np.cumsum(log["count"], dtype=np.int64) - log["count"]
        return VectorSnapshot(Generation(log, rows, places))


def _put(index: PassageIndex, articles: Sequence[Article]) -> Snapshot:
    writing = index.begin()
    writing.add(articles)
    writing.commit()
    index.refresh()
    return index.snapshot


def _emptied(article: Article) -> Article:
    return replace(article, headline=None, body="")
