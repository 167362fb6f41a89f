"""What operators alone may do. To anyone else these commands do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import render_operators
from bot.desk import LARGEST, readable
from bot.handlers.commands import unknown
from bot.handlers.reply import acknowledge, redraw, reply
from bot.sources.addresses import is_web
from bot.sources.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Document, Message, Update

    from bot.context import Context, Newsdesk
    from bot.handlers.press import Press
    from bot.i18n.catalog import Voice


async def status(update: Update, context: Context) -> None:
    """Tell the state of the bot in figures."""
    message = await _operators(update, context)
    if message:
        say = await context.voice(update)
        # What Telegram told last is this message: a bot that is behind shows an earlier time.
        state = {"update": message.date, **await _state(context)}
        await reply(message, render_operators.status(state, say))


async def retry(press: Press) -> None:
    """Try again what Telegram refused and was set aside."""
    if not press.context.by_operator(press.update):
        await press.alert("expired")
        return
    follows = press.context.services.follows
    count = await follows.retry()
    await acknowledge(press.query, press.say.plain("retried", n=count), alert=True)
    await redraw(press.message, render_operators.status(await _state(press.context), press.say))


async def feeds(update: Update, context: Context) -> None:
    """List the feeds, or add or remove one."""
    message = await _operators(update, context)
    desk = context.services.desk
    if message is None or desk is None:
        return
    say = await context.voice(update)
    match context.args or []:
        case [] | ["list"]:
            await reply(message, render_operators.feeds(await desk.feeds(), say))
        case ["add", url]:
            try:
                key = "feed_added" if await desk.add_feed(url) else "feed_known"
            except RefusedError:
                key = "feed_refused"
            await reply(message, say.html(key, url=url))
        case ["remove", url]:
            key = "feed_removed" if await desk.remove_feed(url) else "feed_unknown"
            await reply(message, say.html(key, url=url))
        case _:
            await reply(message, say.html("feeds_how"))


async def handed(update: Update, context: Context) -> bool:
    """Publish a document or a link that an operator sends; return whether it was one."""
    message, desk = update.effective_message, context.services.desk
    if message is None or desk is None or not context.by_operator(update):
        return False
    link = (message.text or "").strip()
    if message.document is None and not is_web(link):
        return False
    say = await context.voice(update)
    if message.document is None:
        await reply(message, render_operators.handed(await desk.take_page(link), say))
    else:
        await reply(message, await _document(message.document, desk, say))
    return True


async def _state(context: Context) -> dict[str, Any]:
    state, meaning = await context.services.follows.state(), context.services.meaning
    return state if meaning is None else {**state, "meaning": meaning.standing()}


async def _document(document: Document, desk: Newsdesk, say: Voice) -> str:
    name = document.file_name or ""
    if not readable(name):
        return say.html("file_unreadable")
    if (document.file_size or 0) > LARGEST:
        return say.html("file_too_large")
    file = await document.get_file()
    content = await file.download_as_bytearray()
    return render_operators.handed(await desk.take_file(name, bytes(content)), say)


async def _operators(update: Update, context: Context) -> Message | None:
    """Return an operator's message; to anyone else the command is unknown."""
    message = update.effective_message
    if message is None or context.by_operator(update):
        return message
    if message.chat.type == message.chat.PRIVATE:
        await unknown(update, context)
    return None


PRESSES: dict[str, Callable[[Press], Awaitable[None]]] = {"z": retry}
