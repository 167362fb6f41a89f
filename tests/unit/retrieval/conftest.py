from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.index import PassageIndex
from tests.fakes.archive import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from retrieval.models import Article

    Index = Callable[[Iterable[Article]], PassageIndex]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """Put articles into an index, in one commit, and open it."""

    def made(articles: Iterable[Article]) -> PassageIndex:
        opened = PassageIndex(tmp_path)
        writing = opened.begin()
        writing.add(articles)
        writing.commit()
        opened.refresh()
        return opened

    return made


@pytest.fixture
def seeds_index(index: Index) -> PassageIndex:
    return index(seeds())
