"""How fast, and in how much memory, the command line adds many articles on one core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.corpus import articles

if TYPE_CHECKING:
    from bot.sources import Submission

ROOT = Path(__file__).parents[2]
ARTICLE_WORDS = (100, 100, 100)  # of each paragraph
SAMPLE_SECONDS = 0.1
QUARTERS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Added:
    """What one run of `add` took: seconds, and MB resident at the quarters of its time."""

    articles: int
    seconds: float
    cpu_seconds: float
    stored_after: float
    peak: float
    quarters: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Articles stored and indexed in one second, start of the program included."""
        return self.articles / self.seconds


def record(article: Submission) -> str:
    """Return an article as one line of a .jsonl file."""
    fields = {
        "url": article.url,
        "title": article.headline,
        "outlet": article.outlet,
        "published": article.published.isoformat() if article.published else None,
        "language": article.language.value,
        "text": article.body,
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def measure(count: int) -> Added:
    """Add `count` synthetic articles of 300 words in a process that has one core."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "articles.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(map(record, articles(count, ARTICLE_WORDS)))
        return _run(path, folder / "data", count)


def _run(path: Path, data: Path, count: int) -> Added:
    core = max(os.sched_getaffinity(0))
    # Pinned here and inherited: the process has one core from its first instruction.
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "add", str(path)],
        cwd=ROOT,
        env=os.environ | {"ISNAD_DATA_DIR": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.sched_setaffinity(0, everywhere - {core} or everywhere)
    samples: list[float] = []
    ended = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, samples, ended))
    sampler.start()
    stored_after = 0.0
    for line in process.stderr or ():
        if line.startswith("stored"):
            stored_after = time.perf_counter() - started
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    sampler.join()
    os.sched_setaffinity(0, everywhere)
    if process.returncode:
        raise SystemExit(f"add failed with {process.returncode}")
    return Added(
        count,
        seconds,
        usage.ru_utime + usage.ru_stime,
        stored_after,
        usage.ru_maxrss / 1_000,
        tuple(samples[int(len(samples) * quarter) - 1] for quarter in QUARTERS),
    )


def _sample(process: int, samples: list[float], ended: threading.Event) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while not ended.wait(SAMPLE_SECONDS):
        resident = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * page / 1e6
        if resident:  # nothing is left of one that has just ended
            samples.append(resident)
