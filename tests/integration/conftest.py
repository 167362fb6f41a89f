from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.preview.telegram import LoopbackTelegram
from tests.integration.calling import CHAT, USUAL, Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.preview.readers import Reader


@pytest.fixture
def own_settings(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return a data folder; there is no other setting, no .env, and logging of the test's own."""
    for name in os.environ:
        if name.startswith("ISNAD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ISNAD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield tmp_path / "data"
    root.handlers[:], root.level = before


@pytest.fixture
async def telegram() -> AsyncIterator[LoopbackTelegram]:
    async with LoopbackTelegram() as telegram:
        yield telegram


@pytest.fixture
async def call(telegram: LoopbackTelegram) -> AsyncIterator[Client]:
    url = f"{telegram.url}/bot{telegram.token}"
    async with httpx.AsyncClient(base_url=url, **USUAL) as http:
        yield Client(http)


@pytest.fixture
async def browser(telegram: LoopbackTelegram) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=telegram.url, **USUAL) as http:
        yield http


@pytest.fixture
def anna(telegram: LoopbackTelegram) -> Reader:
    return telegram.reader(CHAT, language_code="en", first_name="Anna", met=True)
