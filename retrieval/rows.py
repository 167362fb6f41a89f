"""The form of vectors on disk: a generation of files that only grow.

    header   what made them: anything else's are as good as none
    rows     int8[d] a sentence, its vector over its scale
    places   where that sentence's passage starts, where it starts itself, and the scale
    log      a record an article, written when its rows are on disk: what has no record is not there

So what a killed writer leaves is at most rows without a record, which the next writer writes over,
and a reader in another process sees an article whole or not at all. A record has a check of itself,
looked at whenever the log is read, and a sum of its rows and places, looked at when they are used.
"""

from __future__ import annotations

import os
import zlib
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retrieval.models import Language

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Records = NDArray[np.void]  # of LOG
    Places = NDArray[np.void]  # of PLACE

LANGUAGES = (Language.ARABIC, Language.ENGLISH)  # a language's place is its code in the log
FILES = ("rows", "places", "log")
LOG = np.dtype(
    [
        ("article", "<i8"),
        ("revision", "<i8"),
        ("first", "<i8"),
        ("key", "<u8"),
        ("count", "<i4"),
        ("language", "<i4"),
        ("sum", "<u8"),
        ("check", "<u8"),
    ]
)
PLACE = np.dtype([("passage", "<i4"), ("sentence", "<i4"), ("scale", "<f4")])
# Odd numbers without a pattern, for the checks.
_MIX = np.array(
    [
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
        0xE7037ED1A0B428DB,
    ],
    np.uint64,
)
_SALT = np.uint64(0x49534E41444C4F47)  # so that a record of zeros does not pass
_TINY = np.float32(1e-9)


class Generation(NamedTuple):
    """What a generation's files hold: `count` rows of `d` numbers, and whose they are."""

    log: Records
    rows: NDArray[np.int8]
    places: Places

    @classmethod
    def empty(cls, dimensions: int) -> Generation:
        """Return one without rows."""
        return cls(np.empty(0, LOG), np.empty((0, dimensions), np.int8), np.empty(0, PLACE))

    @classmethod
    def open(cls, directory: Path, dimensions: int) -> Generation:
        """Read the log and map the rows. Raises OSError."""
        log = read_log(directory, dimensions)
        count = int(log["count"].sum())
        rows = _mapped(directory / "rows", np.dtype(np.int8), count * dimensions)
        return cls(
            log, rows.reshape(count, dimensions), _mapped(directory / "places", PLACE, count)
        )


def read_log(directory: Path, dimensions: int) -> Records:
    """Return the log's records up to the first one that is not whole, or whose rows are not there.

    Raises OSError.
    """
    kept = (directory / "log").read_bytes()
    log = np.frombuffer(kept[: len(kept) // LOG.itemsize * LOG.itemsize], LOG)
    room = min(
        (directory / "rows").stat().st_size // dimensions,
        (directory / "places").stat().st_size // PLACE.itemsize,
    )
    ends = np.cumsum(log["count"], dtype=np.int64)
    whole = (
        (log["check"] == checks(log))
        & (log["count"] >= 0)
        & (log["first"] == ends - log["count"])
        & (ends <= room)
        & (log["language"] >= 0)
        & (log["language"] < len(LANGUAGES))
    )
    return log if whole.all() else log[: int(np.argmin(whole))]


def checks(log: Records) -> NDArray[np.uint64]:
    """Return what each record's `check` must be."""
    words = log.view(np.uint64).reshape(len(log), LOG.itemsize // 8)[:, :-1]
    mixed: NDArray[np.uint64] = (words * _MIX).sum(axis=1, dtype=np.uint64) + _SALT
    return mixed ^ (mixed >> np.uint64(29))


def total(rows: NDArray[np.int8], places: Places) -> int:
    """Return what an article's record must have as the `sum` of its rows and their places."""
    return zlib.crc32(places.tobytes(), zlib.crc32(rows.tobytes()))


def quantised(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return int8[n, d] and float32[n], whose products are the vectors.

    Of a cosine this loses 0.0003 at the root of the mean square, where the cosines of one question
    deviate by 0.02.
    """
    scales = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), _TINY) / np.float32(127)
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales


def put(descriptor: int, content: bytes, offset: int) -> None:
    """Write everything at a place of a file. Raises OSError."""
    rest = memoryview(content)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[written:], offset + written


def write_synced(path: Path, content: bytes) -> None:
    """Write a file that is on disk when this returns. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Have a directory's new names on disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mapped(path: Path, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    if count == 0:
        return np.empty(0, dtype)
    with path.open("rb") as file:
        return np.frombuffer(mmap(file.fileno(), count * dtype.itemsize, access=ACCESS_READ), dtype)
