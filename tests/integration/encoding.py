"""A process of its own: encodes what has no vectors, and says of each article when it is done."""

import asyncio
import sys
from pathlib import Path

from bot.meaning import Meaning
from bot.store import Store
from tests.fakes.encoder import WordEncoder


def say(revision: int) -> None:
    sys.stdout.write(f"{revision}\n")
    sys.stdout.flush()


async def encode(folder: Path) -> None:
    async with (
        Store.open(folder) as store,
        Meaning.open(store.articles, folder, WordEncoder()) as meaning,
    ):
        await meaning.catch_up(say)


if __name__ == "__main__":
    asyncio.run(encode(Path(sys.argv[1])))
