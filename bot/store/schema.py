"""The tables, as they stand after the newest migration."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

HEAD = "0001"
APPLICATION_ID = 0x49534E44  # "ISND": tells our file from another program's


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC as ISO 8601 text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text to store."""
        del dialect
        return None if value is None else value.astimezone(UTC).isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the stored text as a time."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class DayOrMoment(TypeDecorator[date]):
    """A plain date, or an aware datetime where the time of day is known; both sort as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Return the text to store."""
        del dialect
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Return the stored text as a time."""
        del dialect
        if value is None:
            return None
        if len(value) == len("2024-12-07"):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value)


metadata = MetaData()

# `identity` is a digest of the URL, or of the text and the outlet where there is no URL.
# `revision` is the current text; it is checked at commit, because each row needs the other.
article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", LargeBinary, nullable=False, unique=True),
    Column(
        "revision",
        ForeignKey("revision.id", deferrable=True, initially="DEFERRED", use_alter=False),
        nullable=False,
        unique=True,
    ),
    Column("language", Text, nullable=False),
    Column("published", DayOrMoment),
    Column("passages", Integer, nullable=False),
    Column("outlet", Text),
    Column("url", Text),
    Column("source", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    sqlite_strict=True,
)
# Covers the archive's figures and "newest first" without touching the rows.
Index(
    "article_newest",
    article.c.language,
    article.c.published,
    article.c.revision,
    article.c.passages,
)

# The body stands last, so that the columns before it are read without its overflow pages.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("published", DayOrMoment),
    Column("headline", Text),
    Column("body", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

reader = Table(
    "reader",
    metadata,
    Column("chat_id", Integer, primary_key=True),
    Column("language", Text, nullable=False),
    sqlite_strict=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("given_at", Moment, nullable=False),
    sqlite_strict=True,
)
