"""The golden questions on the seeds, by words alone and with sentence vectors, as the bot asks."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.archive import Archive
from bot.meaning import Meaning
from bot.newsroom import open_with_seeds
from bot.store import Store
from tests.quality.test_golden import LANGUAGES, golden

if TYPE_CHECKING:
    from retrieval.encoders import Encoder


class Judged(NamedTuple):
    """Of one kind of question in one language, how many there are and are right.

    `first` have the right quote first, refused or not; `shown` have it and are answered. Of
    those that nothing answers `shown` are the refused, and `first` is 0.
    """

    asked: int
    first: int
    shown: int


def measure(encoder: Encoder | None) -> dict[tuple[str, str], Judged]:
    """Ask every golden question; return the figures by language and kind."""
    return asyncio.run(_measure(encoder))


async def _measure(encoder: Encoder | None) -> dict[tuple[str, str], Judged]:
    found = defaultdict(lambda: Judged(0, 0, 0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            Store.open(folder) as store,
            Meaning.open(store.articles, folder, encoder) as meaning,
            Archive.open(store.articles, folder, meaning.nearness) as archive,
        ):
            await open_with_seeds(store.articles)
            await archive.catch_up()
            await meaning.catch_up()
            for language in LANGUAGES:
                for each in golden(language):
                    findings, _ = await archive.explained(each["question"], limit=1)
                    best = findings.places[0].text if findings.places else ""
                    first = any(gold in best for gold in each["gold"])
                    shown = findings.answered and first if each["gold"] else not findings.answered
                    so_far = found[language, each["kind"]]
                    found[language, each["kind"]] = Judged(
                        so_far.asked + 1, so_far.first + first, so_far.shown + shown
                    )
    return dict(found)
