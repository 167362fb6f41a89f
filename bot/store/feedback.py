"""What readers said of an answer, without who said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from bot.store.schema import feedback

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Database


class Feedback:
    """Verdicts on answers, each with the question and the answer's code."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, question: str, code: str, verdict: str, reason: str | None, at: datetime
    ) -> int:
        """Store one verdict; return its id, by which a reason may follow."""
        row = {
            "question": question,
            "code": code,
            "verdict": verdict,
            "reason": reason,
            "given_at": at,
        }
        async with self._database.transaction() as connection:
            adding = insert(feedback).values(row).returning(feedback.c.id)
            return int((await connection.execute(adding)).scalar_one())

    async def set_reason(self, feedback_id: int, reason: str) -> bool:
        """Give the reason for a stored verdict, once; return whether there was one without."""
        unexplained = (feedback.c.id == feedback_id) & feedback.c.reason.is_(None)
        change = update(feedback).where(unexplained).values(reason=reason)
        async with self._database.transaction() as connection:
            return (await connection.execute(change)).rowcount > 0

    async def count(self) -> dict[str, int]:
        """Return how many times each verdict was given."""
        tally = select(feedback.c.verdict, func.count().label("times")).group_by(feedback.c.verdict)
        async with self._database.reading() as connection:
            rows = await connection.execute(tally)
            return {row.verdict: row.times for row in rows}
