"""What readers said of an answer, without who said it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, insert, select, update

from bot.store.schema import feedback

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Database


class Given(NamedTuple):
    """A verdict on an answer, by the answer's code; who gave it is not known."""

    question: str
    code: str
    verdict: str
    reason: str | None


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

    async def all(self) -> list[Given]:
        """Return every verdict; the times stay where they are."""
        columns = (feedback.c.question, feedback.c.code, feedback.c.verdict, feedback.c.reason)
        async with self._database.reading() as connection:
            return [Given(*row) for row in await connection.execute(select(*columns))]

    async def count(self) -> dict[str, int]:
        """Return how many times each verdict was given."""
        tally = select(feedback.c.verdict, func.count().label("times")).group_by(feedback.c.verdict)
        async with self._database.reading() as connection:
            rows = await connection.execute(tally)
            return {row.verdict: row.times for row in rows}
