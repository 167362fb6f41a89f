from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.sources import Submission
from bot.store.deliveries import EDIT, Match, Telling
from bot.store.following import Address
from retrieval.models import Language

if TYPE_CHECKING:
    from bot.store import Store
    from bot.store.deliveries import Ready

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
ANNA = Address(1001)
JISR = Submission(
    body="أغلقت البلدية الجسر القديم أمام الشاحنات.",
    source="test",
    headline="الجسر",
    outlet="Outlet 1",
    url=None,
    published=None,
    language=Language.ARABIC,
)


@pytest.fixture
async def first(store: Store) -> Ready:
    """What waits to be said of one story."""
    await store.articles.publish([JISR, replace(JISR, outlet="Outlet 2")], [1, 1])
    alert = await store.following.add(ANNA, "جسر", "ar", NOW)
    assert alert is not None
    match = Match(alert.id, ANNA, 0, 10, (), digest=False, due_at=NOW)
    await store.outbox.announce(1, [telling(1, match)], NOW)
    (due,) = await store.outbox.due(NOW, 10)
    ready = (await store.outbox.ready([due.id], YESTERDAY)).get(due.id)
    assert ready is not None
    return ready


def telling(article: int, *matches: Match, correction: bool = False) -> Telling:
    return Telling(article, article, 1, b"", NOW, correction, matches)


async def test_what_is_sent_is_seen_with_all_that_it_depends_on(store: Store, first: Ready) -> None:
    await store.following.wish(ANNA.chat_id, silent=True)
    await store.readers.set_language(ANNA.chat_id, Language.ENGLISH)

    again = (await store.outbox.ready([first.delivery.id], YESTERDAY)).get(first.delivery.id)

    assert again is not None
    assert again.delivery == first.delivery
    assert again.alert is not None
    assert again.alert.query == "جسر"
    assert (first.wishes.silent, again.wishes.silent) == (False, True)
    assert (first.chosen, again.chosen) == (None, Language.ENGLISH)
    assert again.lately == 0


async def test_a_copy_that_comes_in_while_the_message_is_sent_is_told_by_an_edit(
    store: Store, first: Ready
) -> None:
    await store.outbox.announce(2, [telling(2)], NOW)

    await store.outbox.sent(first.delivery, 77, NOW)

    (due,) = await store.outbox.due(NOW, 10)
    assert (due.state, due.also, due.message_id) == (EDIT, 1, 77)


async def test_a_correction_that_comes_in_while_the_message_is_edited_is_not_lost(
    store: Store, first: Ready
) -> None:
    await store.outbox.sent(first.delivery, 77, NOW)
    await store.outbox.announce(2, [telling(2)], NOW)
    (copied,) = await store.outbox.due(NOW, 10)
    await store.outbox.announce(2, [telling(1, correction=True)], NOW)

    await store.outbox.edited(copied)

    (due,) = await store.outbox.due(NOW, 10)
    assert (due.also, due.corrected) == (1, True)
    await store.outbox.edited(due)
    assert await store.outbox.due(NOW, 10) == []


async def test_what_is_new_goes_before_what_is_edited(store: Store, first: Ready) -> None:
    await store.outbox.sent(first.delivery, 77, NOW)
    await store.outbox.announce(2, [telling(2)], NOW)
    huda = Address(1002)
    alert = await store.following.add(huda, "جسر", "ar", NOW)
    assert alert is not None
    match = Match(alert.id, huda, 0, 10, (), digest=False, due_at=NOW)
    await store.outbox.announce(
        2, [Telling(2, 2, 2, b"", NOW, correction=False, matches=[match])], NOW
    )

    both = await store.outbox.due(NOW, 10)
    one = await store.outbox.due(NOW, 1)

    assert [each.address for each in both] == [huda, ANNA]
    assert [each.address for each in one] == [huda]


async def test_what_was_sent_counts_towards_the_day(store: Store, first: Ready) -> None:
    await store.outbox.sent(first.delivery, 77, NOW)
    await store.outbox.announce(2, [telling(2)], NOW)

    number = first.delivery.id
    ready = await store.outbox.ready([number], YESTERDAY)
    later = await store.outbox.ready([number], NOW + timedelta(seconds=1))

    assert (ready[number].lately, later[number].lately) == (1, 0)


@pytest.mark.parametrize("ending", ["forgotten", "gone", "said"])
async def test_nothing_is_ready_for_a_chat_that_has_ended_it(
    store: Store, first: Ready, ending: str
) -> None:
    if ending == "forgotten":
        await store.following.forget(ANNA.chat_id)
    elif ending == "gone":
        await store.following.end(ANNA.chat_id, "Forbidden")
    else:
        await store.outbox.sent(first.delivery, 77, NOW)

    assert await store.outbox.ready([first.delivery.id], YESTERDAY) == {}
