"""First stage: passages in, the best passages for a question out, by tantivy on disk.

The index is derived data. It holds a copy of each passage, so that the second stage needs no
database, and the revision it came from, so that whoever holds the archive can tell what is
missing and can check each quote against the stored text.
"""

from __future__ import annotations

import json
import math
import shutil
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import tantivy

from retrieval.models import Article, Language, Span
from retrieval.spans import passages
from retrieval.text import SEPARATOR, terms, tokens, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from retrieval.spans import Passage
    from retrieval.text import Token

FORMAT = 2  # raise it when analysis, passages or fields change: the index is then rebuilt
TITLE_BOOST = 0.3
WRITER_HEAP = 64 << 20  # bytes


class Candidate(NamedTuple):
    """A passage that the first stage found; offsets are those of the article's body."""

    article: int
    revision: int
    language: Language
    text: str
    start: int
    sentences: tuple[Span, ...]
    score: float
    analysed: tuple[str, ...]  # each sentence's words, as `retrieval.text.written` gives them

    @property
    def span(self) -> Span:
        """Where the passage stands in the body."""
        return Span(self.start, self.start + len(self.text))


class PassageIndex:
    """The passages of the archive's current revisions.

    Searching is safe from several threads. Only one `IndexWriting` may be open on a directory at a
    time, over all processes; holding them apart is the caller's duty.
    """

    def __init__(self, directory: Path) -> None:
        """Open the index, or make an empty one; one of another format is thrown away.

        Raises `OSError` or `ValueError` when the files are damaged.
        """
        self._directory = directory / f"v{FORMAT}"
        if directory.is_dir():
            for other in directory.iterdir():
                if other != self._directory and other.is_dir():
                    shutil.rmtree(other, ignore_errors=True)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(_schema(), str(self._directory), reuse=True)
        self.refresh()

    def refresh(self) -> None:
        """See what has been committed since, by this process or another."""
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def passages(self) -> int:
        """How many passages can be found."""
        return self._searcher.num_docs

    def last_revision(self) -> int:
        """Return the greatest revision that can be found; 0 when the index is empty."""
        newest = self._searcher.search(
            tantivy.Query.all_query(), 1, count=False, order_by_field="revision"
        ).hits
        if not newest:
            return 0
        return _candidate(self._searcher.doc(newest[0][1]), 0.0).revision

    def begin(self) -> IndexWriting:
        """Return what adds articles, all of which are found once it commits, or none."""
        return IndexWriting(self._index.writer(WRITER_HEAP, 1))

    def document_frequency(self, term: str) -> int:
        """Return how many passages hold a term."""
        return self._searcher.doc_freq("body", term)

    def idf(self, term: str) -> float:
        """Return Lucene's inverse document frequency, ln(1 + (N - df + 0.5) / (df + 0.5))."""
        found = self.document_frequency(term)
        return math.log1p((self.passages - found + 0.5) / (found + 0.5))

    def search(self, words: Sequence[Token], limit: int) -> list[Candidate]:
        """Return the passages that share most with the words, best first, at most `limit`."""
        clauses = []
        for word in words:
            for term in word.terms:
                for field, boost in (("body", 1.0), ("title", TITLE_BOOST)):
                    query = tantivy.Query.term_query(_schema(), field, term, "freq")
                    weighted = tantivy.Query.boost_query(query, boost * word.weight)
                    clauses.append((tantivy.Occur.Should, weighted))
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False)
        return [_candidate(self._searcher.doc(address), score) for score, address in found.hits]


class IndexWriting:
    """Adds articles to the index, replacing their earlier revisions, until it is closed."""

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def clear(self) -> None:
        """Take everything out of the index."""
        self._writer.delete_all_documents()

    def add(self, articles: Iterable[Article]) -> dict[int, int]:
        """Add the passages of articles, replacing what is there; return how many, by revision."""
        counts = {}
        for article in articles:
            self._writer.delete_documents_by_term("article", article.id)
            title = _analysed(article.headline or "")
            found = passages(article.body)
            counts[article.revision] = len(found)
            for passage in found:
                start, end = passage.span
                text = article.body[start:end]
                analysed, between = _read(article.body, passage)
                place = [article.id, article.revision, article.language, start, *passage.sentences]
                document = tantivy.Document(
                    article=article.id,
                    revision=article.revision,
                    title=title,
                    body=f"{analysed} {between}".replace(SEPARATOR, " "),
                    text=text.encode(),
                    place=json.dumps(place).encode(),
                    analysed=analysed.encode(),
                )
                self._writer.add_document(document)
        return counts

    def commit(self) -> None:
        """Make what was added findable, on disk, at once; nothing can be added after."""
        self._writer.commit()
        # Waiting lets tantivy finish merging segments, which a dropped writer abandons.
        self._writer.wait_merging_threads()

    def abandon(self) -> None:
        """Forget what was added; nothing can be added after."""
        self._writer.rollback()
        self._writer.wait_merging_threads()


def _read(body: str, passage: Passage) -> tuple[str, str]:
    """Return the analysis of a passage's sentences, a line each, and of what stands between them.

    The sentences' is kept: reading it costs a question half of what analysing them would.
    """
    lines = [written(tokens(body[start:end])) for start, end in passage.sentences]
    edges = [passage.span.start, *chain.from_iterable(passage.sentences), passage.span.end]
    between = " ".join(body[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return "\n".join(lines), written(tokens(between))


def _analysed(text: str) -> str:
    return " ".join(terms(tokens(text)))


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed: deleting by a term of an unsigned field deletes nothing, silently.
    builder.add_integer_field("article", indexed=True)
    builder.add_integer_field("revision", fast=True)
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    # Kept, not searched.
    for field in ("text", "place", "analysed"):
        builder.add_bytes_field(field, stored=True)
    return builder.build()


def _candidate(document: tantivy.Document, score: float) -> Candidate:
    kept = document.to_dict()
    article, revision, language, start, *sentences = json.loads(kept["place"][0])
    return Candidate(
        article,
        revision,
        Language(language),
        kept["text"][0].decode(),
        start,
        tuple(Span(*sentence) for sentence in sentences),
        score,
        tuple(kept["analysed"][0].decode().split("\n")),
    )
