"""Drains the outbox under Telegram's limits: one message at a time, marked as soon as it is sent.

One at a time, so that a crash repeats one message at most. Nothing is dropped for having failed:
it is tried again later, or parked for the operator to see.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.handlers.reply import markup, wait_seconds
from bot.polling import Complaint
from bot.store.deliveries import DIGEST, EDIT, WAITING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from telegram import Bot, Message

    from bot.clocks import Clocks
    from bot.hours import Rhythm
    from bot.layout import Message as Rendered
    from bot.store import Following, Outbox
    from bot.store.deliveries import Delivery, Heard, Ready
    from bot.store.following import Address, Alert, Wishes

log = logging.getLogger(__name__)

AT_ONCE = 200  # deliveries looked at in one round, one of a chat
TOGETHER = 10  # of them are looked at together
FRESH = 0.5  # seconds for which what was seen is taken to hold
LOOK_SECONDS = 1.0  # between two looks at an empty outbox
LONGEST_PAUSE = 60.0  # after failures of the network
LONGEST_DAY = timedelta(hours=26)  # local midnight is no longer ago
TRIES = 5  # refusals of one message before it is parked
BACKOFF = timedelta(minutes=1)  # doubled at each try
AWAY = timedelta(seconds=5)  # after a failure of the network
_GONE = ("chat not found", "user is deactivated", "group chat was deactivated", "peer_id_invalid")
_NO_RIGHTS = ("not enough rights", "have no rights", "chat_write_forbidden", "need administrator")
_TOPIC = ("topic_closed", "topic_deleted", "message thread not found")


class Sayings(Protocol):
    """What delivery needs of whoever knows alerts and words."""

    def rhythm(self, wishes: Wishes) -> Rhythm:
        """Return when a chat may be written to."""

    def cap(self, wishes: Wishes) -> int | None:
        """Return how many alerts a day a chat wants, None for any number."""

    async def one(self, ready: Ready) -> Rendered | None:
        """Return the message of one delivery; None when its article is gone."""

    async def digest(self, deliveries: Sequence[Delivery], wishes: Wishes) -> Rendered | None:
        """Return the message of a digest."""

    async def instead(self, each: Delivery) -> Heard | None:
        """Return another alert of the same place that wants what an alert wants no more."""

    async def left(self, chat_id: int, why: str) -> None:
        """Know that a chat cannot be reached any more."""

    async def closed(self, address: Address) -> None:
        """Know that a forum's topic was closed."""

    async def moved(self, old: int, new: int) -> None:
        """Know that a group has another number."""


@dataclass(slots=True)
class Deliverer:
    """Sends what is due, until cancelled. `wake` is set when there may be something new.

    What the bot sends is counted by `bot.turns`, alerts as well as answers.
    """

    bot: Bot
    outbox: Outbox
    following: Following
    sayings: Sayings
    clocks: Clocks
    wake: asyncio.Event
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def run(self) -> None:
        """Drain the outbox, again and again; a failure is logged and tried again."""
        complain = Complaint(log, "alerts wait, Telegram cannot be reached")
        pause = LOOK_SECONDS
        while True:
            try:
                busy = await self.round()
                pause = LOOK_SECONDS
            except (NetworkError, TimedOut) as away:
                complain(away)
                busy, pause = False, min(pause * 2, LONGEST_PAUSE)
            except Exception:
                log.exception("alerts wait")
                busy, pause = False, min(pause * 2, LONGEST_PAUSE)
            if not busy:
                await self._rest(pause)

    async def round(self) -> bool:
        """Send what is due once in each chat; return whether anything was done.

        Raises NetworkError when Telegram cannot be reached: what was to be sent stays.
        """
        done = False
        for address in await self.outbox.digests(self.now()):
            done |= await self._digest(address)
        due = await self.outbox.due(self.now(), AT_ONCE)
        writable = [
            each.id for each in due if self.clocks.chat_wait(each.address.chat_id) <= LOOK_SECONDS
        ]
        async for ready in self._looked_at(writable):
            done |= await self._deliver(ready)
        return done

    async def _looked_at(self, numbers: Sequence[int]) -> AsyncIterator[Ready]:
        """Yield deliveries as they stand now; what was forgotten since the round began is not."""
        known: dict[int, Ready] = {}
        looked = -FRESH
        for place, number in enumerate(numbers):
            if place % TOGETHER == 0 or time.monotonic() - looked > FRESH:
                together = numbers[place : place + TOGETHER - place % TOGETHER]
                looked = time.monotonic()
                known = await self.outbox.ready(together, self.now() - LONGEST_DAY)
            if number in known:
                yield known[number]

    async def _deliver(self, ready: Ready) -> bool:
        each, alert = ready.delivery, ready.alert
        if each.state == EDIT and alert is None:
            await self.outbox.edited(each)
            return True
        if alert is None or (alert.paused and each.state == WAITING):
            await self._unwanted(each)
            return True
        if each.state == WAITING and await self._not_now(ready, alert):
            return True
        message = await self.sayings.one(ready)
        if message is None:
            await self.outbox.park([each.id], "its article is gone")
            return True
        if not await self._turn(each.address.chat_id):
            return True
        await _whole(self._say(each, message, silent=ready.wishes.silent))
        return True

    async def _say(self, each: Delivery, message: Rendered, *, silent: bool) -> None:
        try:
            if each.state == EDIT:
                await self._edit(each, message)
                await self.outbox.edited(each)
            else:
                sent = await self._send(each.address, message, silent=silent)
                await self.outbox.sent(each, sent.message_id, self.now())
        except TelegramError as error:
            await self._failed([each], error)

    async def _unwanted(self, each: Delivery) -> None:
        """Take back what its alert wants no more, unless another alert wants it instead."""
        other = await self.sayings.instead(each)
        if other is None:
            await self.outbox.drop(each.id)
        else:
            await self.outbox.reassign(each.id, other)

    async def _not_now(self, ready: Ready, alert: Alert) -> bool:
        """Put off what comes in quiet hours, while muted, or beyond the day's cap."""
        now, each = self.now(), ready.delivery
        rhythm = self.sayings.rhythm(ready.wishes)
        if rhythm.is_quiet(now):
            await self.outbox.postpone([each.id], rhythm.open_from(now))
            return True
        cap = self.sayings.cap(ready.wishes)
        said = ready.lately  # no fewer than today
        if cap is not None and said >= cap:
            said = await self.outbox.said_since(each.address.chat_id, rhythm.midnight(now))
        muted = alert.muted_until is not None and alert.muted_until > now
        if muted or alert.digest or (cap is not None and said >= cap):
            await self.outbox.postpone([each.id], rhythm.next_digest(now), state=DIGEST)
            return True
        return False

    async def _digest(self, address: Address) -> bool:
        if self.clocks.chat_wait(address.chat_id) > LOOK_SECONDS:
            return False
        deliveries = await self.outbox.digest(address)
        if await self._taken_back(deliveries):
            return True  # what is left is told in the next round
        numbers = [each.id for each in deliveries]
        wishes = await self.following.wishes(address.chat_id)
        now, rhythm = self.now(), self.sayings.rhythm(wishes)
        if rhythm.is_quiet(now):
            await self.outbox.postpone(numbers, rhythm.open_from(now))
            return True
        message = await self.sayings.digest(deliveries, wishes)
        if message is None:
            await self.outbox.park(numbers, "its article is gone")
            return True
        if not await self._turn(address.chat_id):
            return True
        await _whole(self._say_all(address, deliveries, message))
        return True

    async def _taken_back(self, deliveries: Sequence[Delivery]) -> bool:
        """Take back what of a digest is not wanted any more; return whether there was any."""
        alerts = await self.following.by_ids({each.alert_id for each in deliveries})
        going = {number for number, alert in alerts.items() if not alert.paused}
        unwanted = [each for each in deliveries if each.alert_id not in going]
        for each in unwanted:
            await self._unwanted(each)
        return bool(unwanted)

    async def _say_all(
        self, address: Address, deliveries: Sequence[Delivery], message: Rendered
    ) -> None:
        try:
            sent = await self._send(address, message, silent=True)
        except TelegramError as error:
            await self._failed(deliveries, error)
        else:
            numbers = [each.id for each in deliveries]
            await self.outbox.digested(numbers, sent.message_id, self.now())

    async def _turn(self, chat_id: int) -> bool:
        """Wait for a turn; answers that are sent meanwhile go first.

        Return whether it came soon: what was read long ago may not hold any more.
        """
        soon = True
        # A clock, not an event: every answer that is sent meanwhile moves the turn.
        while (seconds := self.clocks.wait(chat_id)) > 0:
            soon = soon and seconds <= LOOK_SECONDS
            await asyncio.sleep(seconds)
        return soon

    async def _send(self, address: Address, message: Rendered, *, silent: bool) -> Message:
        return await self.bot.send_message(
            address.chat_id,
            message.html,
            message_thread_id=address.thread_id or None,
            parse_mode=ParseMode.HTML,
            reply_markup=markup(message.keyboard),
            disable_notification=silent or None,
        )

    async def _edit(self, each: Delivery, message: Rendered) -> None:
        try:
            await self.bot.edit_message_text(
                message.html,
                chat_id=each.address.chat_id,
                message_id=each.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=markup(message.keyboard),
            )
        except BadRequest as refused:
            # The reader deleted it, or it says all this already.
            log.info("alert not edited: %s", refused)

    async def _failed(self, deliveries: Sequence[Delivery], error: TelegramError) -> None:
        """Do what the refusal demands. Raises the network's own failures again."""
        address, now = deliveries[0].address, self.now()
        words = str(error).lower()
        match error:
            case RetryAfter():
                until = now + timedelta(seconds=wait_seconds(error))
                await self.outbox.hold(address.chat_id, until)
            case ChatMigrated():
                await self.sayings.moved(address.chat_id, error.new_chat_id)
            case Forbidden():
                await self.sayings.left(address.chat_id, str(error))
            case BadRequest() if any(each in words for each in _TOPIC):
                await self.sayings.closed(address)
            case BadRequest() if any(each in words for each in _GONE + _NO_RIGHTS):
                await self.sayings.left(address.chat_id, str(error))
            case BadRequest():
                await self._put_off(deliveries, error)
            case _:
                # Others go first when it is tried again: what fails may be this message alone.
                later = now + AWAY * random.uniform(1.0, 1.5)  # noqa: S311 - spreads load
                await self.outbox.postpone([each.id for each in deliveries], later)
                raise error

    async def _put_off(self, deliveries: Sequence[Delivery], error: BadRequest) -> None:
        for each in deliveries:
            if each.tries + 1 >= TRIES:
                log.error("delivery %d is parked: %s", each.id, error)
                await self.outbox.park([each.id], str(error))
            else:
                spread = random.uniform(1.0, 1.5)  # noqa: S311 - spreads load, guards nothing
                later = self.now() + BACKOFF * 2**each.tries * spread
                await self.outbox.refused(each.id, later, str(error))

    async def _rest(self, seconds: float) -> None:
        """Wait for something new, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        except TimeoutError:
            return
        finally:
            self.wake.clear()


async def _whole(saying: Coroutine[Any, Any, None]) -> None:
    """Say and mark, to the end even when the bot is stopped: what is not marked is said again."""
    task = asyncio.create_task(saying)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (failure := task.exception()):
            log.warning("stopped in the midst of an alert: %s", failure)
        raise
