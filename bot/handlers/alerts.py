"""Alerts: made by a command or by answering a prompt, and listed.

Nothing is remembered between a prompt and its answer: the answer replies to the prompt, which is
known by its last line in either language. That of an edit holds the alert's number.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bot import render, render_alerts
from bot.handlers.managing import address, managed, wrote_as_manager
from bot.handlers.reply import reply
from bot.i18n.catalog import Html
from retrieval.models import Language
from retrieval.queries import BadQueryError, parse

if TYPE_CHECKING:
    from telegram import Message, Update, User

    from bot.context import Context
    from bot.i18n.catalog import Catalogue, Voice

NEW = 0  # a prompt that is for no alert yet
EXAMPLES = {
    Language.ARABIC: '"محادثات الهدنة" سوريا | Syria -كرة',
    Language.ENGLISH: '"truce talks" Syria | سوريا -football',
}


async def alert(update: Update, context: Context) -> None:
    """Save the words behind the command, or ask for them."""
    command = await managed(update, context)
    if command is None:
        return
    message, words, say = command
    if words:
        await save(context, message, words, say, number=NEW, who=update.effective_user)
    else:
        await ask(message, say, NEW, message.from_user)


async def alerts(update: Update, context: Context) -> None:
    """List the alerts of this chat or topic."""
    command = await managed(update, context)
    if command is not None:
        message, _, say = command
        held = await context.services.follows.of(address(message))
        await reply(message, render_alerts.listed(held, say, context.services.now()))


async def answered(update: Update, context: Context) -> bool:
    """Take the words that reply to one of our prompts; return whether a message was that."""
    message = update.effective_message
    number = _prompted(message, context) if message else None
    if message is None or number is None:
        return False
    words = message.text or message.caption or ""
    say = await context.voice(update, words)
    if await wrote_as_manager(message):
        words = words.replace(f"@{context.bot.username}", " ").strip()
        await save(context, message, words, say, number=number, who=update.effective_user)
    else:
        await reply(message, say.html("alerts_admins"))
    return True


async def in_channel(update: Update, context: Context) -> None:
    """Take a post that answers a prompt; no other post of a channel is for us."""
    await answered(update, context)


async def ask(message: Message, say: Voice, number: int, who: User | None, above: str = "") -> None:
    """Ask for the words of a new alert, or of one that is there, below an explanation."""
    if number == NEW:
        explained = above or say.html("alert_ask", example=EXAMPLES[say.language])
        lines = [explained, say.html("alert_which")]
    else:
        lines = [above, say.html("alert_edit_which", number=Html(str(number)))]
    # In a group the words are asked of one person, who must have written what is answered.
    asked = message.chat.type == message.chat.PRIVATE or (who and who == message.from_user)
    prompt = say.plain("alert_placeholder") if asked else None
    await reply(message, "\n".join(filter(None, lines)), prompt=prompt)


async def save(
    context: Context, message: Message, words: str, say: Voice, *, number: int, who: User | None
) -> None:
    """Make an alert, or give one other words; say what it would have brought."""
    services = context.services
    pace = services.pace
    wait = pace.ask(who.id if who else message.chat_id)
    if wait is not None:
        if wait.tell:
            await reply(message, render.slow_down(wait.seconds, pace.limit, say))
        return
    try:
        query = parse(words)
    except BadQueryError as bad:
        explained = say.html(f"query_{bad.key}", **bad.params)
        await ask(message, say, number, message.from_user, explained)
        return
    follows = services.follows
    if number == NEW:
        saved = await follows.follow(address(message), query, who.language_code if who else None)
        problem = "too_many_alerts"
    else:
        saved = await follows.change(number, message.chat_id, query=str(query))
        problem = "alert_gone"
    if saved is None:
        await reply(message, say.html(problem))
        return
    wishes = await follows.wishes(message.chat_id)
    said = render_alerts.receipt(
        saved,
        await follows.preview(query),
        say,
        usual=None if wishes.zone else await follows.rhythm(message.chat_id),
        changed=number != NEW,
    )
    await reply(message, said)


def _prompted(message: Message, context: Context) -> int | None:
    """Return the alert whose prompt a message answers, NEW for none yet; None for no prompt."""
    prompt = message.reply_to_message
    if prompt is None or not (message.text or message.caption):
        return None
    ours = prompt.from_user is not None and prompt.from_user.id == context.bot.id
    # In a channel the bot writes in the channel's name, as its administrators do.
    if not ours and (prompt.sender_chat is None or prompt.sender_chat.id != message.chat_id):
        return None
    last = (prompt.text or "").rpartition("\n")[2].strip()
    for pattern in _prompts(context.services.catalogue):
        found = pattern.fullmatch(last)
        if found:
            return int(found[1]) if pattern.groups else NEW
    return None


@cache
def _prompts(catalogue: Catalogue) -> tuple[re.Pattern[str], ...]:
    patterns = []
    for language in Language:
        say = catalogue.voice(language)
        patterns.append(re.compile(re.escape(say.plain("alert_which"))))
        before, after = say.plain("alert_edit_which", number=Html("#")).split("#")
        patterns.append(re.compile(rf"{re.escape(before)}(\d{{1,18}}){re.escape(after)}", re.ASCII))
    return tuple(patterns)
