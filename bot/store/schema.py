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
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

HEAD = "0002"
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
    # Nobody is told of a text that is stored quietly: the first articles, an old archive.
    Column("quiet", Integer, nullable=False, server_default="0"),
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

# One row: everything up to this revision was matched against the alerts.
announced = Table(
    "announced",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", Integer, nullable=False),
    sqlite_strict=True,
)

# `story` is the number of the first article that told it.
story = Table(
    "story",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("story", Integer, nullable=False, index=True),
    Column("signature", LargeBinary, nullable=False),
    Column("told_at", Moment, nullable=False, index=True),
    sqlite_strict=True,
)

# A chat that follows something: when and how it wants to hear of it. Minutes count from midnight.
chat = Table(
    "chat",
    metadata,
    Column("chat_id", Integer, primary_key=True),
    Column("zone", Text),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("digest_at", Integer),
    Column("daily_cap", Integer),
    Column("silent", Integer, nullable=False, server_default="0"),
    Column("language_code", Text),
    Column("gone", Text),  # why it cannot be reached
    sqlite_strict=True,
)

# A standing query. `thread_id` is a forum's topic, 0 elsewhere; `language` that of the coverage.
alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", ForeignKey("chat.chat_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("thread_id", Integer, nullable=False),
    Column("query", Text, nullable=False),
    Column("language", Text),
    Column("digest", Integer, nullable=False, server_default="0"),
    Column("paused", Integer, nullable=False, server_default="0"),
    Column("muted_until", Moment),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("chat_id", "thread_id", "query"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# The outbox: one message about one story in one place. `revision` with `start` and `end` is the
# sentence that matched (end 0: the headline), `marks` the matched words, as offsets.
delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", ForeignKey("chat.chat_id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", Integer, nullable=False),
    Column("story", Integer, nullable=False),
    Column("alert_id", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("marks", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("also", Integer, nullable=False, server_default="0"),
    Column("corrected", Integer, nullable=False, server_default="0"),
    Column("message_id", Integer),
    Column("sent_at", Moment),
    Column("trouble", Text),
    UniqueConstraint("chat_id", "thread_id", "story"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
Index("delivery_due", delivery.c.state, delivery.c.due_at)
Index("delivery_story", delivery.c.story)
Index("delivery_sent", delivery.c.chat_id, delivery.c.sent_at)

# A feed, what its operator knows of it, and where its polling stands. Seconds are whole.
feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("outlet", Text),
    Column("language", Text),
    Column("etag", Text),
    Column("modified", Text),
    Column("keys", LargeBinary, nullable=False),
    Column("answered", Moment),
    Column("due", Moment, nullable=False, index=True),
    Column("interval", Integer, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", Moment),
    Column("dead", Integer, nullable=False, server_default="0"),
    Column("trouble", Text),
    sqlite_strict=True,
)
