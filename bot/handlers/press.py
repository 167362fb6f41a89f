"""Presses of buttons. The data is a letter, a colon and a payload; docs/adr/0003 says why.

Nothing is remembered between a message and its press: the question stands in the message that the
answer replies to, and the code in the data says which sentences were quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram import Message

from bot import links, render
from bot.handlers import cards, operators, wishes
from bot.handlers.ask import answer, question_in
from bot.handlers.commands import welcome
from bot.handlers.reply import acknowledge, rebutton, redraw, reply
from bot.i18n.catalog import isolated, plain
from bot.layout import Message as Rendered
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import CallbackQuery, Update

    from bot.context import Context
    from bot.i18n.catalog import Voice

_SKIP = re.compile(r"(\d{1,3}):", re.ASCII)
_REASON = re.compile(r"(\d{1,18}):(source|sentence|old|other)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed under a message that Telegram still shows us."""

    update: Update
    context: Context
    query: CallbackQuery
    message: Message
    payload: str
    question: tuple[Message, str] | None  # the reader's message that was answered, and its words
    say: Voice

    async def alert(self, key: str, **params: object) -> None:
        """Answer the press with a text that must be closed."""
        await acknowledge(self.query, self.say.plain(key, **params), alert=True)

    async def admitted(self) -> bool:
        """Count a question; say how long to wait when there were too many."""
        pace = self.context.services.pace
        wait = pace.ask(self.query.from_user.id)
        if wait is None:
            await acknowledge(self.query)
            return True
        text = plain(render.slow_down(wait.seconds, pace.limit, self.say))
        await acknowledge(self.query, text, alert=True)
        return False

    async def unhurried(self) -> bool:
        """Count a press that opens an answer or judges it; say so when there were too many."""
        wait = self.context.services.opening_pace.ask(self.query.from_user.id)
        if wait is None:
            return True
        text = plain(render.slow_press(wait.seconds, self.say))
        await acknowledge(self.query, text, alert=True)
        return False


async def pressed(update: Update, context: Context) -> None:
    """Do what the pressed button says; an unknown or outdated one is explained."""
    query = update.callback_query
    if query is None:
        return
    letter, _, payload = (query.data or "").partition(":")
    action = _ACTIONS.get(letter, _expired)
    # The library makes a Message of what Telegram no longer lets bots see, too.
    if isinstance(query.message, Message) and query.message.is_accessible:
        question = _question_above(query.message, context)
        say = await context.voice(update, question[1] if question else "")
        await action(Press(update, context, query, query.message, payload, question, say))
    else:
        say = await context.voice(update)
        await acknowledge(query, say.plain("expired"), alert=True)


def _question_above(message: Message, context: Context) -> tuple[Message, str] | None:
    original = message.reply_to_message
    text = question_in(original, context.bot) if original else ""
    return (original, text) if original and text else None


async def _expired(press: Press) -> None:
    await press.alert("expired")


async def _more(press: Press) -> None:
    skip = _SKIP.fullmatch(press.payload)
    if skip is None:
        await _expired(press)
    elif press.question is None:
        await press.alert("question_gone")
    elif await press.admitted():
        message, question = press.question
        await answer(press.context, message, question, press.say, skip=int(skip[1]))
        await rebutton(press.message, without="m")


async def _again(press: Press) -> None:
    if press.question is None:
        await press.alert("question_gone")
    elif await press.admitted():
        message, question = press.question
        await answer(press.context, message, question, press.say)
        await rebutton(press.message, without="t")


async def _context(press: Press) -> None:
    if not await press.unhurried():
        return
    await acknowledge(press.query)
    quotes = await press.context.services.archive.reopen(links.decode(press.payload))
    await reply(press.message, render.context(quotes, press.say))
    await rebutton(press.message, without="c")


async def _helpful(press: Press) -> None:
    if await _stored(press, "helpful") is not None:
        await press.alert("stored_helpful")
        await rebutton(press.message, without="hn")


async def _not_helpful(press: Press) -> None:
    number = await _stored(press, "not_helpful")
    if number is not None:
        await press.alert("stored_not_helpful")
        # Three rows of buttons are as many as there may be.
        await rebutton(press.message, without="hna", extra=render.reasons(number, press.say))


async def _stored(press: Press, verdict: str) -> int | None:
    if press.question is None:
        await press.alert("question_gone")
        return None
    if not await press.unhurried():
        return None
    services = press.context.services
    await services.archive.reopen(links.decode(press.payload))  # what is stored was an answer
    _, question = press.question
    return await services.feedback.add(question, press.payload, verdict, None, services.now())


async def _reason(press: Press) -> None:
    given = _REASON.fullmatch(press.payload)
    if given is None:
        await _expired(press)
        return
    if not await press.unhurried():
        return
    stored = await press.context.services.feedback.set_reason(int(given[1]), given[2])
    await press.alert("stored_reason" if stored else "expired")
    await rebutton(press.message, without="r")


async def _language(press: Press) -> None:
    chosen = await _choose(press)
    key = "language_set" if chosen else "language_automatic"
    say = await press.context.voice(press.update)
    await redraw(press.message, Rendered(say.html(key)))


async def _switch(press: Press) -> None:
    await _choose(press)
    say = await press.context.voice(press.update)
    await redraw(press.message, await welcome(press.context, say))


async def _choose(press: Press) -> Language | None:
    await acknowledge(press.query)
    chosen = Language(press.payload) if press.payload in set(Language) else None
    await press.context.services.readers.set_language(press.message.chat_id, chosen)
    return chosen


async def _privacy(press: Press) -> None:
    await acknowledge(press.query)
    await reply(press.message, press.say.html("privacy"))


async def _example(press: Press) -> None:
    example = await press.context.services.archive.example(press.say.language)
    if example is None:
        await press.alert("archive_empty")
    elif await press.admitted():
        # The example becomes a message of its own, so that More finds the question as always.
        asked = await reply(press.message, isolated(example))
        if asked:
            await answer(press.context, asked, example, press.say)


_ACTIONS: dict[str, Callable[[Press], Awaitable[None]]] = {
    "m": _more,
    "t": _again,
    "c": _context,
    "h": _helpful,
    "n": _not_helpful,
    "r": _reason,
    "l": _language,
    "s": _switch,
    "p": _privacy,
    "e": _example,
    **cards.PRESSES,
    **wishes.PRESSES,
    **operators.PRESSES,
}
