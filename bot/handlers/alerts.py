"""Alerts: made by a command or by answering a prompt, and listed.

Nothing is remembered between a prompt and its answer: the answer replies to the prompt, which is
known by its last line in either language. That of an edit holds the alert's number, that of a
channel its name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot import render, render_alerts
from bot.handlers import channels
from bot.handlers.managing import address, managed, wrote_as_manager
from bot.handlers.reply import reply
from bot.i18n.catalog import Html, without_bidi
from bot.store.following import Address
from retrieval.models import Language
from retrieval.queries import BadQueryError, parse

if TYPE_CHECKING:
    from telegram import Message, Update, User

    from bot.context import Context
    from bot.i18n.catalog import Catalogue, Voice
    from bot.layout import Message as Rendered
    from bot.render_alerts import Channel
    from bot.store.following import Alert

NEW = 0  # a prompt that is for no alert yet
EXAMPLES = {
    Language.ARABIC: '"محادثات الهدنة" سوريا | Syria -كرة',
    Language.ENGLISH: '"truce talks" Syria | سوريا -football',
}


class _Asked(NamedTuple):
    """What a prompt asked for words for: an alert's number or NEW, and the channel it named."""

    number: int
    channel: str = ""


async def alert(update: Update, context: Context) -> None:
    """Save the words behind the command, or ask for them."""
    command = await managed(update, context)
    if command is None:
        return
    message, words, say = command
    channel, words = await channels.named(context, message, words)
    if words:
        await save(context, message, words, say, who=update.effective_user, channel=channel)
    else:
        await ask(message, say, NEW, message.from_user, channel=channel)


async def alerts(update: Update, context: Context) -> None:
    """List the alerts of this chat or topic, or of a channel that is named."""
    command = await managed(update, context)
    if command is not None:
        message, words, say = command
        channel, _ = await channels.named(context, message, words)
        await reply(message, await listed(context, message, say, channel))


async def listed(
    context: Context, message: Message, say: Voice, channel: Channel | None, page: int = 0
) -> Rendered:
    """Return the alerts of a message's chat or topic, or of a channel."""
    services = context.services
    where = Address(channel.number) if channel else address(message)
    held = await services.follows.of(where)
    return render_alerts.listed(held, say, services.now(), page, channel=channel)


async def answered(update: Update, context: Context) -> bool:
    """Take the words that reply to one of our prompts; return whether a message was that."""
    message = update.effective_message
    asked = _prompted(message, context) if message else None
    if message is None or asked is None:
        return False
    words = message.text or message.caption or ""
    say = await context.voice(update, words)
    if not await wrote_as_manager(message):
        await reply(message, say.html("alerts_admins"))
        return True
    words = words.replace(f"@{context.bot.username}", " ").strip()
    who = message.from_user
    if asked.number != NEW:
        found, channel = await of_whom(context, message, who, asked.number)
        if found is None:
            await reply(message, say.html("alert_gone"))
            return True
    elif asked.channel:
        channel = await channels.channel(context, who, asked.channel)
    else:
        channel, words = await channels.named(context, message, words)
    await save(
        context,
        message,
        words,
        say,
        number=asked.number,
        who=update.effective_user,
        channel=channel,
    )
    return True


async def of_whom(
    context: Context, message: Message, user: User | None, number: int
) -> tuple[Alert | None, Channel | None]:
    """Return an alert that may be changed where a message stands, and its channel if it is one's.

    From a private chat that is an alert of a channel, too. None when there is none for this chat.
    Raises UserError when the channel is not for this reader to manage.
    """
    found = await context.services.follows.get(number)
    if found is None or found.address.chat_id == message.chat_id:
        return found, None
    if message.chat.type != message.chat.PRIVATE or found.address.chat_id > 0:
        return None, None
    return found, await channels.channel(context, user, found.address.chat_id)


async def in_channel(update: Update, context: Context) -> None:
    """Take a post that answers a prompt; no other post of a channel is for us."""
    await answered(update, context)


async def ask(
    message: Message,
    say: Voice,
    number: int,
    who: User | None,
    *,
    above: str = "",
    channel: Channel | None = None,
) -> None:
    """Ask for the words of a new alert, or of one that is there, below an explanation."""
    if number != NEW:
        lines = [above, say.html("alert_edit_which", number=Html(str(number)))]
    else:
        explained = above or say.html("alert_ask", example=EXAMPLES[say.language])
        which = (
            say.html("alert_which_channel", channel=channel.name)
            if channel
            else say.html("alert_which")
        )
        lines = [explained, which]
    # In a group the words are asked of one person, who must have written what is answered.
    asked = message.chat.type == message.chat.PRIVATE or (who and who == message.from_user)
    prompt = say.plain("alert_placeholder") if asked else None
    await reply(message, "\n".join(filter(None, lines)), prompt=prompt)


async def save(
    context: Context,
    message: Message,
    words: str,
    say: Voice,
    *,
    who: User | None,
    number: int = NEW,
    channel: Channel | None = None,
) -> None:
    """Make an alert, or give one other words; say what it would have brought."""
    services = context.services
    pace = services.pace
    # Anonymous administrators of all groups are one and the same user.
    asker = who.id if who and message.sender_chat is None else message.chat_id
    wait = pace.ask(asker)
    if wait is not None:
        if wait.tell:
            await reply(message, render.slow_down(wait.seconds, pace.limit, say))
        return
    try:
        query = parse(words)
    except BadQueryError as bad:
        explained = say.html(f"query_{bad.key}", **bad.params)
        await ask(message, say, number, message.from_user, above=explained, channel=channel)
        return
    follows = services.follows
    where = Address(channel.number) if channel else address(message)
    if number == NEW:
        saved = await follows.follow(where, query, who.language_code if who else None)
        problem = "too_many_alerts"
    else:
        saved = await follows.change(number, where.chat_id, query=str(query))
        problem = "alert_gone"
    if saved is None:
        await reply(message, say.html(problem))
        return
    wishes = await follows.wishes(where.chat_id)
    said = render_alerts.receipt(
        saved,
        await follows.preview(query),
        say,
        usual=None if wishes.zone else await follows.rhythm(where.chat_id),
        changed=number != NEW,
        channel=channel,
    )
    await reply(message, said)


def _prompted(message: Message, context: Context) -> _Asked | None:
    """Return what the prompt that a message answers asked for; None for no prompt."""
    prompt = message.reply_to_message
    if prompt is None or not (message.text or message.caption):
        return None
    ours = prompt.from_user is not None and prompt.from_user.id == context.bot.id
    # In a channel the bot writes in the channel's name, as its administrators do.
    if not ours and (prompt.sender_chat is None or prompt.sender_chat.id != message.chat_id):
        return None
    last = without_bidi((prompt.text or "").rpartition("\n")[2]).strip()
    for pattern in _prompts(context.services.catalogue):
        if found := pattern.fullmatch(last):
            what = found.groupdict()
            return _Asked(int(what.get("number", NEW)), what.get("channel", ""))
    return None


@cache
def _prompts(catalogue: Catalogue) -> tuple[re.Pattern[str], ...]:
    patterns = []
    for language in Language:
        say = catalogue.voice(language)
        patterns.append(re.compile(re.escape(say.plain("alert_which"))))
        for key, name, value in (
            ("alert_edit_which", "number", r"\d{1,18}"),
            ("alert_which_channel", "channel", channels.NAME),
        ):
            before, after = without_bidi(say.plain(key, **{name: Html("#")})).split("#")
            known = rf"{re.escape(before)}(?P<{name}>{value}){re.escape(after)}"
            patterns.append(re.compile(known, re.ASCII))
    return tuple(patterns)
