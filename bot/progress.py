"""What long work shows: a bar in a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rich.progress import TaskID

    from bot.newsroom import Tally
    from bot.sources import Refusal


class Adding(Protocol):
    """Hears how far `add` has come."""

    def seen(self, path: Path) -> None:
        """Hear of the next file."""

    def refused(self, refusal: Refusal) -> None:
        """Name what is not taken, and why."""

    def stored(self, tally: Tally) -> None:
        """Count what is on disk."""

    def indexing(self) -> None:
        """Hear that all is stored and is now being indexed."""

    def indexed(self, articles: int) -> None:
        """Count what can be found."""


@contextmanager
def adding() -> Iterator[Adding]:
    """Show the progress of `add`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20))
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress)


@contextmanager
def counting(*work: str) -> Iterator[Sequence[Callable[[int, int], None]]]:
    """Show of each sort of work how many of a known number are done, once it has begun."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:

        def told(task: TaskID, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield [partial(told, bar.add_task(what, visible=False)) for what in work]


class _Lines:
    """One line a batch: for logs, and for whoever must know what is safely stored."""

    def seen(self, path: Path) -> None:
        del path

    def refused(self, refusal: Refusal) -> None:
        print(f"refused: {refusal.where}: {refusal.reason}", file=sys.stderr)  # noqa: T201 - progress

    def stored(self, tally: Tally) -> None:
        print(f"stored {tally.stored}", file=sys.stderr, flush=True)  # noqa: T201 - progress

    def indexing(self) -> None:
        """Nothing to say: the counts follow."""

    def indexed(self, articles: int) -> None:
        del articles


class _Bar:
    """A moving bar with the file in hand and the counts so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None)
        self._file = ""
        self._stored = self._found = 0

    def seen(self, path: Path) -> None:
        self._file = path.name
        self._show("reading")

    def refused(self, refusal: Refusal) -> None:
        self._progress.console.print(
            Text(f"refused: {refusal.where}: {refusal.reason}"), soft_wrap=True
        )

    def stored(self, tally: Tally) -> None:
        self._stored = tally.stored
        self._show("reading")

    def indexing(self) -> None:
        self._file = ""
        self._show("indexing")

    def indexed(self, articles: int) -> None:
        self._found += articles
        self._show("indexing")

    def _show(self, doing: str) -> None:
        parts = [doing, f"{self._stored:,} stored"]
        if self._found:
            parts.append(f"{self._found:,} indexed")
        if self._file:
            parts.append(self._file)
        text = Text(" · ".join(parts)).markup
        self._progress.update(self._task, description=text)
