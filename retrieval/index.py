"""First stage: passages in, the best passages for a question out, by tantivy on disk.

The index is derived data. It holds a copy of each passage, so that the second stage needs no
database, and the revision it came from, so that whoever holds the archive can tell what is
missing and can check each quote against the stored text.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import unicodedata
from contextlib import contextmanager
from functools import cache
from itertools import chain, starmap
from typing import TYPE_CHECKING, NamedTuple

import tantivy

from retrieval.acronyms import acronyms, keys_of, spellings
from retrieval.forms import is_arabic
from retrieval.models import Article, Language, Span
from retrieval.names import may_be_name, skeletons
from retrieval.spans import passages
from retrieval.text import SEPARATOR, STOP_MARK, fold, terms, tokens, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from retrieval.spans import Passage

FORMAT = 7  # raise it when analysis, passages or fields change: the index is then rebuilt
EXPLANATIONS = 8  # passages whose acronyms are looked at
WRITER_HEAP = 64 << 20  # bytes


_NO_SMALL_LETTER_FIRST = re.compile(r"\b[^\W\d_a-z][^\W\d_]+")


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
    names: tuple[tuple[str, str], ...] = ()  # a skeleton, and a word of the passage that has it

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

    def document_frequency(self, term: str, field: str = "body") -> int:
        """Return how many passages hold a term."""
        with _told_apart(DamagedIndexError):
            return self._searcher.doc_freq(field, term)

    def idf(self, term: str, field: str = "body") -> float:
        """Return Lucene's inverse document frequency, ln(1 + (N - df + 0.5) / (df + 0.5))."""
        found = self.document_frequency(term, field)
        return math.log1p((self.passages - found + 0.5) / (found + 0.5))

    def at(self, places: Iterable[tuple[int, int]]) -> list[Candidate]:
        """Return the passages that start there, by revision and start, in order; score 0.0.

        A place where no passage starts is left out: another revision is the current one by now.
        """
        wanted = list(dict.fromkeys(places))
        if not wanted:
            return []
        with _told_apart(DamagedIndexError):
            keys = [_place(*place) for place in wanted]
            query = tantivy.Query.term_set_query(_schema(), "place_key", keys)
            hits = self._searcher.search(query, len(wanted), count=False).hits
            found = [_kept(self._searcher, address) for _, address in hits]
        by_place = {(each.revision, each.start): each for each in found}
        return [by_place[place] for place in wanted if place in by_place]

    def search(self, clauses: Iterable[tuple[str, str, float]], limit: int) -> list[Candidate]:
        """Return the passages that score best, best first, at most `limit`.

        A clause is a field ("body", "title" or "names"), a term of it and how much it counts.
        """
        with _told_apart(DamagedIndexError):
            query = _any_of(clauses)
            found = self._searcher.search(query, limit, count=False)
            return [_kept(self._searcher, at, score) for score, at in found.hits]

    def acronyms(self, keys: Iterable[str]) -> list[tuple[str, str]]:
        """Return acronyms that passages explain, and what they stand for.

        A key is an acronym in lower case, or the skeleton of a word of what it stands for.
        """
        ordered = sorted(keys)  # the order in which scores are summed
        known = [
            ("acronyms", key, 1.0) for key in ordered if self.document_frequency(key, "acronyms")
        ]
        if not known:
            return []
        with _told_apart(DamagedIndexError):
            found = self._searcher.search(_any_of(known), EXPLANATIONS, count=False)
            kept = [self._searcher.doc(at).to_dict()["explained"][0] for _, at in found.hits]
        pairs = chain.from_iterable(json.loads(each) for each in kept)
        return list(dict.fromkeys((acronym, expansion) for acronym, expansion in pairs))


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
            explained = list(acronyms(text))
            names = list(_names(text))
            place = [article.id, article.revision, article.language, start, *passage.sentences]
            document = tantivy.Document(
                article=article.id,
                revision=article.revision,
                place_key=_place(article.revision, start),
                title=title,
                body=f"{analysed} {between}".replace(SEPARATOR, " ").replace(STOP_MARK, ""),
                text=text.encode(),
                place=json.dumps(place).encode(),
                analysed=analysed.encode(),
                names=" ".join(key for key, _ in names),
                named=json.dumps(list(dict.fromkeys(names)), ensure_ascii=False).encode(),
                acronyms=" ".join(chain.from_iterable(starmap(_keys, explained))),
                explained=json.dumps(explained).encode(),
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


def _names(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words that may be names, each with a key; Latin ones have a capital."""
    # Accents may be characters of their own, which would cut a word short.
    found = _NO_SMALL_LETTER_FIRST.findall(unicodedata.normalize("NFKC", text))
    latin = (fold(name) for name in found if name[0].isupper())
    said = (word for word in tokens(text) if is_arabic(word.surface))
    arabic = (word.surface for word in said if may_be_name(word))
    for surface in chain(latin, arabic):
        for key in skeletons(surface):
            yield key, surface


def _keys(acronym: str, expansion: str) -> Iterator[str]:
    yield acronym
    for word in chain.from_iterable(spellings(expansion)):
        yield from keys_of(word)


def _any_of(clauses: Iterable[tuple[str, str, float]]) -> tantivy.Query:
    schema = _schema()
    return tantivy.Query.boolean_query(
        [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(schema, field, term, "freq"), boost
                ),
            )
            for field, term, boost in clauses
        ]
    )


def _place(revision: int, start: int) -> int:
    """Return the one number by which a passage is found again."""
    return revision << 32 | start


def _analysed(text: str) -> str:
    return " ".join(terms(tokens(text)))


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed: deleting by a term of an unsigned field deletes nothing, silently.
    builder.add_integer_field("article", indexed=True)
    builder.add_integer_field("revision", fast=True)
    builder.add_integer_field("place_key", indexed=True)
    for field in ("title", "body", "names", "acronyms"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    # Kept, not searched.
    for field in ("text", "place", "analysed", "explained", "named"):
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
        tuple((key, surface) for key, surface in json.loads(kept["named"][0])),
    )


def _format(directory: Path) -> int:
    """Return the format of an index's directory; one that is none of ours has the highest."""
    letter, number = directory.name[:1], directory.name[1:]
    ours = letter == "v" and number.isdecimal() and directory.is_dir()
    return int(number) if ours else FORMAT


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
