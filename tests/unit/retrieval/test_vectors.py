"""The sentences' vectors: kept, replaced, found near a question, and never half there."""

from __future__ import annotations

import json
import logging
import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.models import Language
from retrieval.rows import LOG, quantised
from retrieval.vectors import SENTENCES, Vectors, key_of, sentences
from tests.fakes.archive import article
from tests.fakes.encoder import WordEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from retrieval.models import Article

ENCODER = WordEncoder()
TRUCE = article("A truce began at dawn. It held.", 1, headline="Truce in Doha")
FLOOD = article("A flood reached the town.", 2)
HUDNA = article("بدأت هدنة عند الفجر.", 3, language=Language.ARABIC)
FAYADAN = article("وصل فيضان إلى المدينة.", 4, language=Language.ARABIC)
STORIES = [TRUCE, FLOOD, HUDNA, FAYADAN]


def opened(directory: Path, name: str = ENCODER.name) -> Vectors:
    return Vectors(directory, name, ENCODER.dimensions)


def add(directory: Path, *articles: Article) -> Vectors:
    vectors = opened(directory)
    with vectors.begin() as writing:
        for each in articles:
            found = sentences(each)
            writing.add(each, found, ENCODER.passages([one.text for one in found]))
    vectors.refresh()
    return vectors


def nearest(vectors: Vectors, question: str, limit: int = 2) -> list[int]:
    near = vectors.snapshot.near(ENCODER.question(question), limit)
    return [each.article for each in near.best]


def test_a_sentence_is_encoded_behind_its_headline_and_knows_its_places() -> None:
    story = article("Rain fell.\n\nRelated Articles\n\nA truce began. It held.", 1, headline="Doha")

    found = sentences(story)

    assert [each.text for each in found] == [
        "Doha: Rain fell.",
        "Doha: A truce began.",
        "Doha: It held.",
    ]
    assert [story.body[each.start :][:5] for each in found] == ["Rain ", "A tru", "It he"]
    assert [story.body[each.passage :][:5] for each in found] == ["Rain ", "A tru", "A tru"]
    assert [each.text for each in sentences(HUDNA)] == [HUDNA.body]


def test_of_a_very_long_article_the_first_sentences_are_encoded() -> None:
    book = article("A truce began at dawn. " * SENTENCES * 2)

    assert len(sentences(book)) == SENTENCES


def test_the_nearest_sentences_come_first_in_either_language(tmp_path: Path) -> None:
    vectors = add(tmp_path, *STORIES)

    assert set(nearest(vectors, "truce")) == set(nearest(vectors, "هدنة")) == {1, 3}
    assert set(nearest(vectors, "flood")) == set(nearest(vectors, "فيضان")) == {2, 4}


def test_a_near_sentence_says_where_it_stands(tmp_path: Path) -> None:
    near = add(tmp_path, *STORIES).snapshot.near(ENCODER.question("بدأت هدنة عند الفجر"), 2)

    [best] = [each for each in near.best if each.language == Language.ARABIC]
    assert (best.article, best.revision, best.language) == (3, 3, Language.ARABIC)
    assert HUDNA.body[best.passage :] == HUDNA.body[best.sentence :] == HUDNA.body
    assert best.z == pytest.approx(near.z(3, best.sentence), abs=1e-4)
    assert best.z > 0


def test_every_sentence_has_a_z_score_and_no_other_place_has_one(tmp_path: Path) -> None:
    vectors = add(tmp_path, *STORIES)

    near = vectors.snapshot.near(ENCODER.question("truce"), 1)

    second = TRUCE.body.index("It held")
    assert near.z(1, 0) > near.z(1, second)  # type: ignore[operator] - neither is None
    assert (near.z(1, 1), near.z(9, 0)) == (None, None)
    for language in Language:
        scores = [
            near.z(each.revision, one.start)
            for each in STORIES
            if each.language == language
            for one in sentences(each)
        ]
        assert sum(filter(None, scores)) == pytest.approx(0, abs=1e-3)
    assert {language: level.sentences for language, level in near.levels.items()} == {
        Language.ENGLISH: 3,
        Language.ARABIC: 2,
    }


def test_a_correction_replaces_the_earlier_text(tmp_path: Path) -> None:
    add(tmp_path, *STORIES)

    vectors = add(tmp_path, article("A flood again.", 1, revision=9))

    near = vectors.snapshot.near(ENCODER.question("truce"), 10)
    assert vectors.snapshot.revisions() == {2, 3, 4, 9}
    assert vectors.snapshot.last_revision() == 9
    assert 1 not in {each.revision for each in near.best}
    assert near.z(1, 0) is None


def test_an_article_without_sentences_is_known_and_never_found(tmp_path: Path) -> None:
    vectors = add(tmp_path, article("", 7), TRUCE, article("", 8), FLOOD)

    assert vectors.snapshot.revisions() == {1, 2, 7, 8}
    assert set(nearest(vectors, "truce", 10)) == {1, 2}
    assert vectors.snapshot.near(ENCODER.question("truce"), 1).z(7, 0) is None


def test_an_empty_directory_knows_nothing_and_is_left_alone(tmp_path: Path) -> None:
    snapshot = opened(tmp_path / "new").snapshot

    near = snapshot.near(ENCODER.question("truce"), 5)

    assert (near.best, dict(near.levels), near.z(1, 0)) == ((), {}, None)
    assert (snapshot.articles, snapshot.sentences, snapshot.last_revision()) == (0, 0, 0)
    assert not (tmp_path / "new").exists()


def test_a_text_is_known_by_its_key(tmp_path: Path) -> None:
    snapshot = add(tmp_path, TRUCE).snapshot

    assert snapshot.key(1) == key_of(TRUCE) != key_of(article(TRUCE.body, 1))
    assert snapshot.key(2) is None


def test_what_is_added_is_seen_by_whoever_refreshes(tmp_path: Path) -> None:
    reader = add(tmp_path, TRUCE)
    before = reader.snapshot

    add(tmp_path, FLOOD)
    unseen = reader.snapshot.articles
    reader.refresh()

    assert (unseen, reader.snapshot.articles, before.articles) == (1, 2, 1)


def test_another_generation_is_seen_though_its_log_has_the_number_of_the_earlier(
    tmp_path: Path,
) -> None:
    reader = add(tmp_path, TRUCE)
    before = reader.snapshot
    shutil.copytree(tmp_path / "g1", tmp_path / "g2")
    # A file system gives a new file the number of one that is gone.
    (tmp_path / "g2" / "log").unlink()
    (tmp_path / "g2" / "log").hardlink_to(tmp_path / "g1" / "log")
    reader.refresh()
    after = reader.snapshot
    reader.refresh()

    assert after is not before
    assert reader.snapshot is after


@pytest.mark.parametrize("change", [{"format": 0}, {"encoder": "other"}, {"dimensions": 3}])
def test_vectors_of_another_make_are_as_good_as_none(
    tmp_path: Path, change: dict[str, object]
) -> None:
    add(tmp_path, *STORIES)
    header = tmp_path / "g1" / "header"
    header.write_text(json.dumps(json.loads(header.read_text()) | change))

    assert opened(tmp_path).snapshot.articles == 0

    vectors = add(tmp_path, TRUCE)
    assert vectors.snapshot.revisions() == {1}
    assert [each.name for each in tmp_path.iterdir()] == ["g2"]


@pytest.mark.parametrize("damage", [b"", b"\0" * LOG.itemsize, b"x" * 70])
def test_rows_without_a_whole_record_are_not_there_and_are_written_over(
    tmp_path: Path, damage: bytes
) -> None:
    add(tmp_path, *STORIES)
    files = tmp_path / "g1"
    with (files / "rows").open("ab") as rows, (files / "log").open("ab") as log:
        rows.write(b"half of")
        log.write(damage)

    vectors = opened(tmp_path)
    assert vectors.snapshot.revisions() == {1, 2, 3, 4}

    vectors = add(tmp_path, article("A truce again.", 5))
    assert vectors.snapshot.revisions() == {1, 2, 3, 4, 5}
    assert set(nearest(vectors, "truce", 3)) == {1, 3, 5}


def test_records_whose_rows_are_gone_are_not_there(tmp_path: Path) -> None:
    add(tmp_path, TRUCE, FLOOD)

    os.truncate(tmp_path / "g1" / "rows", 2 * ENCODER.dimensions)

    assert opened(tmp_path).snapshot.revisions() == {1}


FILES = ["header", "rows", "places", "log"]


def damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    match how:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut off":
            file.write_bytes(content[: len(content) // 2])
        case "random":
            file.write_bytes(np.random.default_rng(4).bytes(len(content)))
        case "zeros":
            file.write_bytes(bytes(len(content)))


@pytest.mark.parametrize("how", ["missing", "empty", "cut off", "random", "zeros"])
@pytest.mark.parametrize("name", FILES)
def test_damaged_files_give_nothing_wrong_and_are_made_anew_and_said_once(
    tmp_path: Path, name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    add(tmp_path, *STORIES)
    sound = opened(tmp_path).snapshot.near(ENCODER.question("truce"), 10)
    damage(tmp_path / "g1" / name, how)

    vectors = opened(tmp_path)
    near = vectors.snapshot.near(ENCODER.question("truce"), 10)
    assert {each[:5] for each in near.best} <= {each[:5] for each in sound.best}
    with vectors.begin() as writing:
        writing.mend()
    vectors.refresh()
    lost = vectors.snapshot.missing([1, 2, 3, 4])
    vectors = add(tmp_path, *(each for each in STORIES if each.revision in lost))

    assert lost
    assert vectors.snapshot.near(ENCODER.question("truce"), 10).best == sound.best
    assert opened(tmp_path).snapshot.look_through() == 0
    warnings = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    # A log that ends early is what a killed writer leaves too.
    assert len(warnings) == (name != "log" or how not in {"empty", "cut off"})
    assert all(str(tmp_path) in each for each in warnings)


def test_a_record_never_reaches_the_disk_before_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk surely has, when a record may reach it at once and rows only when synced."""
    add(tmp_path / "real", TRUCE)
    real, kept = tmp_path / "real" / "g1", tmp_path / "kept" / "g1"
    shutil.copytree(real, kept)
    sync, write = os.fsync, os.pwrite
    seen: list[tuple[set[int], int]] = []
    lasting: dict[str, bytes] = {}

    def name_of(descriptor: int) -> str:
        number = os.fstat(descriptor).st_ino
        return next(path.name for path in real.iterdir() if path.stat().st_ino == number)

    def synced(descriptor: int) -> None:
        sync(descriptor)
        name = name_of(descriptor)
        shutil.copy(real / name, kept)
        lasting[name] = (real / name).read_bytes()

    def written(descriptor: int, content: bytes, offset: int) -> int:
        count = write(descriptor, content, offset)
        if name_of(descriptor) == "log":
            shutil.copy(real / "log", kept)
            snapshot = opened(tmp_path / "kept").snapshot
            seen.append((snapshot.revisions(), snapshot.look_through()))
        return count

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "pwrite", written)
    add(tmp_path / "real", FLOOD, HUDNA)

    assert seen == [({1, 2}, 0), ({1, 2, 3}, 0)]
    assert lasting == {name: (real / name).read_bytes() for name in ("rows", "places", "log")}


def test_rows_that_changed_are_let_go_of_and_the_others_kept(tmp_path: Path) -> None:
    add(tmp_path, *STORIES)
    rows = tmp_path / "g1" / "rows"
    content = bytearray(rows.read_bytes())
    content[2 * ENCODER.dimensions] ^= 0x55  # of the third row, which is the second article's
    rows.write_bytes(content)

    vectors = opened(tmp_path)
    with vectors.begin() as writing:
        writing.mend()

    assert vectors.snapshot.missing([1, 2, 3, 4]) == [2]
    assert 2 not in nearest(vectors, "flood", 10)


def test_a_sentence_whose_row_changed_has_no_z_score(tmp_path: Path) -> None:
    add(tmp_path, *STORIES)
    rows = tmp_path / "g1" / "rows"
    content = bytearray(rows.read_bytes())
    content[2 * ENCODER.dimensions] ^= 0x55
    rows.write_bytes(content)
    snapshot = opened(tmp_path).snapshot

    near = snapshot.near(ENCODER.question("هدنة"), 1)

    assert near.best
    assert (near.z(2, 0), snapshot.damaged) == (None, True)
    assert near.z(3, 0) is not None
    assert snapshot.near(ENCODER.question("هدنة"), 1).best == ()


def test_files_are_written_anew_when_a_third_of_the_rows_is_dead(tmp_path: Path) -> None:
    vectors = add(tmp_path, *STORIES)
    reader = opened(tmp_path)
    old = reader.snapshot
    with vectors.begin() as writing:
        writing.tidy()
        untouched = vectors.snapshot.rows
        for revision in (5, 6):
            again = article("A truce began.", 1, revision=revision)
            writing.add(again, sentences(again), ENCODER.passages([again.body]))
        writing.tidy()
        late = article("A truce at last.", 7)
        writing.add(late, sentences(late), ENCODER.passages([late.body]))
    reader.refresh()

    assert untouched == old.rows == 5
    assert reader.snapshot.rows == reader.snapshot.sentences == 5
    assert reader.snapshot.revisions() == {6, 2, 3, 4, 7}
    assert set(nearest(reader, "truce", 3)) == {1, 3, 7}
    assert [each.name for each in tmp_path.iterdir()] == ["g2"]
    # Whoever had the earlier files open goes on reading them.
    assert {each.article for each in old.near(ENCODER.question("truce"), 2).best} == {1, 3}


def test_everything_can_be_forgotten(tmp_path: Path) -> None:
    vectors = add(tmp_path, *STORIES)

    with vectors.begin() as writing:
        writing.clear()

    assert vectors.snapshot.articles == opened(tmp_path).snapshot.articles == 0


def test_a_byte_a_number_is_enough() -> None:
    made = np.random.default_rng(1).normal(size=(500, 384)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)

    rows, scales = quantised(made)

    lost = (rows * scales[:, None] - made) @ made[0]
    assert np.sqrt((lost**2).mean()) < 0.001
    assert quantised(np.zeros((1, 4), np.float32))[0].tolist() == [[0, 0, 0, 0]]
