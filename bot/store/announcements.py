"""What the texts give to tell: how far they were read, their stories, and the deliveries.

The revisions are a log in the order in which they were stored. `announce` writes the deliveries
that some of them cause, and how far it has read, in one transaction: none is lost, none is twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.store.batch import chunks
from bot.store.deliveries import DIGEST, EDIT, SENT, TOLD, WAITING, packed
from bot.store.schema import announced, article, chat, delivery, revision, story

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.database import Database
    from bot.store.deliveries import Match, Telling


KEPT = timedelta(days=90)  # what was told, for corrections and for the rest of digests
RECOGNISED = timedelta(days=7)  # a signature, longer than any window in which copies are looked for


class Announcements:
    """The log of texts as the alerts read it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> int:
        """Return the last revision that was matched against the alerts."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(announced.c.revision)) or 0

    async def signatures(self, since: datetime) -> list[tuple[int, bytes, datetime]]:
        """Return number, signature and time of every story that began since then, oldest first."""
        query = (
            select(story.c.story, story.c.signature, story.c.told_at)
            .where((story.c.told_at >= since) & (story.c.story == story.c.article_id))
            .order_by(story.c.told_at)
        )
        async with self._database.reading() as connection:
            return [
                (row.story, row.signature, row.told_at) for row in await connection.execute(query)
            ]

    async def stories(self, articles: Sequence[int]) -> dict[int, int]:
        """Return the story of each article that has been told."""
        query = select(story.c.article_id, story.c.story).where(story.c.article_id.in_(articles))
        async with self._database.reading() as connection:
            return {row.article_id: row.story for row in await connection.execute(query)}

    async def quiet(self, revisions: Sequence[int]) -> set[int]:
        """Return those of the revisions that nobody is to be told of."""
        query = select(revision.c.id).where(revision.c.id.in_(revisions) & (revision.c.quiet != 0))
        async with self._database.reading() as connection:
            return set(await connection.scalars(query))

    async def announce(self, up_to: int, tellings: Sequence[Telling], now: datetime) -> None:
        """Write what is to be said of the revisions up to one, and that it was written."""
        async with self._database.transaction() as connection:
            for each in tellings:
                await _tell(connection, each, now)
            mark = upsert(announced).values(id=1, revision=up_to)
            await connection.execute(
                mark.on_conflict_do_update(index_elements=["id"], set_={"revision": up_to})
            )

    async def tidy(self, now: datetime) -> None:
        """Forget what was told long ago, and what stories are recognised by that are over."""
        over = (story.c.told_at < now - RECOGNISED) & (story.c.signature != b"")
        told = delivery.c.state.in_((SENT, TOLD)) & (delivery.c.sent_at < now - KEPT)
        async with self._database.transaction() as connection:
            await connection.execute(delete(delivery).where(told))
            await connection.execute(update(story).where(over).values(signature=b""))


async def _tell(connection: AsyncConnection, each: Telling, now: datetime) -> None:
    row = {
        "article_id": each.article_id,
        "story": each.story,
        "signature": each.signature,
        "told_at": each.told_at,
    }
    about = {"_story": each.story, "_article": each.article_id, "_now": now}
    if each.correction:
        await connection.execute(_CORRECTED, about)
    elif each.article_id != each.story:
        await connection.execute(_ALSO, about)
    telling = upsert(story).values(row)
    await connection.execute(
        telling.on_conflict_do_update(
            index_elements=["article_id"], set_={"signature": each.signature}
        )
    )
    # A chat that was forgotten since its alerts were matched is told of nothing.
    met = await _met(connection, {match.address.chat_id for match in each.matches})
    rows = [_row(each, match) for match in each.matches if match.address.chat_id in met]
    if rows:
        await connection.execute(_REPLACING if each.correction else _ADDING, rows)


async def _met(connection: AsyncConnection, chats: set[int]) -> set[int]:
    met: set[int] = set()
    for numbers in chunks(sorted(chats)):
        met |= set(
            await connection.scalars(select(chat.c.chat_id).where(chat.c.chat_id.in_(numbers)))
        )
    return met


# A message that was sent is edited; one that waits will say it at once.
_TOLD_OF = {
    "due_at": case((delivery.c.state == SENT, bindparam("_now")), else_=delivery.c.due_at),
    "state": case((delivery.c.state == SENT, EDIT), else_=delivery.c.state),
}
_THE_STORY = (delivery.c.story == bindparam("_story")) & delivery.c.state.in_(
    (SENT, EDIT, WAITING, DIGEST)
)
# An outlet counts once, however often it carries a story; where none is named, each article does.
_copy, _member = article.alias(), article.alias()
_CARRIED = (
    select(_copy.c.id)
    .join(_member, _member.c.outlet == _copy.c.outlet)
    .join(story, and_(story.c.article_id == _member.c.id, story.c.story == bindparam("_story")))
    .where(_copy.c.id == bindparam("_article"))
)
_ALSO = (
    update(delivery)
    .where(_THE_STORY & ~_CARRIED.exists())
    .values(also=delivery.c.also + 1, **_TOLD_OF)
)
_CORRECTED = (
    update(delivery)
    .where(_THE_STORY)
    .where(
        delivery.c.revision.in_(
            select(revision.c.id).where(revision.c.article_id == bindparam("_article"))
        )
    )
    .values(corrected=1, **_TOLD_OF)
)
_ADDING = upsert(delivery).on_conflict_do_nothing()
# Whoever waits for a text is told it as it was corrected.
_REPLACING = upsert(delivery).on_conflict_do_update(
    index_elements=["chat_id", "thread_id", "story"],
    set_={
        **{
            name: getattr(upsert(delivery).excluded, name)
            for name in ("alert_id", "revision", "start", "end", "marks")
        },
        "corrected": 0,
    },
    where=delivery.c.state.in_((WAITING, DIGEST)) & (delivery.c.corrected == 1),
)


def _row(each: Telling, match: Match) -> dict[str, Any]:
    return {
        "chat_id": match.address.chat_id,
        "thread_id": match.address.thread_id,
        "story": each.story,
        "alert_id": match.alert_id,
        "revision": each.revision,
        "start": match.start,
        "end": match.end,
        "marks": packed(match.marks),
        "state": DIGEST if match.digest else WAITING,
        "due_at": match.due_at,
    }
