"""The program as it is started without a token: `python -m bot run`."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
PREVIEW = re.compile(rb"Preview: (http://127\.0\.0\.1:(\d+))/")


@asynccontextmanager
async def program(folder: Path, *options: str) -> AsyncIterator[re.Match[bytes]]:
    """Start the program where no .env is; yield where its preview is; end it by a signal."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ISNAD_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--no-browser", *options),
        cwd=folder,
        env=ours | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        while not (found := PREVIEW.match(line := await process.stdout.readline())):
            assert line, "the program ended"
        yield found
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0
