"""A large archive: the likeliest rows stand for all, and late, dead and broken ones do no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.models import Language
from retrieval.signs import BEHIND, LARGE, Signs
from retrieval.vectors import Sentence, Vectors
from tests.fakes.archive import article

if TYPE_CHECKING:
    from pathlib import Path

    from retrieval.nearness import Near
    from retrieval.rows import Floats

DIMENSIONS = 96  # not a whole number of words of 64 bits
SENTENCES = 500  # an article
MADE = np.random.default_rng(5)
# What all rows of a language have in common, as e5's have.
MEANS = {language: MADE.normal(size=DIMENSIONS) for language in Language}


def unit(rows: np.ndarray) -> Floats:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def rows_of(language: Language) -> Floats:
    return unit(MEANS[language] + MADE.normal(size=(SENTENCES, DIMENSIONS)))


def opened(directory: Path) -> Vectors:
    return Vectors(directory, "random", DIMENSIONS)


def add(vectors: Vectors, rows: dict[int, Floats]) -> None:
    """Add articles in the two languages by turns, and have the files looked after."""
    with vectors.begin() as writing:
        for number, own in rows.items():
            found = [Sentence(place, place, "") for place in range(len(own))]
            writing.add(article("", number, language=list(Language)[number % 2]), found, own)
        writing.tidy()


def places(best: tuple[Near, ...]) -> list[tuple[int, int]]:
    return [(each.article, each.sentence) for each in best]


@pytest.fixture(scope="module")
def large() -> dict[int, Floats]:
    numbers = range(2 + (LARGE + BEHIND) // SENTENCES)
    return {number: rows_of(list(Language)[number % 2]) for number in numbers}


@pytest.fixture
def directory(tmp_path: Path, large: dict[int, Floats]) -> Path:
    add(opened(tmp_path), large)
    return tmp_path


def test_the_nearest_are_found_by_their_signs(directory: Path, large: dict[int, Floats]) -> None:
    snapshot = opened(directory).snapshot
    assert (directory / "g1" / "signs").exists()

    for number in (0, 1, 20, 21):
        question = unit(large[number][7] + 0.05 * MADE.normal(size=DIMENSIONS))
        near = snapshot.near(question, 10)

        assert places(near.best)[0] == (number, 7)
        assert near.best[0].z == pytest.approx(near.z(number, 7), abs=1e-3)
        assert len(near.best) == 10


def test_levels_come_from_a_sample_of_each_language(
    directory: Path, large: dict[int, Floats]
) -> None:
    question = unit(MEANS[Language.ENGLISH])
    cosines = {
        language: np.concatenate(
            [own @ question for n, own in large.items() if list(Language)[n % 2] == language]
        )
        for language in Language
    }

    levels = opened(directory).snapshot.near(question, 1).levels

    for language in Language:
        assert levels[language].mean == pytest.approx(cosines[language].mean(), abs=0.01)
        assert levels[language].deviation == pytest.approx(cosines[language].std(), abs=0.01)
        assert levels[language].sentences < len(cosines[language])


def test_what_came_since_the_signs_were_written_is_found_too(directory: Path) -> None:
    vectors = opened(directory)
    late = rows_of(Language.ARABIC)

    add(vectors, {1_000: late})
    vectors.refresh()

    assert places(vectors.snapshot.near(late[3], 1).best) == [(1_000, 3)]


def test_what_was_replaced_is_not_found_by_its_signs(
    directory: Path, large: dict[int, Floats]
) -> None:
    vectors = opened(directory)
    with vectors.begin() as writing:
        writing.add(article("", 20, revision=5_000), [], np.empty((0, DIMENSIONS), np.float32))
    vectors.refresh()

    near = vectors.snapshot.near(large[20][7], 50)

    assert len(near.best) == 50
    assert 20 not in {each.article for each in near.best}


@pytest.mark.parametrize("kept", [0, 5, 1_000])
def test_a_file_of_signs_that_is_cut_off_is_as_good_as_none(
    directory: Path, large: dict[int, Floats], kept: int
) -> None:
    signs = directory / "g1" / "signs"
    signs.write_bytes(signs.read_bytes()[:kept])

    vectors = opened(directory)
    assert places(vectors.snapshot.near(large[20][7], 1).best) == [(20, 7)]

    add(vectors, {})
    assert len(signs.read_bytes()) > kept
    assert places(vectors.snapshot.near(large[20][7], 1).best) == [(20, 7)]


def test_a_file_of_signs_with_other_bytes_in_it_is_as_good_as_none(
    directory: Path, large: dict[int, Floats]
) -> None:
    file = directory / "g1" / "signs"
    signs = file.read_bytes()
    for place in range(0, len(signs), len(signs) // 20):
        file.write_bytes(signs[:place] + bytes([signs[place] ^ 0xFF]) + signs[place + 1 :])

        assert Signs.open(file, DIMENSIONS, 100_000).covered == 0
    assert places(opened(directory).snapshot.near(large[20][7], 1).best) == [(20, 7)]


def test_signs_do_not_outlive_the_rows_they_are_of(
    directory: Path, large: dict[int, Floats]
) -> None:
    with (directory / "g1" / "log").open("r+b") as log:
        log.seek(100)
        log.write(b"damage")

    # As many articles as before, each in the place of another.
    vectors = opened(directory)
    add(vectors, dict(reversed(large.items())))

    signs = Signs.open(directory / "g1" / "signs", DIMENSIONS, vectors.snapshot.rows)
    afresh = vectors.snapshot.signs()
    for kept, made in zip(signs.parts, afresh.parts, strict=True):
        assert (kept.words == made.words).all()


def test_signs_of_rows_that_are_not_there_are_as_good_as_none(
    tmp_path: Path, directory: Path
) -> None:
    signs = (directory / "g1" / "signs").read_bytes()
    small = opened(tmp_path / "small")
    rows = rows_of(Language.ENGLISH)
    add(small, {1: rows})
    (tmp_path / "small" / "g1" / "signs").write_bytes(signs)

    near = opened(tmp_path / "small").snapshot.near(rows[7], 1)

    assert places(near.best) == [(1, 7)]
