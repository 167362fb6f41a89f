"""What every handler receives: the update's context, typed, with the services behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from telegram.ext import CallbackContext, ExtBot

from retrieval.languages import language_of
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telegram import Update

    from bot.i18n.catalog import Catalogue, Voice
    from bot.limiter import Pace
    from bot.links import Place
    from bot.store import ArchiveSummary
    from retrieval.models import Answer, Quote

SERVICES = "services"


class Asked(Protocol):
    """What the handlers need of `bot.archive.Archive`."""

    async def ask(self, question: str, *, limit: int = 3, skip: int = 0) -> Answer:
        """Answer a question, leaving out the `skip` quotes that were shown."""

    async def reopen(self, places: Sequence[Place]) -> tuple[Quote, ...]:
        """Return the quotes that stand at these places."""

    async def summary(self) -> ArchiveSummary:
        """Return what the archive holds."""

    async def example(self, language: Language) -> str | None:
        """Return something worth asking."""


class Readers(Protocol):
    """What the handlers need of `bot.store.Readers`."""

    async def language(self, chat_id: int) -> Language | None:
        """Return what this chat chose."""

    async def set_language(self, chat_id: int, language: Language | None) -> None:
        """Remember it, or forget it."""

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """Keep it under the number that a group has got as a supergroup."""


class Verdicts(Protocol):
    """What the handlers need of `bot.store.Feedback`."""

    async def add(
        self, question: str, code: str, verdict: str, reason: str | None, at: datetime
    ) -> int:
        """Store a verdict and return its number."""

    async def set_reason(self, feedback_id: int, reason: str) -> bool:
        """Add the reason; return whether a verdict was waiting for it."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that handlers act on."""

    archive: Asked
    readers: Readers
    feedback: Verdicts
    catalogue: Catalogue
    pace: Pace
    inline_pace: Pace
    opening_pace: Pace
    newsroom: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[str, Services]]):
    """One update's context."""

    @property
    def services(self) -> Services:
        """Everything that handlers act on."""
        return self.bot_data[SERVICES]

    async def voice(self, update: Update, question: str = "") -> Voice:
        """Return the texts in this reader's language.

        That is the chat's choice, else Telegram's `language_code`, else the question's own.
        """
        chat, user = update.effective_chat, update.effective_user
        where = chat or user
        chosen = await self.services.readers.language(where.id) if where else None
        return self.services.catalogue.voice(chosen or _guessed(update, question))

    def guessed_voice(self, update: Update) -> Voice:
        """Return the texts in the likeliest language without asking the store."""
        return self.services.catalogue.voice(_guessed(update, ""))


def _guessed(update: Update, question: str) -> Language:
    user = update.effective_user
    code = (user.language_code or "" if user else "").partition("-")[0].lower()
    if code in set(Language):
        return Language(code)
    return language_of(question) or Language.ENGLISH
