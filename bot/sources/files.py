"""Which files paths lead to, and opening one without ever waiting for it."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from bot.sources.refusing import RefusedError
from bot.sources.submission import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000
EXTENSIONS = frozenset({".txt", ".md", ".html", ".htm", ".json", ".jsonl"})
_REASONS = {
    errno.ENOENT: "no such file or folder",
    errno.ENOTDIR: "no such file or folder",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.ELOOP: "folder loop",
    errno.ENAMETOOLONG: "name too long",
    errno.ENXIO: "not a regular file",
    errno.EISDIR: "a folder, not a file",
}
_NOT_REGULAR = "not a regular file"


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to list: its real place, and those of the folders that led to it."""

    path: Path
    real: str
    above: tuple[str, ...]


def shown(path: Path) -> str:
    """Return a path as text that can be printed and stored, whatever bytes it is made of."""
    text = str(path).encode("utf-8", "replace").decode()
    return "".join(each if each.isprintable() else "?" for each in text)


def explained(error: OSError | ValueError) -> str:
    """Return the reason for refusing a path that the system refused."""
    if isinstance(error, OSError):
        return _REASONS.get(error.errno or 0, error.strerror or "cannot be read")
    return "no such file or folder"


def find(paths: Sequence[Path], manifest: str) -> Iterator[Path | Refusal]:
    """Yield the files that the paths lead to, folders in sorted order, or why there is none.

    Hidden files, other kinds of file inside folders, and files named `manifest` are passed over.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            yield Refusal(shown(path), explained(error))
            continue
        if stat.S_ISDIR(mode):
            yield from _walk(path)
        elif not stat.S_ISREG(mode):
            yield Refusal(shown(path), _NOT_REGULAR)
        elif path.suffix.lower() in EXTENSIONS:
            yield path
        elif path.name != manifest:
            yield Refusal(shown(path), "unknown kind of file")


@contextmanager
def opened(path: Path, largest: int) -> Iterator[BinaryIO]:
    """Open a regular file of at most `largest` bytes. Raises RefusedError, OSError.

    A pipe put in the file's place since it was found is refused, not waited for.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(_NOT_REGULAR)
        if status.st_size > largest:
            raise RefusedError(f"larger than {_size(largest)}")
        yield file


def contents(path: Path, largest: int) -> bytes:
    """Return a regular file's bytes. Raises RefusedError, OSError."""
    with opened(path, largest) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise RefusedError(f"larger than {_size(largest)}")
    return content


def _walk(root: Path) -> Iterator[Path | Refusal]:
    inside = os.path.realpath(root)
    waiting: list[Path | Refusal | _Folder] = [_Folder(root, inside, ())]
    visited: set[str] = set()
    while waiting:
        found = waiting.pop()
        if not isinstance(found, _Folder):
            yield found
            continue
        if found.real in found.above:
            yield Refusal(shown(found.path), "folder loop")
        elif found.real not in visited:
            visited.add(found.real)
            try:
                entries = sorted(found.path.iterdir(), reverse=True)
            except OSError as error:
                yield Refusal(shown(found.path), explained(error))
                continue
            for entry in entries:
                if not entry.name.startswith("."):
                    waiting += _entry(entry, inside, found)


def _entry(path: Path, inside: str, folder: _Folder) -> Iterator[Path | Refusal | _Folder]:
    try:
        link = path.is_symlink()
        mode = path.stat().st_mode
    except OSError as error:
        if path.suffix.lower() in EXTENSIONS or error.errno == errno.ELOOP:
            yield Refusal(shown(path), explained(error))
        return
    # Only a link needs resolving, which takes a look at every folder above it.
    real = os.path.realpath(path) if link else f"{folder.real}/{path.name}"
    if link and not _within(real, inside):
        yield Refusal(shown(path), "leads outside the folder")
    elif stat.S_ISDIR(mode):
        yield _Folder(path, real, (*folder.above, folder.real))
    elif path.suffix.lower() in EXTENSIONS:
        yield path if stat.S_ISREG(mode) else Refusal(shown(path), _NOT_REGULAR)


def _within(real: str, folder: str) -> bool:
    return os.path.commonpath((real, folder)) == folder


def _size(largest: int) -> str:
    if largest >= GIGABYTE:
        return f"{largest // GIGABYTE} GB"
    return f"{largest // MEGABYTE} MB"
