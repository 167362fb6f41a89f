from __future__ import annotations

import asyncio
import io
import itertools
import logging

import pytest
from telegram import Chat, Message, Update, User
from telegram.error import Conflict, NetworkError

from bot.polling import Complaint, Pulse, ReaderQueues, Seen, until_deaf


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def written() -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    log = logging.getLogger("tests.polling")
    log.handlers[:] = [logging.StreamHandler(stream)]
    return log, stream


numbers = itertools.count(1)


def update(reader: int) -> Update:
    number = next(numbers)
    chat = Chat(reader, Chat.PRIVATE)
    message = Message(number, None, chat, from_user=User(reader, "A", is_bot=False))
    return Update(number, message=message)


async def test_a_silence_ends_the_wait_and_each_answer_prolongs_it() -> None:
    clock = Clock()
    pulse = Pulse(clock)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        slept.append(seconds)
        if len(slept) < 3:
            clock.now -= 50
            pulse.beat()
            clock.now += 50

    await until_deaf(pulse, 180, sleep)

    assert slept == [180, 130, 130]
    assert pulse.silence() == 180


async def test_one_readers_updates_stay_in_order_while_others_pass() -> None:
    queues = ReaderQueues(at_once=2)
    held = asyncio.Event()
    done: list[str] = []

    async def work(name: str, wait: asyncio.Event | None = None) -> None:
        if wait:
            await wait.wait()
        done.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(queues.process_update(update(1), work("first", held)))
        group.create_task(queues.process_update(update(1), work("second")))
        group.create_task(queues.process_update(update(1), work("third")))
        await group.create_task(queues.process_update(update(2), work("other")))
        assert done == ["other"]
        held.set()

    assert done == ["other", "first", "second", "third"]
    assert len(queues) == 0


async def test_no_more_readers_are_served_than_there_are_places() -> None:
    queues = ReaderQueues(at_once=2)
    serving, most = 0, 0

    async def work() -> None:
        nonlocal serving, most
        serving += 1
        most = max(most, serving)
        await asyncio.sleep(0)  # lets the others have their turn
        serving -= 1

    async with asyncio.TaskGroup() as group:
        for reader in range(10):
            group.create_task(queues.process_update(update(reader), work()))

    assert most == 2


async def test_a_failing_update_does_not_block_its_reader() -> None:
    queues = ReaderQueues()
    done: list[bool] = []

    async def fail() -> None:
        raise ValueError("broken")

    async def work() -> None:
        done.append(True)

    with pytest.raises(ValueError, match="broken"):
        await queues.process_update(update(1), fail())
    await queues.process_update(update(1), work())

    assert done == [True]
    assert len(queues) == 0


async def test_an_update_cancelled_before_its_turn_leaves_nothing_behind() -> None:
    queues = ReaderQueues()
    held = asyncio.Event()

    async def wait() -> None:
        await held.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(queues.process_update(update(1), wait()))
        waiting = group.create_task(queues.process_update(update(1), wait()))
        await asyncio.sleep(0)  # a turn: both wait
        waiting.cancel()
        held.set()

    assert len(queues) == 0


async def test_what_a_reader_sends_past_the_most_that_may_wait_is_dropped_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    queues = ReaderQueues(most=2)
    held = asyncio.Event()
    done: list[int] = []

    async def work(number: int) -> None:
        await held.wait()
        done.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(queues.process_update(update(4242), work(number)))
        group.create_task(queues.process_update(update(2), work(100)))
        await asyncio.sleep(0)  # a turn: all wait
        held.set()

    assert sorted(done) == [0, 1, 2, 100]
    assert caplog.messages == ["one reader sent too much at once: 3 updates dropped"]
    assert len(queues) == 0


def test_a_lasting_failure_is_one_line_a_minute() -> None:
    log, stream = written()
    clock = Clock()
    complain = Complaint(log, "cannot hear Telegram", clock)

    for _ in range(120):
        complain(NetworkError("no route"))
        clock.now += 1

    assert stream.getvalue() == "cannot hear Telegram: NetworkError: no route\n" * 2


def test_a_second_poller_is_named_as_such() -> None:
    log, stream = written()

    Complaint(log, "cannot hear Telegram")(Conflict("terminated by other getUpdates request"))

    assert "another program is polling with this bot's token" in stream.getvalue()


def test_the_numbers_of_old_updates_are_forgotten() -> None:
    seen = Seen(most=2)

    again = [seen.again(number) for number in (1, 2, 2, 3, 1, 3)]

    assert again == [False, False, True, False, False, True]
