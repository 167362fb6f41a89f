"""Connections to the one file: a writer that takes turns, readers that never wait for it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.errors import explained
from bot.store.upgrading import BUSY_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

READERS = 4


class Database:
    """One SQLite file, opened for many readers and one writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        # FULL: a commit survives a power cut. It costs a tenth of a batch of 100.
        self._writer = _engine(path, 1, "BEGIN IMMEDIATE", "synchronous = FULL")
        self._readers = _engine(path, READERS, "BEGIN", "query_only = ON")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Write all or nothing: commits at the end, rolls back on any exception.

        One at a time in this process; another process's turn is waited for. Wait for nothing
        but this connection inside. Raises TransientError, CorruptDataError.
        """
        async with self._turn, self._speaking(self._writer) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Read one consistent state of the file. Raises TransientError, CorruptDataError."""
        async with self._speaking(self._readers) as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def _speaking(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        try:
            async with engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise explained(self._path, error.orig) from error


def _engine(path: Path, connections: int, begin: str, setting: str) -> AsyncEngine:
    # The driver's own transactions are off: it would begin late, and not IMMEDIATE.
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        pool_size=connections,
        max_overflow=0,
        pool_timeout=2 * BUSY_SECONDS,
        hide_parameters=True,  # an error may be logged: no words and no numbers of readers
    )

    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "begin", start)
    return engine
