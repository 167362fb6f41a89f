"""The one place that catches everything: log with an incident number, apologise, carry on."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import traceback
from typing import TYPE_CHECKING

from telegram import Message, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.errors import CorruptDataError, TransientError, UserError
from bot.handlers.ask import question_in
from bot.handlers.inline import offer
from bot.handlers.reply import acknowledge, reply
from bot.layout import Button
from bot.layout import Message as Rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.context import Context
    from bot.i18n.catalog import Voice

log = logging.getLogger(__name__)

# Other exceptions may repeat a reader's words in their message, which no log may hold.
_SAFE = (OSError, sqlite3.Error, TelegramError, CorruptDataError, TransientError)


async def failed(update: object, context: Context) -> None:
    """Handle what a handler raised."""
    error = context.error
    try:
        if isinstance(error, Forbidden):
            log.info("not delivered: %s", error)
        elif isinstance(error, RetryAfter) or _is_network(error):
            log.warning("Telegram did not take an answer: %s: %s", type(error).__name__, error)
        elif isinstance(error, UserError):
            await _explain(update, context, error)
        elif error is not None:
            await _apologise(update, context, error)
    except Exception as worse:  # noqa: BLE001 - an apology that fails must not end the bot
        log.error("could not tell the reader either\n%s", traced(worse))  # noqa: TRY400 - see traced


def traced(error: BaseException) -> str:
    """Return a traceback of places and types, with messages only where they are ours to show."""
    parts: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        where = "".join(traceback.format_tb(at.__traceback__))
        what = f": {at}" if isinstance(at, _SAFE) else ""
        parts.insert(0, f"{where}{type(at).__module__}.{type(at).__qualname__}{what}")
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\n-> \n".join(parts)


async def _explain(update: object, context: Context, error: UserError) -> None:
    if isinstance(update, Update):
        say = await context.voice(update)
        text = say.html(error.key, **error.params)
        await _tell(update, say, lambda _: Rendered(text))


async def _apologise(update: object, context: Context, error: Exception) -> None:
    incident = secrets.token_hex(2).upper()
    if isinstance(error, TransientError):
        log.warning("incident %s: %s", incident, error)
    else:
        log.error("incident %s\n%s", incident, traced(error))
    if isinstance(update, Update):
        # Not the reader's choice of language: the store may be what has failed.
        say = context.guessed_voice(update)
        await _tell(update, say, lambda to: _apology(to, context, say, incident))


def _apology(to: Message, context: Context, say: Voice, incident: str) -> Rendered:
    """Return the apology, with a button where the message holds a question to ask again."""
    if not question_in(to, context.bot):
        return Rendered(say.html("failure_other", incident=incident))
    text = say.html("failure", incident=incident)
    return Rendered(text, ((Button(say.plain("try_again"), "t:"),),))


async def _tell(update: Update, say: Voice, words: Callable[[Message], Rendered]) -> None:
    if update.inline_query:
        await offer(update.inline_query, say, "inline_slow", cache=0)
    elif update.callback_query:
        await acknowledge(update.callback_query)
        under = update.callback_query.message
        if isinstance(under, Message) and under.is_accessible:
            to = under.reply_to_message or under
            await reply(to, words(to))
    elif update.effective_message:
        await reply(update.effective_message, words(update.effective_message))


def _is_network(error: Exception | None) -> bool:
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)
