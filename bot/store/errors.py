"""SQLite's errors as ours, sorted by who must act."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from bot.errors import CorruptDataError, IsnadError, TransientError

if TYPE_CHECKING:
    from pathlib import Path

NOT_A_DATABASE = "not a database; move it away or restore a copy"
_TRANSIENT = {
    sqlite3.SQLITE_BUSY: "another process kept the archive busy",
    sqlite3.SQLITE_LOCKED: "another process kept the archive busy",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write",
    sqlite3.SQLITE_NOMEM: "out of memory",
}
_CORRUPT = {
    sqlite3.SQLITE_NOTADB: NOT_A_DATABASE,
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore a copy",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PERM: "no permission",
    sqlite3.SQLITE_READONLY: "cannot be written",
}


def explained(path: Path, error: BaseException | None) -> IsnadError:
    """Return the error to raise instead of what SQLite raised about the file at `path`."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    if code in _TRANSIENT:
        return TransientError(f"{path}: {_TRANSIENT[code]}")
    return CorruptDataError(f"{path}: {_CORRUPT.get(code, error)}")
