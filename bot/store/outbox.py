"""What is to be said, from the moment it was announced until it has been said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, func, select, update

from bot.store.batch import chunks
from bot.store.deliveries import (
    DIGEST,
    EDIT,
    PARKED,
    SENT,
    TOLD,
    WAITING,
    Delivery,
    Ready,
    packed,
    unpacked,
)
from bot.store.following import Address, as_alert, as_wishes
from bot.store.schema import alert, chat, delivery, reader
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    from bot.store.database import Database
    from bot.store.deliveries import Heard

LONGEST_TROUBLE = 200  # characters


class Outbox:
    """The deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int) -> list[Delivery]:
        """Return the oldest that is to be sent by now in each chat, then what is to be edited.

        One of a chat, so that a chat with much to hear keeps nobody waiting; and what is new goes
        before what is only added to an earlier message.
        """
        async with self._database.reading() as connection:
            rows = list(await connection.execute(_due(WAITING, now, limit)))
            if len(rows) < limit:
                chats = {row.chat_id for row in rows}
                more = await connection.execute(_due(EDIT, now, limit))
                rows += [row for row in more if row.chat_id not in chats]
        return [_delivery(row) for row in rows[:limit]]

    async def digests(self, now: datetime) -> list[Address]:
        """Return where a digest is due."""
        query = (
            select(delivery.c.chat_id, delivery.c.thread_id)
            .join_from(delivery, chat)
            .where((delivery.c.state == DIGEST) & (delivery.c.due_at <= now))
            .where(chat.c.gone.is_(None))
            .distinct()
        )
        async with self._database.reading() as connection:
            return [Address(*row) for row in await connection.execute(query)]

    async def digest(self, address: Address) -> list[Delivery]:
        """Return everything that waits for a place's digest, oldest first."""
        here = (delivery.c.chat_id == address.chat_id) & (delivery.c.thread_id == address.thread_id)
        query = select(delivery).where(here & (delivery.c.state == DIGEST)).order_by(delivery.c.id)
        async with self._database.reading() as connection:
            return [_delivery(row) for row in await connection.execute(query)]

    async def ready(self, numbers: Sequence[int], since: datetime) -> dict[int, Ready]:
        """Return deliveries with all that they depend on, as it stands now, for sending them.

        `Ready.lately` counts from `since`. Those that are gone or done, or whose chats are, are
        left out. Of a few at a time: there is no limit here.
        """
        waits = delivery.c.id.in_(numbers) & delivery.c.state.in_((WAITING, EDIT))
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(delivery).where(waits))).all()
            chats = [row.chat_id for row in rows]
            here = chat.c.chat_id.in_(chats) & chat.c.gone.is_(None)
            wishes = {row.chat_id: row for row in await connection.execute(_CHATS.where(here))}
            asked = select(alert).where(alert.c.id.in_([row.alert_id for row in rows]))
            alerts = {row.id: as_alert(row) for row in await connection.execute(asked)}
            said = await connection.execute(_said_since(chats, since))
            lately = {row.chat_id: row.count for row in said}
        found = {}
        for row in rows:
            if row.chat_id not in wishes:
                continue
            wished = wishes[row.chat_id]._asdict()
            chosen = wished.pop("chosen")
            wanted = alerts.get(row.alert_id)
            mine = wanted is not None and wanted.address.chat_id == row.chat_id
            found[row.id] = Ready(
                delivery=_delivery(row),
                alert=wanted if mine else None,
                wishes=as_wishes(wished),
                chosen=None if chosen is None else Language(chosen),
                lately=lately.get(row.chat_id, 0),
            )
        return found

    async def sent(self, each: Delivery, message_id: int, at: datetime) -> None:
        """Mark as said, under which message; what came in meanwhile is still to be told."""
        values = {"message_id": message_id, "sent_at": at, "trouble": None}
        state = case((_unchanged(each), SENT), else_=EDIT)
        done = update(delivery).where(delivery.c.id == each.id).values(state=state, **values)
        async with self._database.transaction() as connection:
            await connection.execute(done)

    async def digested(self, numbers: Sequence[int], message_id: int, at: datetime) -> None:
        """Mark as told by a digest, under which message."""
        values = {"state": TOLD, "message_id": message_id, "sent_at": at, "trouble": None}
        await self._change(numbers, values)

    async def edited(self, each: Delivery) -> None:
        """Mark an edit as made, unless there is more to tell by now."""
        done = (delivery.c.id == each.id) & _unchanged(each)
        async with self._database.transaction() as connection:
            await connection.execute(update(delivery).where(done).values(state=SENT))

    async def postpone(
        self, numbers: Sequence[int], due_at: datetime, *, state: str | None = None
    ) -> None:
        """Try later, or in the digest."""
        values: dict[str, Any] = {"due_at": due_at}
        if state:
            values["state"] = state
        await self._change(numbers, values)

    async def refused(self, number: int, due_at: datetime, trouble: str) -> None:
        """Try later what Telegram refused, and count it."""
        tries = delivery.c.tries + 1
        values = {"due_at": due_at, "trouble": trouble[:LONGEST_TROUBLE], "tries": tries}
        await self._change([number], values)

    async def reassign(self, number: int, wanted: Heard) -> None:
        """Tell of it for another alert of the same place."""
        values = {
            "alert_id": wanted.alert.id,
            "start": wanted.start,
            "end": wanted.end,
            "marks": packed(wanted.marks),
        }
        await self._change([number], values)

    async def hold(self, chat_id: int, until: datetime) -> None:
        """Keep everything for a chat until Telegram takes it again."""
        waiting = (delivery.c.chat_id == chat_id) & delivery.c.state.in_((WAITING, DIGEST, EDIT))
        later = update(delivery).where(and_(waiting, delivery.c.due_at < until))
        async with self._database.transaction() as connection:
            await connection.execute(later.values(due_at=until))

    async def reconsider(self, chat_id: int, now: datetime) -> None:
        """Look at everything that waits for a chat again: its hours have changed."""
        waiting = (delivery.c.chat_id == chat_id) & (delivery.c.state == WAITING)
        async with self._database.transaction() as connection:
            await connection.execute(update(delivery).where(waiting).values(due_at=now))

    async def move_digest(self, chat_id: int, now: datetime, due_at: datetime) -> None:
        """Tell what waits for a chat's digest at another time, unless it is due by now."""
        waiting = (delivery.c.chat_id == chat_id) & (delivery.c.state == DIGEST)
        moving = update(delivery).where(waiting & (delivery.c.due_at > now))
        async with self._database.transaction() as connection:
            await connection.execute(moving.values(due_at=due_at))

    async def told(self, chat_id: int, message_id: int) -> list[Delivery]:
        """Return what one digest told, oldest first."""
        here = (delivery.c.chat_id == chat_id) & (delivery.c.message_id == message_id)
        query = select(delivery).where(here & (delivery.c.state == TOLD)).order_by(delivery.c.id)
        async with self._database.reading() as connection:
            return [_delivery(row) for row in await connection.execute(query)]

    async def drop(self, number: int) -> None:
        """Take back what nobody wants any more: its alert is gone or paused."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(delivery).where(delivery.c.id == number))

    async def park(self, numbers: Sequence[int], trouble: str) -> None:
        """Set aside what Telegram refuses; `status` shows it, and nothing is dropped."""
        await self._change(numbers, {"state": PARKED, "trouble": trouble[:LONGEST_TROUBLE]})

    async def unpark(self, now: datetime) -> int:
        """Try again what was set aside; return how many."""
        again = update(delivery).where(delivery.c.state == PARKED)
        async with self._database.transaction() as connection:
            changed = await connection.execute(again.values(state=WAITING, due_at=now, tries=0))
        return changed.rowcount

    async def said_since(self, chat_id: int, since: datetime) -> int:
        """Return how many alerts a chat has been sent since then, one by one."""
        async with self._database.reading() as connection:
            said = await connection.execute(_said_since([chat_id], since))
            return sum(row.count for row in said)

    async def counts(self, now: datetime) -> dict[str, Any]:
        """Return how many deliveries wait, since when the oldest has, and how many are parked.

        Those of chats that cannot be reached wait for nobody.
        """
        overdue = (delivery.c.state == WAITING) & (delivery.c.due_at <= now)
        query = (
            select(
                func.count(case((delivery.c.state == WAITING, 1))),
                func.count(case((delivery.c.state == DIGEST, 1))),
                func.count(case((delivery.c.state == PARKED, 1))),
                func.min(case((overdue, delivery.c.due_at)), type_=delivery.c.due_at.type),
            )
            .join(chat)
            .where(delivery.c.state.in_((WAITING, DIGEST, PARKED)) & chat.c.gone.is_(None))
        )
        async with self._database.reading() as connection:
            waiting, digest, parked, oldest = (await connection.execute(query)).one()
        return {"waiting": waiting, "digest": digest, "parked": parked, "oldest": oldest}

    async def _change(self, numbers: Sequence[int], values: dict[str, Any]) -> None:
        async with self._database.transaction() as connection:
            for some in chunks(numbers):
                changing = update(delivery).where(delivery.c.id.in_(some))
                await connection.execute(changing.values(values))


# What a chat wishes, and the language that it chose.
_CHATS = select(chat, reader.c.language.label("chosen")).outerjoin(
    reader, reader.c.chat_id == chat.c.chat_id
)


def _due(state: str, now: datetime, limit: int) -> Select[Any]:
    oldest = (
        select(func.min(delivery.c.id))
        .join(chat)
        .where((delivery.c.state == state) & (delivery.c.due_at <= now))
        .where(chat.c.gone.is_(None))
        .group_by(delivery.c.chat_id)
    )
    query = select(delivery).where(delivery.c.id.in_(oldest)).order_by(delivery.c.id)
    return query.limit(limit)


def _said_since(chats: Sequence[int], since: datetime) -> Select[Any]:
    return (
        select(delivery.c.chat_id, func.count().label("count"))
        .where(
            delivery.c.chat_id.in_(chats)
            & (delivery.c.sent_at >= since)
            & delivery.c.state.in_((SENT, EDIT))
        )
        .group_by(delivery.c.chat_id)
    )


def _unchanged(each: Delivery) -> ColumnElement[bool]:
    return (
        (delivery.c.also == each.also)
        & (delivery.c.corrected == each.corrected)
        & (delivery.c.revision == each.revision)
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        address=Address(row.chat_id, row.thread_id),
        story=row.story,
        alert_id=row.alert_id,
        revision=row.revision,
        start=row.start,
        end=row.end,
        marks=unpacked(row.marks),
        state=row.state,
        due_at=row.due_at,
        tries=row.tries,
        also=row.also,
        corrected=bool(row.corrected),
        message_id=row.message_id,
    )
