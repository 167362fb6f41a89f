"""A process of its own: publishes batches and says how many it was told are safe."""

import asyncio
import sys
from pathlib import Path

from bot.sources import Submission
from bot.store import Store
from retrieval.models import Language


async def write(folder: Path, name: str, batches: int) -> None:
    async with Store.open(folder) as store:
        for batch in range(batches):
            submissions = [
                Submission(
                    body=f"{name} {batch} {number}. " * 50,
                    source=f"{name}.txt",
                    headline=None,
                    outlet=None,
                    url=f"https://example.org/{name}/{batch}/{number}",
                    published=None,
                    language=Language.ENGLISH,
                )
                for number in range(10)
            ]
            await store.articles.publish(submissions, [1] * len(submissions))
            sys.stdout.write(f"{(batch + 1) * 10}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
