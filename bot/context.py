"""What every handler receives: the update's context, typed, with the services behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from telegram.ext import CallbackContext, ExtBot

from bot import zones
from retrieval.languages import language_of
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telegram import Update

    from bot.desk import Handed
    from bot.forecast import Forecast
    from bot.hours import Rhythm
    from bot.i18n.catalog import Catalogue, Voice
    from bot.limiter import Pace
    from bot.links import Place
    from bot.meaning import Standing
    from bot.render_alerts import Told
    from bot.store import ArchiveSummary
    from bot.store.feeds import Polled
    from bot.store.following import Address, Alert, Wishes
    from retrieval.models import Answer, Quote
    from retrieval.queries import StandingQuery

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


class Follows(Protocol):
    """What the handlers need of `bot.alerts.Alerts`."""

    async def preview(self, query: StandingQuery) -> Forecast:
        """Return what a query would have matched lately."""

    async def follow(
        self, address: Address, query: StandingQuery, language_code: str | None
    ) -> Alert | None:
        """Keep an alert, or find the same one; None when the chat has too many."""

    async def of(self, address: Address) -> list[Alert]:
        """Return the alerts of one place, in the order in which they were made."""

    async def of_chat(self, chat_id: int) -> list[Alert]:
        """Return every alert of a chat, in all its topics."""

    async def get(self, number: int) -> Alert | None:
        """Return one alert, whosever it is."""

    async def change(self, number: int, chat_id: int, **values: Any) -> Alert | None:
        """Change query (its text), language, digest, paused, muted_until; None when it is gone.

        Raises UserError("alert_twice") when another alert of the place has that query.
        """

    async def remove(self, number: int, chat_id: int) -> bool:
        """Delete an alert of this chat; return whether it was there."""

    async def wishes(self, chat_id: int) -> Wishes:
        """Return what a chat chose."""

    async def wish(self, chat_id: int, **values: Any) -> Wishes:
        """Change what a chat chose: any field of Wishes."""

    async def rhythm(self, chat_id: int) -> Rhythm:
        """Return when a chat may be written to, the usual habits where it chose nothing."""

    async def digested(self, chat_id: int, message_id: int) -> list[Told]:
        """Return everything that a digest told of, in its order."""

    async def revive(self, chat_id: int) -> bool:
        """Write to a chat again; return whether it was gone."""

    async def end(self, chat_id: int, why: str) -> None:
        """Know that a chat cannot be reached; its alerts are kept."""

    async def move(self, old: int, new: int) -> None:
        """Take everything along to a group's new number."""

    async def forget(self, chat_id: int) -> None:
        """Delete everything of a chat."""

    async def export(self, chat_id: int) -> dict[str, Any]:
        """Return everything of a chat, as JSON takes it."""

    async def state(self) -> dict[str, Any]:
        """Return figures for operators; `bot.render_operators.status` names those it shows."""

    async def retry(self) -> int:
        """Try again what Telegram refused and was set aside; return how much it is."""


class Newsdesk(Protocol):
    """What the handlers need of `bot.desk.Desk`."""

    async def feeds(self) -> list[Polled]:
        """Return every feed, in the order in which they were added."""

    async def add_feed(self, url: str) -> bool:
        """Poll a feed from now on; return whether it is new. Raises RefusedError."""

    async def remove_feed(self, url: str) -> bool:
        """Poll a feed no longer; return whether there was one."""

    async def take_file(self, name: str, content: bytes) -> Handed:
        """Publish the articles of a file."""

    async def take_page(self, url: str) -> Handed:
        """Publish the article of a page."""


class Meant(Protocol):
    """What the handlers need of `bot.meaning.Meaning`."""

    def standing(self) -> Standing:
        """Return how many articles have vectors, or why none are used."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that handlers act on."""

    archive: Asked
    readers: Readers
    feedback: Verdicts
    follows: Follows
    catalogue: Catalogue
    pace: Pace
    inline_pace: Pace
    opening_pace: Pace
    desk: Newsdesk | None = None
    meaning: Meant | None = None
    newsroom: str = ""
    admins: frozenset[int] = frozenset()
    time_zone: str = "UTC"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[str, Services]]):
    """One update's context."""

    @property
    def services(self) -> Services:
        """Everything that handlers act on."""
        return self.bot_data[SERVICES]

    async def voice(self, update: Update, question: str = "") -> Voice:
        """Return the texts in this reader's language.

        That is the chat's choice, else Telegram's `language_code`, else the question's own. Times
        are the chat's, or the installation's.
        """
        services = self.services
        where = update.effective_chat or update.effective_user
        chosen = await services.readers.language(where.id) if where else None
        zone = (await services.follows.wishes(where.id)).zone if where else None
        say = services.catalogue.voice(chosen or _guessed(update, question))
        return zones.localised(say, zone, services.time_zone)

    def by_operator(self, update: Update) -> bool:
        """Return whether one of the operators sent an update."""
        user = update.effective_user
        return user is not None and user.id in self.services.admins

    def guessed_voice(self, update: Update) -> Voice:
        """Return the texts in the likeliest language without asking the store."""
        return self.services.catalogue.voice(_guessed(update, ""))


def _guessed(update: Update, question: str) -> Language:
    user = update.effective_user
    code = (user.language_code or "" if user else "").partition("-")[0].lower()
    if code in set(Language):
        return Language(code)
    return language_of(question) or Language.ENGLISH
