from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from bot.preview.telegram import LoopbackTelegram
from tests.integration.calling import CHAT, USUAL, Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.preview.readers import Reader


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
