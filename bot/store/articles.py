"""The articles: stored once, corrected by a new revision, never forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, func, insert, select, text, update

from bot.store.identity import article_digest, canonical, text_digest
from bot.store.schema import DayOrMoment, article, revision
from retrieval.models import Article, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.sources import Submission
    from bot.store.database import Database

_Key = TypeVar("_Key", int, bytes)

IN_LIST = 500  # keys in one statement, well under SQLite's limit of variables

_STORED = select(
    article.c.id,
    revision.c.id.label("revision"),
    article.c.language,
    revision.c.body,
    revision.c.headline,
    article.c.outlet,
    article.c.url,
    revision.c.published,
    article.c.source,
)
_CURRENT = _STORED.join_from(article, revision, revision.c.id == article.c.revision)
_EVERY = _STORED.join_from(revision, article, revision.c.article_id == article.c.id)


class Outcome(StrEnum):
    """What became of a submission."""

    ADDED = "added"
    UPDATED = "updated"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class ArchiveSummary:
    """The archive in figures. `passages` counts those of current texts."""

    articles: int
    by_language: dict[Language, int]
    revisions: int
    passages: int
    oldest: date | None
    newest: date | None
    last_added: datetime | None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Articles:
    """Every article and every text it ever had."""

    def __init__(self, database: Database, now: Callable[[], datetime] = _utc_now) -> None:
        self._database = database
        self._now = now

    async def publish(
        self, submissions: Sequence[Submission], passages: Sequence[int]
    ) -> list[Outcome]:
        """Store what is new, all or nothing; return what became of each, in order.

        `passages[i]` is into how many passages the text of `submissions[i]` falls.
        A corrected article keeps the outlet and date it had, unless new ones are given.
        """
        incoming = [
            _Incoming(article_digest(each), text_digest(each), each, count)
            for each, count in zip(submissions, passages, strict=True)
        ]
        if not incoming:
            return []
        async with self._database.transaction() as connection:
            batch = await _Batch.start(connection, incoming, self._now())
            outcomes = [batch.take(each) for each in incoming]
            await batch.write(connection)
        return outcomes

    async def changed_after(self, revision: int, limit: int) -> list[Article]:
        """Return current articles whose revision is above `revision`, ascending."""
        query = _CURRENT.where(article.c.revision > revision).order_by(article.c.revision)
        async with self._database.reading() as connection:
            return [_article(row) for row in await connection.execute(query.limit(limit))]

    async def by_revision(self, revisions: Collection[int]) -> dict[int, Article]:
        """Return the articles as these revisions had them; unknown numbers are left out."""
        found: dict[int, Article] = {}
        async with self._database.reading() as connection:
            for numbers in _chunks(sorted(set(revisions))):
                query = _EVERY.where(revision.c.id.in_(numbers))
                found |= {row.revision: _article(row) for row in await connection.execute(query)}
        return found

    async def newest(self, language: Language | None, limit: int) -> list[Article]:
        """Return the articles published last, newest first; undated ones come at the end."""
        found: list[Article] = []
        async with self._database.reading() as connection:
            # A query a language: each walks its part of the index and stops at the limit.
            for each in Language if language is None else (language,):
                query = _CURRENT.where(article.c.language == each.value).order_by(
                    article.c.published.desc(), article.c.revision.desc()
                )
                found += [_article(row) for row in await connection.execute(query.limit(limit))]
        found.sort(key=_age, reverse=True)
        return found[:limit]

    async def last_revision(self) -> int:
        """Return the highest revision ever given, 0 when there is none."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.max(revision.c.id))) or 0

    async def passage_count(self, up_to: int) -> int:
        """Return how many passages the current texts up to a revision have; reads no text."""
        # "+ 0" keeps SQLite on the covering index: by revision it would visit every row.
        counted = select(func.sum(article.c.passages)).where(article.c.revision + 0 <= up_to)
        async with self._database.reading() as connection:
            return await connection.scalar(counted) or 0

    async def recount(self, passages: Mapping[int, int]) -> None:
        """Correct into how many passages texts fall, by revision; superseded ones are left out."""
        change = (
            update(article)
            .where(article.c.revision == bindparam("_revision"))
            .where(article.c.passages != bindparam("_passages"))
            .values(passages=bindparam("_passages"))
        )
        rows = [{"_revision": number, "_passages": n} for number, n in passages.items()]
        if rows:
            async with self._database.transaction() as connection:
                await connection.execute(change, rows)

    async def summary(self) -> ArchiveSummary:
        """Return the archive's figures; reads indexes, no text."""
        by_language = select(
            article.c.language,
            func.count(),
            func.sum(article.c.passages),
            func.min(article.c.published, type_=DayOrMoment),
            func.max(article.c.published, type_=DayOrMoment),
        ).group_by(article.c.language)
        last = select(revision.c.added_at).order_by(revision.c.id.desc()).limit(1)
        async with self._database.reading() as connection:
            rows = (await connection.execute(by_language)).all()
            revisions = await connection.scalar(select(func.count()).select_from(revision))
            last_added = await connection.scalar(last)
        return ArchiveSummary(
            articles=sum(row[1] for row in rows),
            by_language={Language(row[0]): row[1] for row in rows},
            revisions=revisions or 0,
            passages=sum(row[2] for row in rows),
            oldest=min((_day(row[3]) for row in rows if row[3]), default=None),
            newest=max((_day(row[4]) for row in rows if row[4]), default=None),
            last_added=last_added,
        )


@dataclass(frozen=True, slots=True)
class _Incoming:
    identity: bytes
    digest: bytes
    submission: Submission
    passages: int


@dataclass(slots=True)
class _Known:
    """An article already stored, or earlier in the same batch."""

    row: dict[str, Any]
    digest: bytes


class _Batch:
    """The rows that one call of `publish` writes.

    Ids are given here and not by SQLite, so that each table takes one statement.
    """

    def __init__(
        self, known: dict[bytes, _Known], last_article: int, last_revision: int, at: datetime
    ) -> None:
        self._known = known
        self._article = last_article
        self._revision = last_revision
        self._at = at
        self._added: list[dict[str, Any]] = []
        self._updated: dict[int, dict[str, Any]] = {}
        self._revisions: list[dict[str, Any]] = []

    @classmethod
    async def start(
        cls, connection: AsyncConnection, incoming: Sequence[_Incoming], at: datetime
    ) -> _Batch:
        known: dict[bytes, _Known] = {}
        for identities in _chunks([each.identity for each in incoming]):
            rows = await connection.execute(
                select(article, revision.c.digest)
                .join_from(article, revision, revision.c.id == article.c.revision)
                .where(article.c.identity.in_(identities))
            )
            for row in rows.mappings():
                stored = dict(row)
                known[row["identity"]] = _Known(stored, stored.pop("digest"))
        last_article = await connection.scalar(select(func.max(article.c.id)))
        last_revision = await connection.scalar(
            text("SELECT seq FROM sqlite_sequence WHERE name = 'revision'")
        )
        return cls(known, last_article or 0, last_revision or 0, at)

    def take(self, incoming: _Incoming) -> Outcome:
        known = self._known.get(incoming.identity)
        if known is None:
            self._add(incoming)
            return Outcome.ADDED
        if known.digest == incoming.digest:
            return Outcome.KNOWN
        self._correct(known, incoming)
        return Outcome.UPDATED

    async def write(self, connection: AsyncConnection) -> None:
        if self._added:
            await connection.execute(insert(article), self._added)
        if self._revisions:
            await connection.execute(insert(revision), self._revisions)
        if self._updated:
            columns = ("revision", "language", "published", "passages", "outlet", "url", "source")
            change = (
                update(article)
                .where(article.c.id == bindparam("_id"))
                .values({name: bindparam(name) for name in columns})
            )
            rows = [
                {name: row[name] for name in columns} | {"_id": number}
                for number, row in self._updated.items()
            ]
            await connection.execute(change, rows)

    def _add(self, incoming: _Incoming) -> None:
        self._article += 1
        row = {"id": self._article, "identity": incoming.identity, "added_at": self._at}
        row |= dict.fromkeys(("outlet", "url", "published"))
        self._known[incoming.identity] = _Known(row, incoming.digest)
        self._added.append(row)
        self._write_text(row, incoming)

    def _correct(self, known: _Known, incoming: _Incoming) -> None:
        known.digest = incoming.digest
        if not any(known.row is row for row in self._added):
            self._updated[known.row["id"]] = known.row
        self._write_text(known.row, incoming)

    def _write_text(self, row: dict[str, Any], incoming: _Incoming) -> None:
        new = incoming.submission
        self._revision += 1
        row["revision"] = self._revision
        row["language"] = new.language.value
        row["passages"] = incoming.passages
        row["source"] = new.source
        row["outlet"] = new.outlet or row["outlet"]
        row["published"] = new.published or row["published"]
        row["url"] = canonical(new.url) if new.url else row["url"]
        self._revisions.append(
            {
                "id": self._revision,
                "article_id": row["id"],
                "digest": incoming.digest,
                "added_at": self._at,
                "published": row["published"],
                "headline": new.headline,
                "body": new.body,
            }
        )


def _article(row: Row[*tuple[Any, ...]]) -> Article:
    return Article(
        id=row.id,
        revision=row.revision,
        language=Language(row.language),
        body=row.body,
        headline=row.headline,
        outlet=row.outlet,
        url=row.url,
        published=row.published,
        source=row.source,
    )


def _age(one: Article) -> tuple[str, int]:
    return (one.published.isoformat() if one.published else "", one.revision)


def _day(published: date) -> date:
    return published.date() if isinstance(published, datetime) else published


def _chunks(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    for start in range(0, len(keys), IN_LIST):
        yield keys[start : start + IN_LIST]
