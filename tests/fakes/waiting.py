"""Waiting for what nothing tells of."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what another task or process brings about; nothing tells when it has."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - another process cannot set an event of ours
            await asyncio.sleep(0.01)  # then look again
