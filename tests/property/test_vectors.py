"""Whatever is added, replaced, cut off and looked after: what is known is what was added last."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.models import Language
from retrieval.rows import FILES, LOG
from retrieval.vectors import Sentence, Vectors
from tests.fakes.archive import article

DIMENSIONS = 8


class Add(NamedTuple):
    """An article with so many sentences is added, or replaced."""

    article: int
    language: Language
    sentences: int


class Crash(NamedTuple):
    """A writer is killed: some files lose some of what was written since its last record."""

    record: int | None  # bytes of a record that are there; without, each file has other bytes
    garbage: bytes


class Tidy(NamedTuple):
    """The files are looked after."""


ADD = st.builds(Add, st.integers(1, 4), st.sampled_from(list(Language)), st.integers(0, 5))
CRASH = st.builds(Crash, st.none() | st.integers(1, LOG.itemsize - 1), st.binary(max_size=60))
STEPS = st.lists(st.one_of(ADD, ADD, ADD, CRASH, st.just(Tidy())), max_size=25)


@given(STEPS)
@settings(deadline=None)
def test_any_sequence_of_events_leaves_a_consistent_store(steps: list[Add | Crash | Tidy]) -> None:
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        reader = Vectors(directory, "any", DIMENSIONS)
        # By article: its revision and, by where it starts, each sentence's direction.
        expected: dict[int, tuple[int, Language, list[int]]] = {}
        for revision, step in enumerate(steps, 1):
            before = dict(expected)
            with Vectors(directory, "any", DIMENSIONS).begin() as writing:
                if isinstance(step, Add):
                    number, language, count = step
                    axes = [(revision + place) % DIMENSIONS for place in range(count)]
                    rows = np.eye(DIMENSIONS, dtype=np.float32)[axes]
                    found = [Sentence(place // 2, place, "") for place in range(len(axes))]
                    one = article("", number, revision=revision, language=language)
                    writing.add(one, found, rows)
                    expected[number] = (revision, language, axes)
                elif isinstance(step, Tidy):
                    writing.tidy()
            if isinstance(step, Crash):
                half_written(directory, step, revision)
            check(Vectors(directory, "any", DIMENSIONS), expected)
            reader.refresh()
            check(reader, expected)
            assert before.keys() <= expected.keys()


def half_written(directory: Path, crash: Crash, revision: int) -> None:
    """Leave what a killed writer may: rows, and a record that is not whole, or neither."""
    generation = next(directory.glob("g*"))
    log = (generation / "log").read_bytes()
    with Vectors(directory, "any", DIMENSIONS).begin() as writing:
        rows = np.ones((3, DIMENSIONS), np.float32)
        places = [Sentence(0, place, "") for place in range(3)]
        writing.add(article("", 1, revision=revision), places, rows)
    if crash.record is not None:
        os.truncate(generation / "log", len(log) + crash.record)
    else:
        os.truncate(generation / "log", len(log))
        for name in FILES:
            with (generation / name).open("ab") as file:
                file.write(crash.garbage)


def check(vectors: Vectors, expected: dict[int, tuple[int, Language, list[int]]]) -> None:
    snapshot = vectors.snapshot
    question = np.eye(DIMENSIONS, dtype=np.float32)[0]

    near = snapshot.near(question, 100)

    assert snapshot.revisions() == {revision for revision, _, _ in expected.values()}
    assert {(each.article, each.revision, each.language, each.sentence) for each in near.best} == {
        (number, revision, language, place)
        for number, (revision, language, axes) in expected.items()
        for place in range(len(axes))
    }
    for each in near.best:
        axes = expected[each.article][2]
        assert each.passage == each.sentence // 2
        # Right is what points where the question does: the rows are those of this sentence.
        level = near.levels[each.language]
        assert abs(each.z - level.z(float(axes[each.sentence] == 0))) < 0.01
