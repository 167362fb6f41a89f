"""Alerts, the chats that have them, the outbox, stories, feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("quiet", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "announced",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    # Whoever subscribes hears of what comes from now on.
    op.execute("INSERT INTO announced SELECT 1, coalesce(max(id), 0) FROM revision")
    op.create_table(
        "story",
        sa.Column("article_id", sa.Integer, sa.ForeignKey("article.id"), primary_key=True),
        sa.Column("story", sa.Integer, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("told_at", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_story_story", "story", ["story"])
    op.create_index("ix_story_told_at", "story", ["told_at"])
    op.create_table(
        "chat",
        sa.Column("chat_id", sa.Integer, primary_key=True),
        sa.Column("zone", sa.Text),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_until", sa.Integer),
        sa.Column("digest_at", sa.Integer),
        sa.Column("daily_cap", sa.Integer),
        sa.Column("silent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("language_code", sa.Text),
        sa.Column("gone", sa.Text),
        sqlite_strict=True,
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer, primary_key=True),
        _chat(),
        sa.Column("thread_id", sa.Integer, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("digest", sa.Integer, nullable=False, server_default="0"),
        sa.Column("paused", sa.Integer, nullable=False, server_default="0"),
        sa.Column("muted_until", sa.Text),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.UniqueConstraint("chat_id", "thread_id", "query"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_chat_id", "alert", ["chat_id"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True),
        _chat(),
        sa.Column("thread_id", sa.Integer, nullable=False),
        sa.Column("story", sa.Integer, nullable=False),
        sa.Column("alert_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("marks", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("also", sa.Integer, nullable=False, server_default="0"),
        sa.Column("corrected", sa.Integer, nullable=False, server_default="0"),
        sa.Column("message_id", sa.Integer),
        sa.Column("sent_at", sa.Text),
        sa.Column("trouble", sa.Text),
        sa.UniqueConstraint("chat_id", "thread_id", "story"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False, unique=True),
        sa.Column("outlet", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("modified", sa.Text),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sa.Column("answered", sa.Text),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("interval", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failing_since", sa.Text),
        sa.Column("dead", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trouble", sa.Text),
        sqlite_strict=True,
    )
    op.create_index("ix_feed_due", "feed", ["due"])
    op.create_index("delivery_story", "delivery", ["story"])
    op.create_index("delivery_due", "delivery", ["state", "due_at"])
    op.create_index("delivery_sent", "delivery", ["chat_id", "sent_at"])


def _chat() -> sa.Column[int]:
    target = sa.ForeignKey("chat.chat_id", ondelete="CASCADE")
    return sa.Column("chat_id", sa.Integer, target, nullable=False)
