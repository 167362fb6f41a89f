"""How long many followers wait for one article, under Telegram's limits, and a reader meanwhile.

The bot is `python -m bot run` in a process of its own; Telegram is the loopback server in this one.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.preview.limits import A_SECOND, Limits
from bot.preview.refusing import RefusedError
from bot.preview.telegram import LoopbackTelegram
from tests.fakes.followers import FIRST, STORY, follow, running, tell

if TYPE_CHECKING:
    from bot.preview.chats import Chat
    from bot.preview.readers import Reader

ASKER = 7
EVERY = 2.0  # seconds between two questions
QUESTION = "When did the truce begin?"
PATIENCE = 30.0
SETTLING = 3.0  # for what would be told twice


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one article came to. Times in seconds."""

    followers: int
    told: int
    twice: int
    seconds: float
    refused: int  # 429s, after the first second
    at_once: int  # 429s within it
    answers: tuple[float, float]  # p50 and p95
    asked: int
    cpu: float  # of the bot, for one alert

    @property
    def ratio(self) -> float:
        """How much longer it took than Telegram's limits demand."""
        return self.seconds / (self.followers / A_SECOND)


class Counting(Limits):
    """Telegram's limits, and what went and what was refused, by the clock."""

    def __init__(self, followers: int) -> None:
        super().__init__()
        self._followers = range(FIRST, FIRST + followers)
        self.told: list[float] = []
        self.refused: list[float] = []

    def count(self, chat: Chat) -> None:
        """Count a message, as Telegram does."""
        try:
            super().count(chat)
        except RefusedError:
            self.refused.append(time.perf_counter())
            raise
        if chat.id in self._followers:
            self.told.append(time.perf_counter())


def measure(followers: int) -> Delivered:
    """Tell so many followers of one article while a reader asks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        follow(folder, followers)
        return asyncio.run(_measure(folder, followers))


async def _measure(folder: Path, followers: int) -> Delivered:
    limits = Counting(followers)
    async with LoopbackTelegram(limits=limits) as telegram:
        for number in range(followers):
            telegram.reader(FIRST + number, met=True)
        asker = telegram.reader(ASKER, language_code="en")
        async with running(telegram, folder) as bot:
            await asker.say(QUESTION, PATIENCE)
            before, started = _cpu(bot.pid), time.perf_counter()
            await tell(folder, STORY)
            answers: list[float] = []
            asking = asyncio.create_task(_ask(asker, answers))
            await _until_told(limits, followers)
            asking.cancel()
            cpu = _cpu(bot.pid) - before
            await asyncio.sleep(SETTLING)  # for what is told twice
    heard = Counter(len(telegram.chats[FIRST + number].sent) for number in range(followers))
    first = min(limits.told, default=started)
    early = sum(each <= first + 1 for each in limits.refused)
    return Delivered(
        followers=followers,
        told=followers - heard[0],
        twice=sum(many for times, many in heard.items() if times > 1),
        seconds=max(limits.told, default=started) - started,
        refused=len(limits.refused) - early,
        at_once=early,
        answers=tuple(np.percentile(answers or [0], (50, 95)).tolist()),
        asked=len(answers),
        cpu=cpu / followers,
    )


async def _until_told(limits: Counting, followers: int) -> None:
    last = time.perf_counter()
    told = 0
    while told < followers:
        await asyncio.sleep(0.5)  # another process sets no event
        if len(limits.told) > told:
            told, last = len(limits.told), time.perf_counter()
            if sys.stderr.isatty():
                print(f"\r{told:,} of {followers:,}", end=" ", file=sys.stderr)
        elif time.perf_counter() - last > PATIENCE:
            return


async def _ask(asker: Reader, answers: list[float]) -> None:
    """Ask every two seconds, as often as it is answered."""
    due = time.perf_counter()
    while True:
        due = max(due + EVERY, time.perf_counter())
        await asyncio.sleep(due - time.perf_counter())
        asked = time.perf_counter()
        await asker.say(QUESTION, PATIENCE)
        answers.append(time.perf_counter() - asked)


def _cpu(process: int) -> float:
    """Return the CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
