from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from bot.sources import Submission
from bot.store import Outcome, Store
from retrieval.models import Language

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database

TRUCE = Submission(
    body="A truce began at dawn.",
    source="truce.txt",
    headline="Truce begins",
    outlet="The Wire",
    url="https://example.org/truce?page=2",
    published=date(2024, 12, 7),
    language=Language.ENGLISH,
)
HUDNA = Submission(
    body="بدأت الهدنة فجرًا.",
    source="hudna.txt",
    headline=None,
    outlet=None,
    url=None,
    published=None,
    language=Language.ARABIC,
)


async def publish(store: Store, *submissions: Submission) -> list[Outcome]:
    return await store.articles.publish(submissions, [1] * len(submissions))


async def test_an_empty_archive_has_nothing_to_tell(store: Store) -> None:
    summary = await store.articles.summary()

    assert (summary.articles, summary.revisions, summary.passages) == (0, 0, 0)
    assert (summary.oldest, summary.newest, summary.last_added) == (None, None, None)
    assert await store.articles.last_revision() == 0
    assert await store.articles.passage_count(99) == 0
    assert await store.articles.changed_after(0, 10) == []
    assert await store.articles.newest(None, 10) == []
    assert await store.articles.by_revision([1, 2]) == {}
    assert await publish(store) == []


async def test_an_article_comes_back_character_for_character(store: Store) -> None:
    odd = replace(TRUCE, body="A\r\nb\u200f\U0001f600  c\tد\u0651", headline="\u2068ت\u2069")

    outcomes = await publish(store, odd, HUDNA)

    first, second = await store.articles.changed_after(0, 10)
    assert outcomes == [Outcome.ADDED, Outcome.ADDED]
    assert (first.body, first.headline) == (odd.body, odd.headline)
    assert (first.outlet, first.url, first.published) == (odd.outlet, odd.url, odd.published)
    assert (first.source, first.language) == ("truce.txt", Language.ENGLISH)
    assert second.body == HUDNA.body
    assert (second.headline, second.outlet, second.url, second.published) == (None,) * 4
    assert second.revision == first.revision + 1 == await store.articles.last_revision()


async def test_the_same_text_again_is_nothing(store: Store) -> None:
    await publish(store, TRUCE, HUDNA)

    outcomes = await publish(store, replace(TRUCE, source="again.txt"), HUDNA)

    assert outcomes == [Outcome.KNOWN, Outcome.KNOWN]
    assert (await store.articles.summary()).revisions == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/truce?page=2#comments",
        "HTTPS://Example.ORG/truce?page=2",
    ],
)
async def test_one_address_in_two_spellings_is_one_article(store: Store, url: str) -> None:
    await publish(store, TRUCE)

    assert await publish(store, replace(TRUCE, url=url)) == [Outcome.KNOWN]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/truce?page=3",
        "https://example.org/Truce?page=2",
        "http://example.org/truce?page=2",
        None,
    ],
)
async def test_another_address_is_another_article(store: Store, url: str | None) -> None:
    await publish(store, TRUCE)

    assert await publish(store, replace(TRUCE, url=url)) == [Outcome.ADDED]


async def test_without_an_address_text_and_outlet_tell_articles_apart(store: Store) -> None:
    await publish(store, HUDNA)

    outcomes = await publish(
        store,
        replace(HUDNA, source="copy.txt"),
        replace(HUDNA, outlet="وكالة"),
        replace(HUDNA, headline="هدنة"),
        replace(HUDNA, body="بدأت الهدنة."),
    )

    assert outcomes == [Outcome.KNOWN, Outcome.ADDED, Outcome.ADDED, Outcome.ADDED]


async def test_a_correction_keeps_the_earlier_revision(store: Store) -> None:
    await publish(store, TRUCE)
    [before] = await store.articles.changed_after(0, 10)

    outcomes = await publish(store, replace(TRUCE, body="A truce began at noon."))

    [after] = await store.articles.changed_after(0, 10)
    both = await store.articles.by_revision({before.revision, after.revision, 99})
    assert outcomes == [Outcome.UPDATED]
    assert after.id == before.id
    assert after.revision > before.revision
    assert {number: one.body for number, one in both.items()} == {
        before.revision: "A truce began at dawn.",
        after.revision: "A truce began at noon.",
    }
    assert (await store.articles.summary()).articles == 1


async def test_a_new_headline_alone_is_a_correction(store: Store) -> None:
    await publish(store, TRUCE)

    assert await publish(store, replace(TRUCE, headline="Truce holds")) == [Outcome.UPDATED]


async def test_a_correction_without_outlet_or_date_keeps_them(store: Store) -> None:
    await publish(store, TRUCE)

    await publish(store, replace(TRUCE, body="One.", outlet=None, published=None))
    await publish(store, replace(TRUCE, body="Two.", outlet="Other", published=date(2025, 1, 1)))

    first, second, third = (await store.articles.by_revision([1, 2, 3])).values()
    assert (second.published, third.published) == (date(2024, 12, 7), date(2025, 1, 1))
    assert first.published == date(2024, 12, 7)
    assert third.outlet == "Other"


async def test_a_text_that_an_article_had_before_is_known(store: Store) -> None:
    both = (TRUCE, replace(TRUCE, body="Other.", outlet="Other"))
    await publish(store, *both)

    again = [await publish(store, *both), await publish(store, *both)]

    assert again == [[Outcome.KNOWN, Outcome.KNOWN]] * 2
    [current] = await store.articles.changed_after(0, 10)
    assert (current.revision, current.body, current.outlet) == (2, "Other.", "Other")


async def test_a_missing_headline_keeps_the_headline(store: Store) -> None:
    bare = replace(TRUCE, headline=None)
    longer = replace(bare, body="A truce began at dawn. It held.")
    later = replace(TRUCE, headline="Truce holds", body="It still holds.")
    await publish(store, TRUCE)

    first = await publish(store, bare, longer, later)
    again = await publish(store, bare, longer, later)

    texts = (await store.articles.by_revision([1, 2, 3])).values()
    assert first == [Outcome.KNOWN, Outcome.UPDATED, Outcome.UPDATED]
    assert again == [Outcome.KNOWN] * 3
    assert [one.headline for one in texts] == ["Truce begins", "Truce begins", "Truce holds"]


async def test_another_outlet_or_date_corrects_the_article_and_no_text(store: Store) -> None:
    await publish(store, TRUCE, HUDNA)
    later = datetime(2024, 12, 8, 9, tzinfo=UTC)

    outcomes = [
        *await publish(store, replace(TRUCE, outlet="The Desk", source="new.txt")),
        *await publish(store, replace(TRUCE, outlet=None, published=later)),
        *await publish(store, replace(TRUCE, outlet="The Desk", published=later)),
    ]

    after = (await store.articles.by_revision([1]))[1]
    assert outcomes == [Outcome.UPDATED, Outcome.UPDATED, Outcome.KNOWN]
    assert (after.outlet, after.published, after.source) == ("The Desk", later, "truce.txt")
    assert await store.articles.newest(None, 1) == [after]
    assert (await store.articles.summary()).revisions == 2


async def test_an_article_is_corrected_in_the_batch_that_adds_it(store: Store) -> None:
    later = replace(TRUCE, outlet="The Desk", published=date(2025, 1, 1))

    outcomes = await publish(store, TRUCE, later)

    [current] = await store.articles.changed_after(0, 10)
    assert outcomes == [Outcome.ADDED, Outcome.UPDATED]
    assert (current.outlet, current.published) == (later.outlet, later.published)
    assert await store.articles.newest(None, 1) == [current]


async def test_one_address_twice_in_a_batch_is_a_correction(store: Store) -> None:
    later = replace(TRUCE, body="A truce began at noon.", published=None)

    outcomes = await publish(store, TRUCE, TRUCE, later, HUDNA, HUDNA)

    current = await store.articles.changed_after(0, 10)
    assert outcomes == [
        Outcome.ADDED,
        Outcome.KNOWN,
        Outcome.UPDATED,
        Outcome.ADDED,
        Outcome.KNOWN,
    ]
    assert [one.body for one in current] == [later.body, HUDNA.body]
    assert [one.published for one in current] == [date(2024, 12, 7), None]
    assert (await store.articles.summary()).revisions == 3


async def test_two_corrections_of_a_stored_article_in_a_batch(store: Store) -> None:
    await publish(store, TRUCE, HUDNA)

    outcomes = await publish(store, replace(TRUCE, body="One."), replace(TRUCE, body="Two."))

    assert outcomes == [Outcome.UPDATED, Outcome.UPDATED]
    assert [one.body for one in await store.articles.changed_after(0, 10)] == [HUDNA.body, "Two."]


async def test_what_changed_comes_in_order_and_in_pieces(store: Store) -> None:
    await publish(store, *(replace(HUDNA, body=f"النص {number}.") for number in range(5)))

    first = await store.articles.changed_after(0, 2)
    rest = await store.articles.changed_after(first[-1].revision, 10)

    assert [one.revision for one in first + rest] == [1, 2, 3, 4, 5]


async def test_more_keys_than_one_statement_takes(store: Store) -> None:
    many = [replace(HUDNA, body=f"النص {number}.") for number in range(1_201)]

    await publish(store, *many)

    assert set(await publish(store, *many)) == {Outcome.KNOWN}
    assert len(await store.articles.by_revision(range(1, 5_000))) == 1_201


async def test_the_newest_come_first_and_the_undated_last(store: Store) -> None:
    noon = datetime(2024, 12, 7, 15, tzinfo=timezone(timedelta(hours=3)))
    await publish(
        store,
        HUDNA,
        replace(HUDNA, body="ظهرًا.", published=noon),
        TRUCE,
        replace(TRUCE, url=None, published=date(2023, 1, 1)),
    )

    both = await store.articles.newest(None, 10)

    assert [one.revision for one in both] == [2, 3, 4, 1]
    assert both[0].published == datetime(2024, 12, 7, 12, tzinfo=UTC)
    assert [one.revision for one in await store.articles.newest(Language.ENGLISH, 1)] == [3]
    assert [one.revision for one in await store.articles.newest(None, 2)] == [2, 3]


async def test_the_summary_counts_current_passages_and_days(store: Store) -> None:
    began = datetime.now(UTC)
    late = datetime(2024, 12, 9, 23, 30, tzinfo=UTC)
    await store.articles.publish([TRUCE, replace(HUDNA, published=late)], [3, 4])
    await store.articles.publish([replace(TRUCE, body="Shorter.")], [1])

    summary = await store.articles.summary()

    assert summary.by_language == {Language.ENGLISH: 1, Language.ARABIC: 1}
    assert (summary.articles, summary.revisions, summary.passages) == (2, 3, 5)
    assert (summary.oldest, summary.newest) == (date(2024, 12, 7), date(2024, 12, 9))
    assert summary.last_added is not None
    assert began <= summary.last_added <= datetime.now(UTC)
    assert [await store.articles.passage_count(up_to) for up_to in (1, 2, 3)] == [0, 4, 5]


async def test_counting_passages_reads_an_index_and_no_rows(sql: Database) -> None:
    query = "EXPLAIN QUERY PLAN SELECT sum(passages) FROM article WHERE revision + 0 <= 9"

    async with sql.transaction() as connection:
        plan = str((await connection.exec_driver_sql(query)).all())

    assert "COVERING INDEX" in plan


async def test_a_failed_batch_leaves_nothing(store: Store) -> None:
    with pytest.raises(ValueError, match="shorter"):
        await store.articles.publish([TRUCE, HUDNA], [1])

    assert (await store.articles.summary()).articles == 0


async def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    async with Store.open(tmp_path) as store:
        await publish(store, TRUCE, HUDNA)

    async with Store.open(tmp_path) as store:
        outcomes = await publish(store, TRUCE, replace(HUDNA, body="نص جديد."))

        assert outcomes == [Outcome.KNOWN, Outcome.ADDED]
        assert await store.articles.last_revision() == 3
