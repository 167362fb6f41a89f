from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retrieval.models import Language

if TYPE_CHECKING:
    from bot.store import Store
    from bot.store.database import Database

NOON = datetime(2024, 12, 7, 12, tzinfo=UTC)


async def test_a_choice_of_language_is_kept_changed_and_forgotten(store: Store) -> None:
    group = -1_001_234_567_890

    seen = [await store.readers.language(group)]
    for choice in (Language.ARABIC, Language.ENGLISH, None, None):
        await store.readers.set_language(group, choice)
        seen.append(await store.readers.language(group))

    assert seen == [None, Language.ARABIC, Language.ENGLISH, None, None]


async def test_one_readers_choice_is_not_anothers(store: Store) -> None:
    await store.readers.set_language(1, Language.ARABIC)

    assert await store.readers.language(2) is None


async def test_verdicts_are_counted_and_reasons_follow(store: Store, sql: Database) -> None:
    await store.feedback.add("When?", "AbC", "helpful", None, NOON)
    number = await store.feedback.add("متى؟", "AbD", "unhelpful", None, NOON)
    await store.feedback.add("من؟", "AbE", "unhelpful", "other", NOON)

    set_reason = store.feedback.set_reason
    stored = [await set_reason(id_, "outdated") for id_ in (number, number, 999)]

    assert stored == [True, False, False]
    assert await store.feedback.count() == {"helpful": 1, "unhelpful": 2}
    async with sql.transaction() as connection:
        rows = await connection.exec_driver_sql("SELECT id, reason, given_at FROM feedback")
        assert [tuple(row) for row in rows] == [
            (1, None, "2024-12-07T12:00:00+00:00"),
            (number, "outdated", "2024-12-07T12:00:00+00:00"),
            (3, "other", "2024-12-07T12:00:00+00:00"),
        ]


async def test_nothing_in_feedback_says_who_gave_it(sql: Database) -> None:
    async with sql.transaction() as connection:
        columns = await connection.exec_driver_sql("SELECT name FROM pragma_table_info('feedback')")

        names = {name for (name,) in columns}

    assert names == {"id", "question", "code", "verdict", "reason", "given_at"}
