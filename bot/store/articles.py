"""The articles: stored once, corrected by a new revision, never forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from bot.store.batch import Batch, Incoming, Outcome, chunks
from bot.store.schema import DayOrMoment, article, revision
from retrieval.models import Article, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sqlalchemy import Row

    from bot.sources import Submission
    from bot.store.database import Database

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


@dataclass(frozen=True, slots=True)
class Lately:
    """An article, and when its text was stored."""

    article: Article
    added_at: datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Articles:
    """Every article and every text it ever had."""

    def __init__(self, database: Database, now: Callable[[], datetime] = _utc_now) -> None:
        self._database = database
        self._now = now

    async def publish(
        self,
        submissions: Sequence[Submission],
        passages: Sequence[int],
        quiet: Collection[int] = (),
    ) -> list[Outcome]:
        """Store what is new, all or nothing; return what became of each, in order.

        `passages[i]` is into how many passages the text of `submissions[i]` falls; of those whose
        places are in `quiet` nobody is told.
        A corrected article keeps the headline, outlet and date it had, unless new ones are given.
        A text that it had before is known; another outlet or date of its current text is no new
        revision.
        """
        incoming = [
            Incoming.of(each, count, quiet=place in quiet)
            for place, (each, count) in enumerate(zip(submissions, passages, strict=True))
        ]
        if not incoming:
            return []
        async with self._database.transaction() as connection:
            batch = await Batch.start(connection, incoming, self._now())
            outcomes = [batch.take(each) for each in incoming]
            await batch.write(connection)
        return outcomes

    async def changed_after(self, revision: int, limit: int) -> list[Article]:
        """Return current articles whose revision is above `revision`, ascending."""
        query = _CURRENT.where(article.c.revision > revision).order_by(article.c.revision)
        async with self._database.reading() as connection:
            return [_article(row) for row in await connection.execute(query.limit(limit))]

    async def revisions_between(self, above: int, up_to: int, limit: int) -> list[int]:
        """Return revisions of current articles, descending; reads no text."""
        query = (
            select(article.c.revision)
            .where((article.c.revision > above) & (article.c.revision <= up_to))
            .order_by(article.c.revision.desc())
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(query.limit(limit)))

    async def by_revision(self, revisions: Collection[int]) -> dict[int, Article]:
        """Return the articles as these revisions had them; unknown numbers are left out."""
        found: dict[int, Article] = {}
        async with self._database.reading() as connection:
            for numbers in chunks(sorted(set(revisions))):
                query = _EVERY.where(revision.c.id.in_(numbers))
                found |= {row.revision: _article(row) for row in await connection.execute(query)}
        return found

    async def lately(self, since: datetime, limit: int) -> list[Lately]:
        """Return what was published or, undated, stored since then; the last stored comes first."""
        told = func.coalesce(revision.c.published, revision.c.added_at, type_=DayOrMoment)
        query = (
            _CURRENT.add_columns(revision.c.added_at)
            .where((revision.c.added_at >= since) & (told >= since.date()))
            .order_by(revision.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [Lately(_article(row), row.added_at) for row in rows]

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
