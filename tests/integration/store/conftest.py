from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.store import FILE_NAME, Store
from bot.store.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path) as opened:
        yield opened


@pytest.fixture
async def sql(store: Store, tmp_path: Path) -> AsyncIterator[Database]:
    """Open the store's file once more, to look behind its nouns."""
    del store
    opened = Database(tmp_path / FILE_NAME)
    yield opened
    await opened.close()
