"""Articles with their revisions, readers, feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identity", sa.LargeBinary, nullable=False, unique=True),
        sa.Column(
            "revision",
            sa.Integer,
            sa.ForeignKey("revision.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            unique=True,
        ),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("published", sa.Text),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("outlet", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("article_newest", "article", ["language", "published", "revision", "passages"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("article.id"), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.Column("published", sa.Text),
        sa.Column("headline", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revision_article_id", "revision", ["article_id"])
    op.create_table(
        "reader",
        sa.Column("chat_id", sa.Integer, primary_key=True),
        sa.Column("language", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("given_at", sa.Text, nullable=False),
        sqlite_strict=True,
    )
