from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from retrieval import index as module
from retrieval.index import DamagedIndexError, PassageIndex
from retrieval.models import Language
from retrieval.question import Question
from retrieval.spans import passages
from retrieval.text import terms, tokens
from tests.fakes.archive import article, seeds

if TYPE_CHECKING:
    from pathlib import Path

    from retrieval.index import Candidate, Snapshot
    from tests.unit.retrieval.conftest import Index

TRUCE = article("A truce began at dawn.", 1)
FLOOD = article("A flood reached the town.", 2)


def searched(snapshot: Snapshot, question: str, limit: int) -> list[Candidate]:
    return snapshot.search(Question(question, tokens(question), snapshot).clauses(snapshot), limit)


def bodies(index: PassageIndex, question: str) -> list[str]:
    return [found.text for found in searched(index.snapshot, question, 10)]


def add(directory: Path, *articles: object) -> None:
    writing = PassageIndex(directory).begin()
    writing.add(articles)  # type: ignore[arg-type] - articles, as each caller gives them
    writing.commit()


def test_a_passage_is_found_by_its_words_and_says_where_it_stands(index: Index) -> None:
    story = article("Rain fell.\n\nRelated Articles\n\nA truce began. It held.", 7, revision=9)

    [found] = searched(index([story, FLOOD]).snapshot, "truce", 10)

    assert (found.article, found.revision, found.language) == (7, 9, Language.ENGLISH)
    assert found.text == story.body[slice(*found.span)] == "A truce began. It held."
    assert [story.body[slice(*each)] for each in found.sentences] == ["A truce began.", "It held."]
    assert found.score > 0


def test_passages_come_best_first_and_no_more_than_asked_for(index: Index) -> None:
    found = searched(index(seeds()).snapshot, "Lavrov terrorist group", 5)

    assert len(found) == 5
    assert found[0].article == 4
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_a_headline_finds_its_article_and_is_never_its_text(index: Index) -> None:
    headed = article("It held until dawn.", 1, headline="Truce in Doha")

    assert bodies(index([headed, FLOOD]), "truce") == ["It held until dawn."]


def test_words_that_nothing_holds_find_nothing(index: Index) -> None:
    assert searched(index([TRUCE]).snapshot, "volcano", 10) == []


def test_a_correction_replaces_the_earlier_text(tmp_path: Path, index: Index) -> None:
    opened = index([TRUCE, FLOOD])

    add(tmp_path, article("A ceasefire began at noon.", 1, revision=3))
    opened.refresh()

    assert bodies(opened, "truce") == []
    assert bodies(opened, "ceasefire") == ["A ceasefire began at noon."]
    assert opened.snapshot.passages == 2
    assert opened.snapshot.last_revision() == 3


def test_nothing_is_found_before_it_is_committed_and_seen(tmp_path: Path) -> None:
    opened = PassageIndex(tmp_path)
    writing = opened.begin()
    writing.add([TRUCE])
    opened.refresh()
    before = opened.snapshot.passages
    writing.commit()
    unseen = opened.snapshot.passages

    opened.refresh()

    assert (before, unseen, opened.snapshot.passages) == (0, 0, 1)


def test_what_is_abandoned_leaves_nothing(tmp_path: Path, index: Index) -> None:
    opened = index([FLOOD])
    writing = opened.begin()
    writing.add([TRUCE])

    writing.abandon()
    opened.refresh()

    assert (bodies(opened, "truce"), bodies(opened, "flood")) == ([], [FLOOD.body])
    add(tmp_path, TRUCE)
    opened.refresh()
    assert opened.snapshot.passages == 2


def test_an_empty_index_holds_no_revision(tmp_path: Path) -> None:
    opened = PassageIndex(tmp_path / "new")

    assert (opened.snapshot.passages, opened.snapshot.last_revision()) == (0, 0)
    assert searched(opened.snapshot, "truce", 10) == []


def test_the_last_revision_is_the_greatest_whatever_the_order(index: Index) -> None:
    stories = [article(f"Story {n}.", n, revision=n) for n in (3, 12, 7)]

    assert index(stories).snapshot.last_revision() == 12


def test_an_index_opened_again_holds_the_same(tmp_path: Path, index: Index) -> None:
    index([TRUCE, FLOOD])

    again = PassageIndex(tmp_path)

    assert (again.snapshot.passages, again.snapshot.last_revision()) == (2, 2)
    assert bodies(again, "flood") == [FLOOD.body]


def test_an_index_of_an_earlier_format_is_thrown_away(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index([TRUCE])
    [before] = tmp_path.iterdir()
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)

    opened = PassageIndex(tmp_path)

    assert opened.snapshot.passages == 0
    assert not before.exists()


def test_a_directory_that_is_no_index_is_left_alone(tmp_path: Path, index: Index) -> None:
    others = [tmp_path / "1", tmp_path / "vectors", tmp_path / "v"]
    for each in others:
        each.mkdir()

    index([TRUCE])

    assert all(each.is_dir() for each in others)


def test_damaged_files_are_said_to_be_damaged(tmp_path: Path, index: Index) -> None:
    index([TRUCE])
    [directory] = tmp_path.iterdir()
    (directory / "meta.json").write_bytes(b"{")

    with pytest.raises(DamagedIndexError):
        PassageIndex(tmp_path)


def test_document_frequency_and_idf_are_those_of_the_whole_archive(index: Index) -> None:
    held = [set(terms(tokens(each.body[slice(*p.span)]))) for each in seeds()
            for p in passages(each.body)]  # fmt: skip
    opened = index(seeds())
    words = {term for each in held for term in each}

    for term in [*sorted(words)[::17], "~syria", "=syria", "nowhere"]:
        found = sum(term in each for each in held)
        assert opened.snapshot.document_frequency(term) == found
        assert opened.snapshot.idf(term) == pytest.approx(
            math.log(1 + (len(held) - found + 0.5) / (found + 0.5))
        )
    assert opened.snapshot.passages == len(held)


def test_a_rare_word_is_worth_more_than_a_common_one(index: Index) -> None:
    opened = index(seeds())

    assert (
        opened.snapshot.idf("nowhere")
        > opened.snapshot.idf("~astana")
        > opened.snapshot.idf("~syria")
        > 0
    )


def test_a_snapshot_stays_as_it_was_while_articles_are_added(tmp_path: Path, index: Index) -> None:
    opened = index([TRUCE])
    earlier = opened.snapshot

    for number in range(3, 30):
        add(tmp_path, article(f"Story {number} of the truce.", number))
        opened.refresh()

    assert [found.text for found in searched(earlier, "truce", 50)] == [TRUCE.body]
    assert len(searched(opened.snapshot, "truce", 50)) == 28


def test_damage_that_shows_when_it_is_read_has_a_name(tmp_path: Path, index: Index) -> None:
    index(seeds())
    [store] = tmp_path.rglob("*.store")
    kept = store.read_bytes()
    store.write_bytes(bytes(255 - byte for byte in kept[: len(kept) // 2]) + kept[len(kept) // 2 :])

    with pytest.raises(DamagedIndexError):
        searched(PassageIndex(tmp_path).snapshot, "Syria", 50)


def test_a_passage_is_read_by_its_place(index: Index) -> None:
    story = article("Rain fell.\n\nRelated Articles\n\nA truce began. It held.", 7, revision=9)
    snapshot = index([story, FLOOD]).snapshot
    [truce] = searched(snapshot, "truce", 10)

    found = snapshot.at([(2, 0), (9, truce.start), (9, 0), (2, 0)])

    assert [each.text for each in found] == [FLOOD.body, "A truce began. It held.", "Rain fell."]
    assert found[1] == truce._replace(score=0.0)
    assert snapshot.at([]) == snapshot.at([(7, 0), (9, 1), (2, 400)]) == []


def test_a_passage_of_a_replaced_text_is_not_read(tmp_path: Path, index: Index) -> None:
    opened = index([TRUCE, FLOOD])

    add(tmp_path, article("A ceasefire began at noon.", 1, revision=3))
    opened.refresh()

    assert [each.revision for each in opened.snapshot.at([(1, 0), (3, 0)])] == [3]
