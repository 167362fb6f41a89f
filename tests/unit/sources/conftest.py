from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sources import Refusal, Submission, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Put a file into the folder under test."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


@pytest.fixture
def take(write: Callable[[str, str | bytes], Path]) -> Callable[[str, str | bytes], Submission]:
    """Read one file that holds one article."""

    def from_file(name: str, content: str | bytes) -> Submission:
        [found] = read([write(name, content)])
        assert isinstance(found, Submission), found
        return found

    return from_file


@pytest.fixture
def refuse(write: Callable[[str, str | bytes], Path]) -> Callable[[str, str | bytes], Refusal]:
    """Read one file that is refused."""

    def from_file(name: str, content: str | bytes) -> Refusal:
        [found] = read([write(name, content)])
        assert isinstance(found, Refusal), found
        return found

    return from_file
