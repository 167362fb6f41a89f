"""Who follows what: chats, their wishes, and their standing queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from bot.store.batch import chunks
from bot.store.deliveries import PARKED
from bot.store.schema import alert, chat, delivery, reader
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.database import Database

MOST_ALERTS = 100  # of one chat


class Address(NamedTuple):
    """Where alerts go: a chat, and the topic of a forum (0 elsewhere)."""

    chat_id: int
    thread_id: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """A standing query. `language` is that of the coverage wanted, None for both."""

    id: int
    address: Address
    query: str
    language: Language | None
    digest: bool
    paused: bool
    muted_until: datetime | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """When and how a chat wants to hear; None is the installation's own habit.

    Minutes count from the chat's midnight. `gone` says why it cannot be reached.
    """

    chat_id: int
    zone: str | None = None
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None
    daily_cap: int | None = None
    silent: bool = False
    language_code: str | None = None
    gone: str | None = None


class AlreadyFollowedError(Exception):
    """Another alert of the same place asks for the same."""


class Following:
    """The chats that follow something."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, address: Address, query: str, language_code: str | None, at: datetime
    ) -> Alert | None:
        """Store an alert, or find the one that asks for the same; None when there are too many."""
        same = (
            (alert.c.chat_id == address.chat_id)
            & (alert.c.thread_id == address.thread_id)
            & (alert.c.query == query)
        )
        async with self._database.transaction() as connection:
            await _meet(connection, address.chat_id, language_code)
            found = (await connection.execute(select(alert).where(same))).one_or_none()
            if found is not None:
                return as_alert(found)
            count = await connection.scalar(
                select(func.count()).where(alert.c.chat_id == address.chat_id)
            )
            if (count or 0) >= MOST_ALERTS:
                return None
            row = {
                "chat_id": address.chat_id,
                "thread_id": address.thread_id,
                "query": query,
                "made_at": at,
            }
            adding = insert(alert).values(row).returning(alert)
            return as_alert((await connection.execute(adding)).one())

    async def of(self, address: Address) -> list[Alert]:
        """Return the alerts of one place, in the order in which they were made."""
        here = (alert.c.chat_id == address.chat_id) & (alert.c.thread_id == address.thread_id)
        async with self._database.reading() as connection:
            rows = await connection.execute(select(alert).where(here).order_by(alert.c.id))
            return [as_alert(row) for row in rows]

    async def by_ids(self, numbers: Collection[int]) -> dict[int, Alert]:
        """Return alerts by their numbers; those that are gone are left out."""
        found: dict[int, Alert] = {}
        async with self._database.reading() as connection:
            for some in chunks(sorted(set(numbers))):
                rows = await connection.execute(select(alert).where(alert.c.id.in_(some)))
                found |= {row.id: as_alert(row) for row in rows}
        return found

    async def heard(self) -> list[Alert]:
        """Return every alert of a chat that can be reached, paused ones too."""
        query = select(alert).join(chat).where(chat.c.gone.is_(None)).order_by(alert.c.id)
        async with self._database.reading() as connection:
            return [as_alert(row) for row in await connection.execute(query)]

    async def change(self, number: int, chat_id: int, **values: Any) -> Alert | None:
        """Change an alert of this chat: query, language, digest, paused, muted_until.

        Returns it, or None when it is gone. Raises AlreadyFollowedError.
        """
        if isinstance(values.get("language"), Language):
            values["language"] = values["language"].value
        changing = update(alert).where(_own(number, chat_id)).values(values).returning(alert)
        try:
            async with self._database.transaction() as connection:
                row = (await connection.execute(changing)).first()
        except IntegrityError as twice:
            raise AlreadyFollowedError from twice
        return None if row is None else as_alert(row)

    async def remove(self, number: int, chat_id: int) -> bool:
        """Delete an alert of this chat.

        What waits to be said for it is looked at when it is due: another alert may want it.
        """
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(alert).where(_own(number, chat_id)))
            if gone.rowcount:
                parked = (delivery.c.alert_id == number) & (delivery.c.state == PARKED)
                await connection.execute(delete(delivery).where(parked))
        return gone.rowcount > 0

    async def wishes(self, chat_id: int) -> Wishes:
        """Return what a chat wants, the installation's habits where it never said."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(chat).where(chat.c.chat_id == chat_id))).first()
        return Wishes(chat_id) if row is None else as_wishes(row._asdict())

    async def wishes_of(self, chats: Sequence[int]) -> dict[int, Wishes]:
        """Return what many chats want."""
        found = {number: Wishes(number) for number in chats}
        async with self._database.reading() as connection:
            for numbers in chunks(chats):
                rows = await connection.execute(select(chat).where(chat.c.chat_id.in_(numbers)))
                found |= {row.chat_id: as_wishes(row._asdict()) for row in rows}
        return found

    async def of_chat(self, chat_id: int) -> list[Alert]:
        """Return every alert of a chat, in all its topics."""
        query = select(alert).where(alert.c.chat_id == chat_id).order_by(alert.c.id)
        async with self._database.reading() as connection:
            return [as_alert(row) for row in await connection.execute(query)]

    async def wish(self, chat_id: int, **values: Any) -> Wishes:
        """Change what a chat wants: any field of Wishes."""
        async with self._database.transaction() as connection:
            await _meet(connection, chat_id, None)
            changing = update(chat).where(chat.c.chat_id == chat_id).values(values)
            return as_wishes((await connection.execute(changing.returning(chat))).one()._asdict())

    async def end(self, chat_id: int, why: str) -> None:
        """Stop writing to a chat that cannot be reached; its alerts wait for it to come back."""
        async with self._database.transaction() as connection:
            await connection.execute(update(chat).where(chat.c.chat_id == chat_id).values(gone=why))

    async def revive(self, chat_id: int) -> bool:
        """Write to a chat again; return whether it was gone."""
        gone = (chat.c.chat_id == chat_id) & chat.c.gone.is_not(None)
        async with self._database.transaction() as connection:
            changed = await connection.execute(update(chat).where(gone).values(gone=None))
        return changed.rowcount > 0

    async def close_topic(self, address: Address) -> list[Alert]:
        """Pause the alerts of a forum's topic that was closed; return them."""
        here = (alert.c.chat_id == address.chat_id) & (alert.c.thread_id == address.thread_id)
        pausing = update(alert).where(here).values(paused=1).returning(alert)
        async with self._database.transaction() as connection:
            return [as_alert(row) for row in await connection.execute(pausing)]

    async def move(self, old: int, new: int) -> None:
        """Keep everything of a group that has become a supergroup under another number."""
        async with self._database.transaction() as connection:
            row = (await connection.execute(select(chat).where(chat.c.chat_id == old))).first()
            if row is None:
                return
            wanted = row._asdict() | {"chat_id": new, "gone": None}
            await connection.execute(upsert(chat).values(wanted).on_conflict_do_nothing())
            for table in (alert, delivery):
                # Whoever was faster has said the same already under the new number.
                await connection.execute(
                    update(table)
                    .prefix_with("OR IGNORE")
                    .where(table.c.chat_id == old)
                    .values(chat_id=new)
                )
            await connection.execute(delete(chat).where(chat.c.chat_id == old))

    async def forget(self, chat_id: int) -> None:
        """Delete everything that is stored under a chat's number."""
        async with self._database.transaction() as connection:
            for table in (delivery, alert, chat, reader):
                await connection.execute(delete(table).where(table.c.chat_id == chat_id))

    async def export(self, chat_id: int) -> dict[str, Any]:
        """Return everything that is stored under a chat's number, as JSON takes it."""
        stored: dict[str, Any] = {}
        async with self._database.reading() as connection:
            for table in (reader, chat, alert, delivery):
                rows = await connection.execute(select(table).where(table.c.chat_id == chat_id))
                stored[table.name] = [
                    {name: _plain(value) for name, value in row._asdict().items()} for row in rows
                ]
        return stored

    async def counts(self) -> dict[str, int]:
        """Return how many alerts there are, and chats that have them and can be reached."""
        async with self._database.reading() as connection:
            alerts = await connection.scalar(select(func.count()).select_from(alert))
            chats = await connection.scalar(
                select(func.count(func.distinct(alert.c.chat_id)))
                .join_from(alert, chat)
                .where(chat.c.gone.is_(None))
            )
        return {"alerts": alerts or 0, "followers": chats or 0}


async def _meet(connection: AsyncConnection, chat_id: int, language_code: str | None) -> None:
    """Have a row for a chat."""
    row = upsert(chat).values(chat_id=chat_id, language_code=language_code)
    if language_code:
        told = {"language_code": language_code}
        adding = row.on_conflict_do_update(index_elements=["chat_id"], set_=told)
    else:
        adding = row.on_conflict_do_nothing()
    await connection.execute(adding)


def _own(number: int, chat_id: int) -> Any:
    return (alert.c.id == number) & (alert.c.chat_id == chat_id)


def as_alert(row: Row[Any]) -> Alert:
    """Return the alert that a whole row of its table holds."""
    return Alert(
        id=row.id,
        address=Address(row.chat_id, row.thread_id),
        query=row.query,
        language=None if row.language is None else Language(row.language),
        digest=bool(row.digest),
        paused=bool(row.paused),
        muted_until=row.muted_until,
        made_at=row.made_at,
    )


def as_wishes(row: Mapping[str, Any]) -> Wishes:
    """Return the wishes that a whole row of the chats holds."""
    return Wishes(**{**row, "silent": bool(row["silent"])})


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
