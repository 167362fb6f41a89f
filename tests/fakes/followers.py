"""Followers by the thousand, and the bot as a program that delivers to them."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, insert

from bot.newsroom import publish
from bot.sources import Submission
from bot.store import FILE_NAME, Store
from bot.store.schema import alert, chat
from bot.store.upgrading import upgrade
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.preview.telegram import LoopbackTelegram

ROOT = Path(__file__).parents[2]
FIRST = 1_000_000  # the first follower's number
STORY = """The old bridge of Mostar was closed to lorries on Monday, the mayor of the town said.
Engineers had found cracks in two of its pillars in October. Repairs will take until the summer."""


def follow(folder: Path, followers: int) -> None:
    """Store followers of one word, in both languages by turns."""
    upgrade(folder / FILE_NAME)
    now = datetime.now(UTC)
    engine = create_engine(f"sqlite:///{folder / FILE_NAME}")
    with engine.begin() as connection:
        for table, more in (
            (chat, {}),
            (alert, {"thread_id": 0, "query": "mostar", "made_at": now}),
        ):
            rows = [{"chat_id": FIRST + number, **more} for number in range(followers)]
            if table is chat:
                rows = [row | {"language_code": ("en", "ar")[row["chat_id"] % 2]} for row in rows]
            connection.execute(insert(table), rows)
    engine.dispose()


@asynccontextmanager
async def running(
    telegram: LoopbackTelegram, folder: Path, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot as a program, where it is noon; kill it when it is still there at the end."""
    west = datetime.now(UTC).hour - 12
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=ROOT,
        env=os.environ
        | {
            "ISNAD_DATA_DIR": str(folder),
            "ISNAD_TELEGRAM_TOKEN": telegram.token,
            "ISNAD_TELEGRAM_API_URL": telegram.url,
            "ISNAD_TIME_ZONE": f"Etc/GMT{west:+d}",  # its sign is of the other hand
            "ISNAD_QUESTIONS_PER_MINUTE": "600",
            "ISNAD_LOG_LEVEL": "WARNING",
            "ISNAD_SEMANTIC": "false",
            "NO_PROXY": "127.0.0.1",
        }
        | more,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def tell(folder: Path, *bodies: str) -> None:
    """Store articles as another process would."""
    async with Store.open(folder) as store:
        await publish(
            store.articles,
            [
                Submission(
                    body=body,
                    language=Language.ENGLISH,
                    source="bench",
                    headline="The bridge",
                    url=None,
                    published=None,
                    outlet="Outlet 1",
                )
                for body in bodies
            ],
        )
