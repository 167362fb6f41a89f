"""Whatever is added, replaced, cut off and looked after: what is known is what was added last."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.models import Language
from retrieval.rows import FILES
from retrieval.vectors import Sentence, Vectors
from tests.fakes.archive import article

DIMENSIONS = 8

ADD = st.tuples(
    st.just("add"), st.integers(1, 4), st.sampled_from(list(Language)), st.integers(0, 5)
)
# A writer is killed: some of the files lose some of what was written since its last record.
CRASH = st.tuples(
    st.just("crash"), st.sampled_from(["log", "all"]), st.integers(1, 47), st.binary(max_size=60)
)
STEPS = st.lists(st.one_of(ADD, ADD, ADD, CRASH, st.just(("tidy",))), max_size=25)


@given(STEPS)
@settings(deadline=None)
def test_any_sequence_of_events_leaves_a_consistent_store(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        reader = Vectors(directory, "any", DIMENSIONS)
        # By article: its revision and, by where it starts, each sentence's direction.
        expected: dict[int, tuple[int, Language, list[int]]] = {}
        for revision, step in enumerate(steps, 1):
            before = dict(expected)
            with Vectors(directory, "any", DIMENSIONS).begin() as writing:
                if step[0] == "add":
                    _, number, language, count = step
                    axes = [(revision + place) % DIMENSIONS for place in range(count)]  # type: ignore[arg-type]
                    rows = np.eye(DIMENSIONS, dtype=np.float32)[axes]
                    found = [Sentence(place // 2, place, "") for place in range(len(axes))]
                    one = article("", number, revision=revision, language=language)  # type: ignore[arg-type]
                    writing.add(one, found, rows)
                    expected[number] = (revision, language, axes)  # type: ignore[index,assignment]
                elif step[0] == "tidy":
                    writing.tidy()
            if step[0] == "crash":
                half_written(directory, step, revision)
            check(Vectors(directory, "any", DIMENSIONS), expected)
            reader.refresh()
            check(reader, expected)
            assert before.keys() <= expected.keys()


def half_written(directory: Path, step: tuple[object, ...], revision: int) -> None:
    """Leave what a killed writer may: rows, and a record that is not whole, or neither."""
    _, which, cut, garbage = step
    generation = next(directory.glob("g*"))
    log = (generation / "log").read_bytes()
    with Vectors(directory, "any", DIMENSIONS).begin() as writing:
        rows = np.ones((3, DIMENSIONS), np.float32)
        places = [Sentence(0, place, "") for place in range(3)]
        writing.add(article("", 1, revision=revision), places, rows)
    if which == "log":
        os.truncate(generation / "log", len(log) + cut)  # type: ignore[operator]
    else:
        os.truncate(generation / "log", len(log))
        for name in FILES:
            with (generation / name).open("ab") as file:
                file.write(garbage)  # type: ignore[arg-type]


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
