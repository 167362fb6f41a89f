"""What is kept: one SQLite file in the data folder.

`Store.open` migrates it and opens it; `articles`, `readers` and `feedback` speak of nouns, and
SQL stays behind them.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.store.announcements import Announcements
from bot.store.articles import ArchiveSummary, Articles
from bot.store.batch import Outcome
from bot.store.database import Database
from bot.store.feedback import Feedback
from bot.store.feeds import Feeds
from bot.store.following import Following
from bot.store.outbox import Outbox
from bot.store.readers import Readers
from bot.store.upgrading import upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

__all__ = [
    "FILE_NAME",
    "Announcements",
    "ArchiveSummary",
    "Articles",
    "Feedback",
    "Feeds",
    "Following",
    "Outbox",
    "Outcome",
    "Readers",
    "Store",
]

FILE_NAME = "isnad.db"


class Store:
    """The articles, the readers' choices and verdicts, their alerts and the outbox, in one file."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.articles = Articles(database)
        self.readers = Readers(database)
        self.feedback = Feedback(database)
        self.feeds = Feeds(database)
        self.following = Following(database)
        self.announcements = Announcements(database)
        self.outbox = Outbox(database)

    @classmethod
    @asynccontextmanager
    async def open(cls, data_dir: Path) -> AsyncIterator[Store]:
        """Make the folder and the newest schema where they are missing, and open the file.

        Raises CorruptDataError, naming the file, when it is damaged, another program's or a newer
        Isnad's; it is left as it was.
        """
        path = data_dir / FILE_NAME
        await asyncio.to_thread(upgrade, path)
        database = Database(path)
        try:
            yield cls(database, data_dir)
        finally:
            await database.close()

    def sizes(self) -> dict[str, int]:
        """Return how much room the data folder takes, and how much is left, in bytes."""
        files = [path for path in self._data_dir.rglob("*") if path.is_file()]
        return {
            "archive_bytes": sum(path.stat().st_size for path in files),
            "disk_free": shutil.disk_usage(self._data_dir).free,
        }
