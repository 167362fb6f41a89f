from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot import newsroom
from bot.newsroom import Tally, open_with_seeds, publish, take_in
from bot.sources import Refusal, Submission
from bot.store import Outcome, Store
from retrieval.models import Language
from retrieval.spans import passages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def submission(body: str, url: str | None = None) -> Submission:
    return Submission(body, "a.txt", None, None, url, None, Language.ENGLISH)


async def test_publishing_says_what_became_of_each(store: Store) -> None:
    url = "https://example.org/truce"
    await publish(store.articles, [submission("A truce began.", url), submission("It rained.")])

    outcomes = await publish(
        store.articles,
        [submission("A truce ended.", url), submission("It rained."), submission("It snowed.")],
    )

    assert outcomes == [Outcome.UPDATED, Outcome.KNOWN, Outcome.ADDED]


async def test_published_articles_are_counted_in_passages(store: Store) -> None:
    body = "\n".join(f"Sentence number {n} tells of the truce in many words." for n in range(60))

    await publish(store.articles, [submission(body), submission("It rained.")])

    assert await store.articles.passage_count(2) == len(passages(body)) + 1 > 5


async def test_files_are_taken_in_and_what_is_wrong_is_named(store: Store, inbox: Path) -> None:
    (inbox / "a.txt").write_text("A truce began at dawn.")
    (inbox / "b.txt").write_bytes(b"\xff\xfe\xff")
    (inbox / "c.jsonl").write_text('{"text": "It rained."}\nnonsense\n{"text": "It rained."}\n')
    refused: list[Refusal] = []
    seen: list[Path] = []

    tally = await take_in(store.articles, [inbox], refused=refused.append, seen=seen.append)

    assert tally.outcomes == {Outcome.ADDED: 2, Outcome.KNOWN: 1}
    assert (tally.stored, tally.refused) == (3, 2)
    assert [each.where.removeprefix(f"{inbox}/") for each in refused] == ["b.txt", "c.jsonl:line 2"]
    assert [path.name for path in seen] == ["a.txt", "b.txt", "c.jsonl"]
    assert (await store.articles.summary()).articles == 2


async def test_each_batch_is_on_disk_when_it_is_told(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newsroom, "BATCH", 3)
    lines = [json.dumps({"text": f"Story {n}."}) for n in range(8)]
    (inbox / "a.jsonl").write_text("\n".join(lines))
    told: list[int] = []

    await take_in(store.articles, [inbox], stored=lambda tally: told.append(tally.stored))

    assert told == [3, 6, 8]
    assert await store.articles.last_revision() == 8


async def test_a_batch_is_bounded_by_its_characters_too(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newsroom, "BATCH_CHARACTERS", 100)
    for number in range(4):
        (inbox / f"{number}.txt").write_text(f"Story {number}. " * 6)
    told: list[int] = []

    await take_in(store.articles, [inbox], stored=lambda tally: told.append(tally.stored))

    assert told == [2, 4]


async def test_refusals_alone_are_counted_and_nothing_is_stored(store: Store, inbox: Path) -> None:
    (inbox / "a.json").write_text("{")
    tallies: list[Tally] = []

    tally = await take_in(store.articles, [inbox, inbox / "none"], stored=tallies.append)

    assert (tally.stored, tally.refused) == (0, 2)
    assert await store.articles.last_revision() == 0


async def test_an_empty_archive_opens_with_the_seeds(store: Store) -> None:
    await open_with_seeds(store.articles)

    summary = await store.articles.summary()
    newest = await store.articles.newest(Language.ENGLISH, 1)
    assert summary.by_language == {Language.ENGLISH: 4, Language.ARABIC: 1}
    assert newest[0].source == "003_9ab4dc96716d2ae8.txt"
    assert newest[0].title.startswith("Russian Foreign Minister Sergei Lavrov said Saturday")


async def test_the_seeds_come_once_and_never_among_other_articles(store: Store) -> None:
    await publish(store.articles, [submission("It rained.")])

    await open_with_seeds(store.articles)

    assert (await store.articles.summary()).articles == 1


async def test_the_seeds_are_stored_with_what_they_say_of_themselves_and_no_more(
    store: Store,
) -> None:
    await open_with_seeds(store.articles)

    articles = await store.articles.changed_after(0, 10)

    assert [(each.outlet, each.url) for each in articles] == [(None, None)] * 5
    assert [str(each.published) for each in articles if each.published] == ["2024-12-07"]
    assert [each.headline for each in articles if each.headline] == [
        "Qatar opens contacts with Syria’s opposition group, source says",
        "قطر تبدأ اتصالات مباشرة مع هيئة تحرير الشام!",
    ]
