from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as started:
        yield started
