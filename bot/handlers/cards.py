"""What is pressed under answers, lists, cards and alerts; `bot.render_alerts` has the letters."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import render_alerts
from bot.errors import UserError
from bot.handlers import channels
from bot.handlers.alerts import NEW, ask, listed, of_whom, save
from bot.handlers.managing import manages
from bot.handlers.reply import acknowledge, rebutton, redraw, reply
from bot.layout import Message as Rendered
from retrieval.subjects import subject

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.handlers.press import Press
    from bot.store.following import Alert

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_PAGE = re.compile(r"(\d{1,18})(?::(-\d{1,18}))?", re.ASCII)
_REST = re.compile(r"(\d{1,18})(?::(\d{1,18}))?", re.ASCII)
_HALF_A_DAY_MORE = timedelta(hours=36)  # from a midnight into the next day, however long it is


async def follow_question(press: Press) -> None:
    """Follow what the answered question is about, or ask for words where there is none."""
    if not await may_press(press):
        return
    user = press.query.from_user
    if press.payload == "new":
        await acknowledge(press.query)
        await ask(press.message, press.say, NEW, user)
        return
    if press.question is None:
        await press.alert("question_gone")
        return
    await acknowledge(press.query)
    message, question = press.question
    words = subject(question)
    if words:
        await save(press.context, message, words, press.say, who=user)
    else:
        await ask(message, press.say, NEW, user)
    await rebutton(press.message, without="a")


async def show_list(press: Press) -> None:
    """Turn to a page of the list."""
    page = _PAGE.fullmatch(press.payload)
    if page is None:
        await press.alert("expired")
        return
    if not await may_press(press):
        return
    channel = None
    if page[2]:
        try:
            channel = await channels.channel(press.context, press.query.from_user, int(page[2]))
        except UserError as refused:
            await press.alert(refused.key, **refused.params)
            return
    await acknowledge(press.query)
    shown = await listed(press.context, press.message, press.say, channel, int(page[1]))
    await redraw(press.message, shown)


async def show_card(press: Press) -> None:
    """Show an alert in the place of the message, with what can be changed about it."""
    found = await _found(press, press.payload)
    if found is not None:
        await acknowledge(press.query)
        await redraw(press.message, await _card(press, found))


async def send_card(press: Press) -> None:
    """Show an alert below what it has brought."""
    found = await _found(press, press.payload)
    if found is not None:
        await acknowledge(press.query)
        await reply(press.message, await _card(press, found))


async def edit(press: Press) -> None:
    """Ask for other words."""
    found = await _found(press, press.payload)
    if found is not None:
        await acknowledge(press.query)
        words = press.say.html("alert_of", query=render_alerts.name(found.query, press.say))
        await ask(press.message, press.say, found.id, press.query.from_user, above=words)


async def delete(press: Press) -> None:
    """Ask whether an alert is to go; when that is answered, delete it."""
    number, _, sure = press.payload.partition(":")
    found = await _found(press, number)
    if found is None:
        return
    await acknowledge(press.query)
    if sure != "yes":
        await redraw(press.message, render_alerts.deletion(found, press.say))
        return
    await press.context.services.follows.remove(found.id, found.address.chat_id)
    text = press.say.html("deleted", query=render_alerts.name(found.query, press.say))
    rest = render_alerts.list_button(found, press.say, press.message.chat_id)
    await redraw(press.message, Rendered(text, ((rest,),)))


async def change(press: Press) -> None:
    """Change one thing of an alert and show its card, or first ask for which coverage it is."""
    number, _, what = press.payload.partition(":")
    found = await _found(press, number)
    if found is None:
        return
    if what == "language":
        await acknowledge(press.query)
        await redraw(press.message, render_alerts.languages(found, press.say))
        return
    values = await _values(press, found, what)
    if not values:
        await press.alert("expired")
        return
    chat_id = found.address.chat_id
    changed = await press.context.services.follows.change(found.id, chat_id, **values)
    if changed is None:
        await press.alert("alert_gone")
    else:
        await acknowledge(press.query)
        await redraw(press.message, await _card(press, changed))


async def mute(press: Press) -> None:
    """Mute the alert under whose message the button was, until tomorrow; or take that back."""
    number, _, off = press.payload.partition(":")
    found = await _found(press, number)
    if found is None:
        return
    until = None if off else await _tomorrow(press, found)
    changed = await press.context.services.follows.change(
        found.id, found.address.chat_id, muted_until=until
    )
    if changed is None:
        await press.alert("alert_gone")
        return
    say = press.say
    if until is None:
        text, buttons = say.plain("alert_unmuted"), render_alerts.mute_row(found.id, say)
    else:
        text = say.plain("alert_muted", date=until)
        buttons = render_alerts.unmute_row(found.id, say)
    await acknowledge(press.query, text, alert=True)
    await rebutton(press.message, without="uv", extra=buttons)


async def rest_of_digest(press: Press) -> None:
    """Show headlines of a digest that did not fit it: ten, and a button for more."""
    rest = _REST.fullmatch(press.payload)
    if rest is None:
        await press.alert("expired")
        return
    if not await press.unhurried():
        return
    skip, most = int(rest[1]), render_alerts.DIGEST_HEADLINES
    number = int(rest[2] or press.message.message_id)
    told = await press.context.services.follows.digested(press.message.chat_id, number)
    part = told[skip : skip + most]
    if not part:
        await press.alert("expired")
        return
    await acknowledge(press.query)
    more = len(told) - skip - len(part)
    said = render_alerts.digest(part, more, press.say, skip=skip, number=number)
    await reply(press.message, said)
    await rebutton(press.message, without="q")


async def may_press(press: Press) -> bool:
    """Return whether whoever pressed manages the chat's alerts; tell them when they do not."""
    if await manages(press.message, press.query.from_user):
        return True
    await press.alert("alerts_admins")
    return False


async def _found(press: Press, number: str) -> Alert | None:
    """Return the alert of a button, for whoever may change it; explain to others."""
    if not await may_press(press):
        return None
    if not _NUMBER.fullmatch(number):
        await press.alert("expired")
        return None
    try:
        found, _ = await of_whom(press.context, press.message, press.query.from_user, int(number))
    except UserError as refused:
        await press.alert(refused.key, **refused.params)
        return None
    if found is None:
        await press.alert("alert_gone")
    return found


async def _values(press: Press, found: Alert, what: str) -> dict[str, object]:
    if what == "mute":
        return {"muted_until": await _tomorrow(press, found)}
    if what in render_alerts.ONLY:
        return {"language": render_alerts.ONLY[what]}
    return _CHANGES.get(what, {})


async def _tomorrow(press: Press, found: Alert) -> datetime:
    """Return when the chat's next day begins for it: its midnight, or the end of its night."""
    rhythm = await press.context.services.follows.rhythm(found.address.chat_id)
    today = rhythm.midnight(press.context.services.now())
    return rhythm.open_from(rhythm.midnight(today + _HALF_A_DAY_MORE))


async def _card(press: Press, found: Alert) -> Rendered:
    services = press.context.services
    rhythm = await services.follows.rhythm(found.address.chat_id)
    where = press.message.chat_id
    return render_alerts.card(found, press.say, rhythm, services.now(), where)


_CHANGES: dict[str, dict[str, object]] = {
    "pause": {"paused": True},
    "resume": {"paused": False},
    "unmute": {"muted_until": None},
    "digest": {"digest": True},
    "now": {"digest": False},
}

PRESSES: dict[str, Callable[[Press], Awaitable[None]]] = {
    "a": follow_question,
    "i": show_list,
    "o": show_card,
    "v": send_card,
    "f": edit,
    "d": delete,
    "g": change,
    "u": mute,
    "q": rest_of_digest,
}
