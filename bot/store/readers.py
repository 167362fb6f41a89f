"""What a reader chose: a language, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.schema import reader
from retrieval.models import Language

if TYPE_CHECKING:
    from sqlalchemy import Delete, Insert

    from bot.store.database import Database


class Readers:
    """The readers who chose a language."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def language(self, chat_id: int) -> Language | None:
        """Return what this chat chose, or None."""
        async with self._database.reading() as connection:
            chosen = await connection.scalar(
                select(reader.c.language).where(reader.c.chat_id == chat_id)
            )
        return None if chosen is None else Language(chosen)

    async def set_language(self, chat_id: int, language: Language | None) -> None:
        """Remember the choice; None forgets the chat."""
        if language is None:
            change: Delete | Insert = delete(reader).where(reader.c.chat_id == chat_id)
        else:
            chosen = {"language": language.value}
            change = (
                insert(reader)
                .values(chat_id=chat_id, **chosen)
                .on_conflict_do_update(index_elements=[reader.c.chat_id], set_=chosen)
            )
        async with self._database.transaction() as connection:
            await connection.execute(change)

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """Keep the choice of a group that has become a supergroup under another number."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(reader).where(reader.c.chat_id == new_chat_id))
            await connection.execute(
                update(reader).where(reader.c.chat_id == old_chat_id).values(chat_id=new_chat_id)
            )
