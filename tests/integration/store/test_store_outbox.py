from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.sources import Submission
from bot.store.deliveries import DIGEST, EDIT, Match, Telling
from bot.store.following import Address
from bot.store.schema import alert as alerts
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
    await store.announcements.announce(1, [telling(1, match)], NOW)
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
    await store.announcements.announce(2, [telling(2)], NOW)

    await store.outbox.sent(first.delivery, 77, NOW)

    (due,) = await store.outbox.due(NOW, 10)
    assert (due.state, due.also, due.message_id) == (EDIT, 1, 77)


async def test_a_correction_that_comes_in_while_the_message_is_edited_is_not_lost(
    store: Store, first: Ready
) -> None:
    await store.outbox.sent(first.delivery, 77, NOW)
    await store.announcements.announce(2, [telling(2)], NOW)
    (copied,) = await store.outbox.due(NOW, 10)
    await store.announcements.announce(2, [telling(1, correction=True)], NOW)

    await store.outbox.edited(copied)

    (due,) = await store.outbox.due(NOW, 10)
    assert (due.also, due.corrected) == (1, True)
    await store.outbox.edited(due)
    assert await store.outbox.due(NOW, 10) == []


async def test_what_is_new_goes_before_what_is_edited(store: Store, first: Ready) -> None:
    await store.outbox.sent(first.delivery, 77, NOW)
    await store.announcements.announce(2, [telling(2)], NOW)
    huda = Address(1002)
    alert = await store.following.add(huda, "جسر", "ar", NOW)
    assert alert is not None
    match = Match(alert.id, huda, 0, 10, (), digest=False, due_at=NOW)
    await store.announcements.announce(
        2, [Telling(2, 2, 2, b"", NOW, correction=False, matches=[match])], NOW
    )

    both = await store.outbox.due(NOW, 10)
    one = await store.outbox.due(NOW, 1)

    assert [each.address for each in both] == [huda, ANNA]
    assert [each.address for each in one] == [huda]


async def test_what_was_sent_counts_towards_the_day(store: Store, first: Ready) -> None:
    await store.outbox.sent(first.delivery, 77, NOW)
    await store.announcements.announce(2, [telling(2)], NOW)

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


@pytest.mark.usefixtures("first")
async def test_an_outlet_counts_once_however_often_it_carries_a_story(
    store: Store,
) -> None:
    again = replace(JISR, body=JISR.body + " وقال رئيس البلدية ذلك.", outlet="Outlet 1")
    nameless = replace(again, outlet=None)
    await store.articles.publish([again, nameless], [1, 1])

    for article in (3, 2, 4):
        await store.announcements.announce(article, [telling(article)], NOW)

    (due,) = await store.outbox.due(NOW, 10)
    assert due.also == 2


async def test_whoever_waits_is_told_the_corrected_text(store: Store, first: Ready) -> None:
    corrected = replace(JISR, body="أغلقت البلدية الجسر الجديد أمام الشاحنات.")
    await store.articles.publish([corrected], [1])
    alert = first.alert
    assert alert is not None
    better = Match(alert.id, ANNA, 5, 20, ((0, 3),), digest=False, due_at=NOW)
    unmatched = Telling(1, 3, 1, b"", NOW, correction=True, matches=[])

    await store.announcements.announce(3, [unmatched], NOW)
    (marked,) = await store.outbox.due(NOW, 10)
    await store.announcements.announce(3, [replace(unmatched, matches=[better])], NOW)

    (due,) = await store.outbox.due(NOW, 10)
    assert (marked.revision, marked.corrected) == (1, True)
    assert (due.id, due.revision, due.start, due.marks) == (marked.id, 3, 5, ((0, 3),))
    assert not due.corrected


@pytest.mark.usefixtures("first")
async def test_a_chat_that_is_forgotten_meanwhile_keeps_nobody_from_being_told(
    store: Store,
) -> None:
    huda = Address(1002)
    alert = await store.following.add(huda, "جسر", "ar", NOW)
    assert alert is not None
    gone = Match(99, Address(404), 0, 10, (), digest=False, due_at=NOW)
    hers = Match(alert.id, huda, 0, 10, (), digest=False, due_at=NOW)

    await store.announcements.announce(2, [Telling(2, 2, 2, b"", NOW, False, [gone, hers])], NOW)  # noqa: FBT003 - no correction

    assert {each.address for each in await store.outbox.due(NOW, 10)} == {ANNA, huda}


@pytest.mark.usefixtures("first")
async def test_what_waits_for_a_chat_that_left_is_neither_late_nor_counted(
    store: Store,
) -> None:
    later = NOW + timedelta(hours=1)
    before = await store.outbox.counts(later)

    await store.following.end(ANNA.chat_id, "Forbidden")
    after = await store.outbox.counts(later)

    assert (before["waiting"], before["oldest"]) == (1, NOW)
    assert (after["waiting"], after["oldest"]) == (0, None)


async def test_a_failing_network_is_not_counted_as_a_refusal(store: Store, first: Ready) -> None:
    number = first.delivery.id

    for _ in range(9):
        await store.outbox.postpone([number], NOW)
    (away,) = await store.outbox.due(NOW, 10)
    await store.outbox.refused(number, NOW, "Bad Request")
    (refused,) = await store.outbox.due(NOW, 10)

    assert (away.tries, refused.tries) == (0, 1)


async def test_a_digest_waits_too_when_telegram_says_so(store: Store, first: Ready) -> None:
    later = NOW + timedelta(hours=1)
    await store.outbox.postpone([first.delivery.id], NOW, state=DIGEST)

    due = await store.outbox.digests(NOW)
    await store.outbox.hold(ANNA.chat_id, later)

    assert due == [ANNA]
    assert await store.outbox.digests(NOW) == []
    assert await store.outbox.digests(later) == [ANNA]


async def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(
    store: Store, first: Ready
) -> None:
    huda = Address(1002)
    alert = await store.following.add(huda, "جسر", "ar", NOW)
    assert alert is not None
    hers = Match(alert.id, huda, 0, 10, (), digest=False, due_at=NOW)
    await store.announcements.announce(1, [telling(1, hers)], NOW)
    await store.outbox.sent(first.delivery, 77, NOW)

    await store.announcements.tidy(NOW + timedelta(days=80))
    kept = await store.following.export(ANNA.chat_id)
    await store.announcements.tidy(NOW + timedelta(days=91))
    gone = await store.following.export(ANNA.chat_id)

    assert len(kept["delivery"]) == 1
    assert gone["delivery"] == []
    assert [each.address for each in await store.outbox.due(NOW, 10)] == [huda]


async def test_a_story_is_recognised_for_days_and_its_article_known_for_ever(store: Store) -> None:
    await store.articles.publish([JISR], [1])
    told = Telling(1, 1, 1, b"signature", NOW, correction=False, matches=())
    await store.announcements.announce(1, [told], NOW)

    await store.announcements.tidy(NOW + timedelta(days=3))
    recent = await store.announcements.signatures(YESTERDAY)
    await store.announcements.tidy(NOW + timedelta(days=8))

    assert recent == [(1, b"signature", NOW)]
    assert await store.announcements.signatures(YESTERDAY) == [(1, b"", NOW)]
    assert await store.announcements.stories([1]) == {1: 1}


async def test_an_error_that_may_be_logged_holds_nobodys_words(store: Store) -> None:
    secret = {"chat_id": 404_404, "thread_id": 0, "query": "كلمة سر secret", "made_at": NOW}

    with pytest.raises(IntegrityError) as raised:
        async with store.following._database.transaction() as connection:
            await connection.execute(insert(alerts), [secret])

    for word in ("سر", "secret", "404404"):
        assert word not in str(raised.value)
