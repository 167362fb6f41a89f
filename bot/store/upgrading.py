"""Bring a database file to the newest schema before anyone reads it.

Runs before the event loop has anything to wait for, so it is synchronous. A file that is already
at the newest schema costs one look; Alembic is imported only when there is something to do.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.errors import CorruptDataError
from bot.store.errors import NOT_A_DATABASE, explained
from bot.store.schema import APPLICATION_ID, HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

BUSY_SECONDS = 30
_HEADER = b"SQLite format 3\0"


def upgrade(path: Path) -> None:
    """Make `path` a database of the newest schema, and its folder.

    Raises CorruptDataError, leaving the file as it was, when it is not an Isnad database or was
    made by a newer Isnad, and TransientError when another process keeps it too long.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if _version(path) == HEAD:
            return
        with _alone_in(path.parent):
            current = _version(path)
            if current != HEAD:
                _migrate(path, current)
    except OSError as error:
        raise CorruptDataError(f"{path.parent}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise explained(path, error) from error
    except DBAPIError as error:
        raise explained(path, error.orig) from error


def _version(path: Path) -> str | None:
    """Return the schema's version; None for a file that is missing or holds nothing yet."""
    try:
        with path.open("rb") as file:
            header = file.read(len(_HEADER))
    except FileNotFoundError:
        return None
    if header not in {b"", _HEADER}:  # SQLite would take a very short file for an empty one
        raise CorruptDataError(f"{path}: {NOT_A_DATABASE}")
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        objects = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not objects:
            return None
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise CorruptDataError(f"{path}: another program's database, not Isnad's")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0])


def _migrate(path: Path, current: str | None) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s that only a new schema pays for
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise CorruptDataError(f"{path}: made by a newer Isnad (schema {current}); update first")
    # Outside a transaction, or SQLite refuses; it stays with the file.
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        poolclass=NullPool,
    )
    event.listen(engine, "begin", _begin_immediate)
    # One transaction for every step: a kill in between leaves the old schema.
    with engine.begin() as write:
        write.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        config.attributes["connection"] = write
        command.upgrade(config, "head")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder against other processes that would migrate at the same moment."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
