"""Watched folders: what appears in them, or changes, is taken in when it is whole."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import stat
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, NamedTuple

from watchfiles import Change, awatch

from bot.newsroom import take_in
from bot.sources.files import EXTENSIONS, find
from bot.sources.manifest import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.newsroom import Tally
    from bot.sources import Refusal
    from bot.store import Articles
    from bot.watched import Watched

log = logging.getLogger(__name__)

SETTLED_SECONDS = 2.0  # without a change, before a file is read
SHORTEST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # when a folder cannot be watched
OLD_SECONDS = 3 * 86_400.0  # without a change: no news, whatever the bot missed meanwhile


class _Look(NamedTuple):
    """A file as it was, and since when it has been so."""

    size: int
    changed: int
    place: int
    since: float


class Watcher:
    """Watches one folder; what is in it at the start is offered as well.

    Nobody is told of what a folder holds that was never watched before, nor at a later start of
    files that did not change for days.
    A file is whole when it has not changed for `settled` seconds and, where the system can tell,
    nobody has it open for writing.
    """

    def __init__(
        self,
        articles: Articles,
        folder: Path,
        watched: Watched,
        *,
        settled: float = SETTLED_SECONDS,
        pause: float = SHORTEST_PAUSE,
    ) -> None:
        self._articles = articles
        self._folder = folder.absolute()
        self._watched = watched
        self._settled = settled
        self._shortest = self._pause = pause
        self._waiting: dict[Path, _Look | None] = {}
        self._quiet: set[Path] = set()  # of those that wait

    async def run(self) -> None:
        """Watch, until cancelled; a folder that is missing or fails is tried again."""
        while True:
            try:
                await self._watch()
            except OSError as error:
                log.warning("cannot watch %s: %s; trying on", self._folder, error.strerror or error)
            except Exception:
                log.exception("cannot watch %s; trying on", self._folder)
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    async def _watch(self) -> None:
        """Watch until the folder is gone. Raises OSError then."""
        step = max(10, int(self._settled * 500))
        changes = awatch(
            self._folder,
            watch_filter=self._concerns,
            debounce=step,
            step=min(50, step),
            rust_timeout=step,
            yield_on_timeout=True,
        )
        first = True
        async for batch in changes:
            paths = {Path(path) for change, path in batch if change is not Change.deleted}
            changed = await asyncio.to_thread(self._files, paths)
            if first:  # the watch stands: what comes from now on is heard of
                first, self._pause = False, self._shortest
                await self._look_through(but=changed)
            self._waiting |= dict.fromkeys(changed)
            ready = await asyncio.to_thread(self._whole) if self._waiting else []
            if ready:
                await self._take(ready)
            if not self._quiet and not self._watched.knows(self._folder):
                await asyncio.to_thread(self._watched.add, self._folder)
            if not await asyncio.to_thread(self._folder.is_dir):
                raise FileNotFoundError(2, "no such folder")

    async def _look_through(self, *, but: Sequence[Path]) -> None:
        """Offer what was there already, before these came."""
        new = not self._watched.knows(self._folder)
        there, quiet = await asyncio.to_thread(self._there, everything=new)
        quiet.difference_update(but)
        self._waiting |= dict.fromkeys(there)
        self._quiet |= quiet
        log.info("watching %s", self._folder)
        if new and quiet:
            log.info(
                "%s: files there before it was watched: %d; they are taken in, and nobody is told",
                self._folder,
                len(quiet),
            )

    def _there(self, *, everything: bool) -> tuple[list[Path], set[Path]]:
        """Return the files in the folder, and those of them of which nobody is told."""
        there: list[Path] = []
        for each in find([self._folder], FILE_NAME):
            if isinstance(each, Path):
                there.append(each)
            else:
                _refused(each)
        before = time() - OLD_SECONDS
        return there, {each for each in there if everything or _changed(each) < before}

    async def _take(self, ready: Sequence[Path]) -> None:
        for quiet in (True, False):
            paths = [each for each in ready if (each in self._quiet) is quiet]
            if not paths:
                continue
            try:
                tally = await take_in(self._articles, paths, quiet=quiet, refused=_refused)
            except BaseException:
                self._waiting |= dict.fromkeys(ready)
                raise
            self._quiet.difference_update(paths)
            if told := _told(tally):
                log.info("%s: %s", self._folder, told)

    def _concerns(self, change: Change, path: str) -> bool:
        del change
        try:
            parts = Path(path).relative_to(self._folder).parts
        except ValueError:
            return True
        return not any(part.startswith(".") for part in parts)

    def _files(self, paths: set[Path]) -> list[Path]:
        """Return the files that matter among the changed paths, new folders' files included."""
        inside = os.path.realpath(self._folder)
        found: list[Path] = []
        for path in paths:
            # A link is no way out of the folder.
            if os.path.commonpath((os.path.realpath(path), inside)) != inside:
                continue
            if path.is_dir():
                found += self._inside(path)
            elif path.suffix.lower() in EXTENSIONS:
                found.append(path)
        return found

    @staticmethod
    def _inside(folder: Path) -> Iterator[Path]:
        return (each for each in list(find([folder], FILE_NAME)) if isinstance(each, Path))

    def _whole(self) -> list[Path]:
        """Take out and return the files that have settled."""
        now, ready = monotonic(), []
        for path, before in list(self._waiting.items()):
            try:
                status = path.stat()
            except OSError:
                status = None
            if status is None or not stat.S_ISREG(status.st_mode):
                del self._waiting[path]
                self._quiet.discard(path)
                continue
            look = _Look(status.st_size, status.st_mtime_ns, status.st_ino, now)
            if before is None or look[:3] != before[:3]:
                self._waiting[path] = look
            elif now - before.since >= self._settled and not _being_written(path):
                del self._waiting[path]
                ready.append(path)
        return sorted(ready)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _being_written(path: Path) -> bool:
    """Return whether somebody has a file open for writing, as far as the system tells."""
    if not hasattr(fcntl, "F_SETLEASE"):  # Linux has it
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # A lease can be had only on a file that no writer has open. Should one come in between,
        # the signal that tells us is one that nobody minds; the usual one would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # another user's file, or a file system without leases
        return False
    finally:
        os.close(descriptor)
    return False


def _refused(refusal: Refusal) -> None:
    log.warning("refused: %s: %s", refusal.where, refusal.reason)


def _told(tally: Tally) -> str:
    counts = [f"{count:,} {outcome}" for outcome, count in tally.outcomes.items() if count]
    if tally.refused:
        counts.append(f"{tally.refused:,} refused")
    return "" if {*tally.outcomes} <= {"known"} and not tally.refused else ", ".join(counts)
