"""A chat's settings and its own data: /settings, /export, /forget."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

from bot import render_settings, zones
from bot.handlers.cards import may_press
from bot.handlers.commands import language_choice
from bot.handlers.managing import managed
from bot.handlers.reply import acknowledge, redraw, reply, send_file
from bot.layout import Message as Rendered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Update

    from bot.context import Context
    from bot.handlers.press import Press
    from bot.i18n.catalog import Voice

EXPORT_NAME = "isnad.json"
_MINUTES = re.compile(r"(\d{1,4})-(\d{1,4})", re.ASCII)
_LAST_MINUTE = 24 * 60 - 1


async def settings(update: Update, context: Context) -> None:
    """Show the chat's settings; a place behind the command becomes its time zone."""
    command = await managed(update, context)
    if command is None:
        return
    message, place, say = command
    if place:
        # The first look reads every zone's names.
        zone = await asyncio.to_thread(zones.find, place)
        if zone is None:
            near = await asyncio.to_thread(zones.near, place)
            await reply(message, render_settings.zone_unknown(place, near, say))
            return
        await context.services.follows.wish(message.chat_id, zone=zone)
    await reply(message, await _settings(context, message.chat_id, say))


async def export(update: Update, context: Context) -> None:
    """Send everything that is stored about the chat."""
    command = await managed(update, context)
    if command is not None:
        message, _, say = command
        stored = await context.services.follows.export(message.chat_id)
        # A year of alerts is many lines.
        written = await asyncio.to_thread(json.dumps, stored, ensure_ascii=False, indent=2)
        await send_file(message, EXPORT_NAME, written.encode(), say.plain("exported"))


async def forget(update: Update, context: Context) -> None:
    """Ask whether everything that is stored about the chat is to be deleted."""
    command = await managed(update, context)
    if command is not None:
        message, _, say = command
        held = await context.services.follows.of_chat(message.chat_id)
        await reply(message, render_settings.forgetting(len(held), say))


async def forgotten(press: Press) -> None:
    """Delete everything at once, or leave it."""
    if not await may_press(press):
        return
    await acknowledge(press.query)
    if press.payload == "yes":
        await press.context.services.follows.forget(press.message.chat_id)
        await redraw(press.message, Rendered(press.say.html("forgotten")))
    else:
        await redraw(press.message, Rendered(press.say.html("nothing_forgotten")))


async def wished(press: Press) -> None:
    """Show the settings, a choice of one of them, or what has been chosen."""
    if not await may_press(press):
        return
    what, chosen, value = press.payload.partition("=")
    follows = press.context.services.follows
    chat_id, say = press.message.chat_id, press.say
    if chosen:
        # The first look reads every zone's names.
        values = await asyncio.to_thread(_values, what, value)
        if not values:
            await press.alert("expired")
            return
        await follows.wish(chat_id, **values)
        say = await press.context.voice(press.update)
        said = await _settings(press.context, chat_id, say)
    elif what == "zone":
        said = render_settings.zone_choice(await follows.rhythm(chat_id), say)
    elif what == "quiet":
        said = render_settings.quiet_choice(await follows.rhythm(chat_id), say)
    elif what == "digest":
        said = render_settings.digest_choice(await follows.rhythm(chat_id), say)
    elif what == "cap":
        said = render_settings.cap_choice(await follows.wishes(chat_id), say)
    elif what == "language":
        said = language_choice(say)
    else:
        said = await _settings(press.context, chat_id, say)
    await acknowledge(press.query)
    await redraw(press.message, said)


async def _settings(context: Context, chat_id: int, say: Voice) -> Rendered:
    follows = context.services.follows
    wishes, rhythm = await follows.wishes(chat_id), await follows.rhythm(chat_id)
    return render_settings.settings(wishes, rhythm, say, context.services.now())


def _values(what: str, value: str) -> dict[str, Any]:
    """Return what a press chose; nothing for what no button of ours says."""
    hours = _MINUTES.fullmatch(value)
    match what:
        case "zone" if value == zones.find(value):
            return {"zone": value}
        case "quiet" if hours and max(int(hours[1]), int(hours[2])) <= _LAST_MINUTE:
            return {"quiet_from": int(hours[1]), "quiet_until": int(hours[2])}
        case "digest" if value in map(str, render_settings.DIGESTS):
            return {"digest_at": int(value)}
        case "cap" if value in map(str, render_settings.CAPS):
            return {"daily_cap": int(value)}
        case "silent" if value in {"0", "1"}:
            return {"silent": value == "1"}
        case _:
            return {}


PRESSES: dict[str, Callable[[Press], Awaitable[None]]] = {"w": wished, "y": forgotten}
