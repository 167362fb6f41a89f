"""Which watched folders were looked through before: what a new one holds is no news."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE_NAME = "watched"


class Watched:
    """A small file in the data folder.

    A folder that is watched no longer is forgotten: were it to come back, it would be new.
    """

    def __init__(self, data_dir: Path, folders: Iterable[Path]) -> None:
        self._path = data_dir / FILE_NAME
        self._folders = {str(each.absolute()) for each in folders}
        self._known = self._read() & self._folders

    def knows(self, folder: Path) -> bool:
        """Return whether the folder was looked through to its end."""
        return str(folder) in self._known

    def add(self, folder: Path) -> None:
        """Note that a folder was looked through, for good. Raises OSError."""
        self._known.add(str(folder))
        draft = self._path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(sorted(self._known), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def _read(self) -> set[str]:
        # Of a file that cannot be read nothing is known: better silent than a flood.
        with suppress(OSError, ValueError, RecursionError):
            found = json.loads(self._path.read_text("utf-8"))
            if isinstance(found, list):
                return {each for each in found if isinstance(each, str)}
        return set()
