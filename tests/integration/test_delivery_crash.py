"""The bot is killed again and again while it tells its readers; each of them hears of it.

KILLS=50 in the environment kills it more often.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from bot.preview.limits import Limits
from bot.preview.telegram import LoopbackTelegram
from bot.store import Store
from tests.fakes.followers import FIRST, STORY, follow, running, tell

if TYPE_CHECKING:
    from pathlib import Path

    from bot.preview.chats import Chat

KILLS = int(os.environ.get("KILLS", "6"))
MOST_TOLD = 20  # by one run, before it is killed
START = 2.0  # seconds that a start takes, about
TURN = 0.04  # seconds that one message takes, about
PATIENCE = 60.0


def told(chats: list[Chat]) -> int:
    return sum(len(chat.sent) for chat in chats)


async def until_killed(
    telegram: LoopbackTelegram, data: Path, chats: list[Chat], chance: Random
) -> None:
    """Run the bot, and kill it while it starts or while it tells."""
    goal = told(chats) + chance.randint(0, MOST_TOLD)
    async with running(telegram, data, ISNAD_SEEDS="false") as bot:
        if goal == told(chats):
            await asyncio.sleep(chance.uniform(0, START))  # killed at any moment
        await telegram.until(lambda: told(chats) >= goal, PATIENCE, f"{goal} messages")
        await asyncio.sleep(chance.uniform(0, TURN))  # likewise
        bot.kill()


async def test_whoever_waits_is_told_however_often_the_bot_is_killed(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - a figure - shown when the test fails
    chance = Random(seed)  # noqa: S311 - nothing to hide
    followers = range(FIRST, FIRST + KILLS * (MOST_TOLD + 2))
    follow(tmp_path, len(followers))
    await tell(tmp_path, STORY)

    async with LoopbackTelegram(limits=Limits()) as telegram:
        chats = [telegram.reader(number, met=True).chat for number in followers]
        for kills in range(1, KILLS + 1):
            await until_killed(telegram, tmp_path, chats, chance)
            assert told(chats) - sum(bool(chat.sent) for chat in chats) <= kills
        async with running(telegram, tmp_path, ISNAD_SEEDS="false") as bot:
            await telegram.until(
                lambda: all(chat.sent for chat in chats),
                PATIENCE + len(followers) / 20,
                "everybody to be told",
            )
            bot.terminate()
            stopped = await bot.wait()

    async with Store.open(tmp_path) as store:
        left = await store.outbox.counts(datetime.now(UTC))
    heard = [len(chat.sent) for chat in chats]
    print(f"{sum(heard) - len(heard)} of {len(heard)} told twice")  # noqa: T201 - a figure
    assert min(heard) == 1
    assert sum(heard) - len(heard) <= KILLS
    assert stopped == 0
    assert (left["waiting"], left["parked"]) == (0, 0)
