"""First stage: passages in, the best passages for a question out, by tantivy on disk.

The index is derived data. It holds a copy of each passage, so that the second stage needs no
database, and the revision it came from, so that whoever holds the archive can tell what is
missing and can check each quote against the stored text.
"""

from __future__ import annotations

import json
import math
import shutil
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import tantivy

from retrieval.models import Article, Language, Span
from retrieval.spans import passages
from retrieval.text import SEPARATOR, STOP_MARK, terms, tokens, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from retrieval.spans import Passage
    from retrieval.text import Token

FORMAT = 4  # raise it when analysis, passages or fields change: the index is then rebuilt
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


class DamagedIndexError(Exception):
    """The index's files do not hold what was written: it must be built anew."""


class UnwritableIndexError(Exception):
    """The index cannot be written now, for want of room or rights."""


class PassageIndex:
    """The passages of the archive's current revisions, in a directory.

    Only one `IndexWriting` may be open on a directory at a time, over all processes; holding them
    apart is the caller's duty.
    """

    def __init__(self, directory: Path) -> None:
        """Open the index, or make an empty one; one of an earlier format is thrown away.

        Raises `DamagedIndexError`, and `OSError` when there can be no such directory.
        """
        own = directory / f"v{FORMAT}"
        own.mkdir(parents=True, exist_ok=True)
        for other in directory.iterdir():
            if _format(other) < FORMAT:
                shutil.rmtree(other, ignore_errors=True)
        with _told_apart(DamagedIndexError):
            self._index = tantivy.Index(_schema(), str(own), reuse=True)
        self.refresh()

    @property
    def snapshot(self) -> Snapshot:
        """What can be found now; it stays the same while articles are added."""
        return self._snapshot

    def refresh(self) -> None:
        """See what has been committed since, by this process or another.

        Raises `DamagedIndexError`.
        """
        with _told_apart(DamagedIndexError):
            self._index.reload()
            self._snapshot = Snapshot(self._index.searcher())

    def begin(self) -> IndexWriting:
        """Return what adds articles, all of which are found once it commits, or none.

        Raises `UnwritableIndexError`.
        """
        with _told_apart(UnwritableIndexError):
            return IndexWriting(self._index.writer(WRITER_HEAP, 1))


class Snapshot:
    """The passages as one commit left them; safe to search from several threads.

    Every method raises `DamagedIndexError` when the files cannot be read.
    """

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self.passages: int = searcher.num_docs

    def last_revision(self) -> int:
        """Return the greatest revision that can be found; 0 when there is none."""
        with _told_apart(DamagedIndexError):
            everything = tantivy.Query.all_query()
            newest = self._searcher.search(everything, 1, count=False, order_by_field="revision")
            found = self._searcher.fast_field_values("revision", [at for _, at in newest.hits])
            return int(found[0] or 0) if found else 0

    def document_frequency(self, term: str) -> int:
        """Return how many passages hold a term."""
        with _told_apart(DamagedIndexError):
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
        with _told_apart(DamagedIndexError):
            query = tantivy.Query.boolean_query(clauses)
            found = self._searcher.search(query, limit, count=False)
            return [_kept(self._searcher, at, score) for score, at in found.hits]


class IndexWriting:
    """Adds articles to the index, replacing their earlier revisions, until it is closed.

    Every method raises `UnwritableIndexError` when the disk does not take it.
    """

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def add(self, articles: Iterable[Article]) -> dict[int, int]:
        """Add the passages of articles, replacing what is there; return how many, by revision."""
        with _told_apart(UnwritableIndexError):
            return {article.revision: self._add(article) for article in articles}

    def _add(self, article: Article) -> int:
        self._writer.delete_documents_by_term("article", article.id)
        title = _analysed(article.headline or "")
        found = passages(article.body)
        for passage in found:
            start, end = passage.span
            text = article.body[start:end]
            analysed, between = _read(article.body, passage)
            place = [article.id, article.revision, article.language, start, *passage.sentences]
            document = tantivy.Document(
                article=article.id,
                revision=article.revision,
                title=title,
                body=f"{analysed} {between}".replace(SEPARATOR, " ").replace(STOP_MARK, ""),
                text=text.encode(),
                place=json.dumps(place).encode(),
                analysed=analysed.encode(),
            )
            self._writer.add_document(document)
        return len(found)

    def commit(self) -> None:
        """Make what was added findable, on disk, at once; nothing can be added after."""
        with _told_apart(UnwritableIndexError):
            self._writer.commit()
            # Waiting lets tantivy finish merging segments, which a dropped writer abandons.
            self._writer.wait_merging_threads()

    def abandon(self) -> None:
        """Forget what was added; nothing can be added after."""
        with _told_apart(UnwritableIndexError):
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


def _kept(searcher: tantivy.Searcher, at: tantivy.DocAddress, score: float = 0.0) -> Candidate:
    """Return the passage at an address of this searcher's; another's would be another passage."""
    kept = searcher.doc(at).to_dict()
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


def _format(directory: Path) -> int:
    """Return the format of an index's directory; one that is none of ours has the highest."""
    number = directory.name.removeprefix("v")
    return int(number) if directory.is_dir() and number.isdecimal() else FORMAT


@contextmanager
def _told_apart(kind: type[Exception]) -> Iterator[None]:
    """Raise tantivy's errors as `kind`: a ValueError, an OSError, or a panic of its own.

    A panic is a BaseException, which would pass every net that is meant for errors.
    """
    try:
        yield
    except (DamagedIndexError, UnwritableIndexError):
        raise
    except BaseException as error:
        ours = isinstance(error, (ValueError, KeyError, OSError))
        if not ours and type(error).__module__ != "pyo3_runtime":
            raise
        raise kind(f"{type(error).__name__}: {error}") from error
