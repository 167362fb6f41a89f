"""One writer at a time over all processes: a lock on the directory that is written to."""

from __future__ import annotations

import asyncio
import fcntl
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@asynccontextmanager
async def alone(directory: Path, seconds: float) -> AsyncIterator[None]:
    """Wait until no other process writes to a directory, looking every so many seconds.

    The lock goes with the process that holds it, however that ends. Raises OSError without the
    directory.
    """
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        while not _locked(descriptor):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(seconds)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
