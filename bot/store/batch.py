"""What a batch of submissions adds to the archive, corrects in it, or already finds there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, func, insert, select, text, update

from bot.store.identity import article_digest, canonical, text_digest
from bot.store.schema import article, revision

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.sources import Submission

_Key = TypeVar("_Key", int, bytes)

IN_LIST = 500  # keys in one statement, well under SQLite's limit of variables


class Outcome(StrEnum):
    """What became of a submission."""

    ADDED = "added"
    UPDATED = "updated"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A submission, which article it is, and into how many passages its text falls.

    Of one that is `quiet` nobody is told.
    """

    identity: bytes
    submission: Submission
    passages: int
    quiet: bool = False

    @classmethod
    def of(cls, submission: Submission, passages: int, *, quiet: bool = False) -> Incoming:
        """Return the submission with the article that it is."""
        return cls(article_digest(submission), submission, passages, quiet)


@dataclass(slots=True)
class _Known:
    """An article already stored, or earlier in the same batch, and every text it ever had."""

    row: dict[str, Any]
    headline: str | None
    digest: bytes
    headlines: set[str | None]
    digests: set[bytes]

    @classmethod
    def with_row(cls, row: dict[str, Any]) -> _Known:
        return cls(row, None, b"", set(), set())

    def has(self, headline: str | None, digest: bytes) -> None:
        """Take a text in; the last is the current one."""
        self.headline, self.digest = headline, digest
        self.headlines.add(headline)
        self.digests.add(digest)

    def digests_of(self, submission: Submission) -> set[bytes]:
        """Return what the text may be known by: without a headline, it may have had any."""
        headlines = {submission.headline} if submission.headline else self.headlines
        return {text_digest(headline, submission.body) for headline in headlines}


class Batch:
    """The rows that one transaction writes.

    Ids are given here and not by SQLite, so that each table takes one statement.
    """

    def __init__(
        self, known: dict[bytes, _Known], last_article: int, last_revision: int, at: datetime
    ) -> None:
        self._known = known
        self._stored = last_article
        self._article = last_article
        self._revision = last_revision
        self._at = at
        self._added: list[dict[str, Any]] = []
        self._updated: dict[int, dict[str, Any]] = {}
        self._revisions: dict[int, dict[str, Any]] = {}
        self._dated: dict[int, dict[str, Any]] = {}

    @classmethod
    async def start(
        cls, connection: AsyncConnection, incoming: Sequence[Incoming], at: datetime
    ) -> Batch:
        """Read what the archive holds of the articles that come in."""
        known: dict[bytes, _Known] = {}
        for identities in chunks([each.identity for each in incoming]):
            rows = await connection.execute(
                select(article).where(article.c.identity.in_(identities))
            )
            known |= {row["identity"]: _Known.with_row(dict(row)) for row in rows.mappings()}
        by_id = {each.row["id"]: each for each in known.values()}
        for numbers in chunks(list(by_id)):
            texts = await connection.execute(
                select(revision.c.article_id, revision.c.headline, revision.c.digest)
                .where(revision.c.article_id.in_(numbers))
                .order_by(revision.c.id)
            )
            for number, headline, digest in texts:
                by_id[number].has(headline, digest)
        last_article = await connection.scalar(select(func.max(article.c.id)))
        last_revision = await connection.scalar(
            text("SELECT seq FROM sqlite_sequence WHERE name = 'revision'")
        )
        return cls(known, last_article or 0, last_revision or 0, at)

    def take(self, incoming: Incoming) -> Outcome:
        """Decide what a submission changes."""
        known = self._known.get(incoming.identity)
        if known is None:
            self._add(incoming)
            return Outcome.ADDED
        digests = known.digests_of(incoming.submission)
        if known.digest in digests:
            return Outcome.UPDATED if self._amend(known, incoming.submission) else Outcome.KNOWN
        # A file may hold an old text beside the new one: reading it again changes nothing.
        if not digests.isdisjoint(known.digests):
            return Outcome.KNOWN
        self._update(known)
        self._write_text(known, incoming)
        return Outcome.UPDATED

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was taken."""
        if self._added:
            await connection.execute(insert(article), self._added)
        if self._revisions:
            await connection.execute(insert(revision), list(self._revisions.values()))
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
        if self._dated:
            date = update(revision).where(revision.c.id == bindparam("_id"))
            rows = [
                {"_id": number, "published": row["published"]}
                for number, row in self._dated.items()
            ]
            await connection.execute(date.values(published=bindparam("published")), rows)

    def _add(self, incoming: Incoming) -> None:
        self._article += 1
        row = {"id": self._article, "identity": incoming.identity, "added_at": self._at}
        row |= dict.fromkeys(("outlet", "url", "published"))
        self._added.append(row)
        known = self._known[incoming.identity] = _Known.with_row(row)
        self._write_text(known, incoming)

    def _amend(self, known: _Known, submission: Submission) -> bool:
        """Correct outlet and date, which are no part of the text; return whether they differed."""
        row = known.row
        given = {"outlet": submission.outlet, "published": submission.published}
        changed = {name: new for name, new in given.items() if new and new != row[name]}
        if not changed:
            return False
        row |= changed | {"source": submission.source}
        self._update(known)
        if pending := self._revisions.get(row["revision"]):
            pending["published"] = row["published"]
        elif "published" in changed:
            self._dated[row["revision"]] = row
        return True

    def _update(self, known: _Known) -> None:
        if known.row["id"] <= self._stored:
            self._updated[known.row["id"]] = known.row

    def _write_text(self, known: _Known, incoming: Incoming) -> None:
        row, new = known.row, incoming.submission
        headline = new.headline or known.headline
        digest = text_digest(headline, new.body)
        known.has(headline, digest)
        self._revision += 1
        row["revision"] = self._revision
        row["language"] = new.language.value
        row["passages"] = incoming.passages
        row["source"] = new.source
        row["outlet"] = new.outlet or row["outlet"]
        row["published"] = new.published or row["published"]
        row["url"] = canonical(new.url) if new.url else row["url"]
        self._revisions[self._revision] = {
            "id": self._revision,
            "article_id": row["id"],
            "digest": digest,
            "added_at": self._at,
            "published": row["published"],
            "headline": headline,
            "body": new.body,
            "quiet": int(incoming.quiet),
        }


def chunks(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    """Yield keys in as many as one statement takes."""
    for start in range(0, len(keys), IN_LIST):
        yield keys[start : start + IN_LIST]
