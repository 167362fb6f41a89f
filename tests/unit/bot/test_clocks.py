from __future__ import annotations

import pytest

from bot.clocks import BETWEEN, IN_A_CHAT, IN_A_GROUP, MOST, WINDOW, Clocks


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clocks(clock: Clock) -> Clocks:
    return Clocks(clock)


def test_chats_are_written_to_one_after_the_other_below_the_limit_over_all(
    clock: Clock, clocks: Clocks
) -> None:
    said = []
    for chat in range(1, 301):
        clock.now += clocks.wait(chat)
        clocks.said(chat)
        said.append(clock.now)

    assert all(later - one >= WINDOW for one, later in zip(said, said[MOST:], strict=False))
    assert 28 < 300 / (said[-1] - said[0]) < 30


def test_turns_that_were_missed_are_made_up_for_and_the_limit_is_kept(
    clock: Clock, clocks: Clocks
) -> None:
    said = []
    for chat in range(1, 301):
        clock.now += clocks.wait(chat) + (0.2 if chat % 50 == 0 else 0)
        clocks.said(chat)
        said.append(clock.now)

    assert all(later - one >= 1 for one, later in zip(said, said[30:], strict=False))
    assert said[-1] - said[0] < 1.05 * 300 / MOST * WINDOW


def test_a_chat_is_written_to_once_a_second_and_a_group_less(clock: Clock, clocks: Clocks) -> None:
    clocks.said(1)
    clocks.said(-1)
    clock.now += BETWEEN * 2

    assert clocks.wait(1) == pytest.approx(IN_A_CHAT - BETWEEN * 2)
    assert clocks.wait(-1) == pytest.approx(IN_A_GROUP - BETWEEN * 2)
    assert clocks.wait(2) == 0


def test_a_refusal_belongs_to_its_chat_alone(clock: Clock, clocks: Clocks) -> None:
    clocks.refused(1, 43_837)

    assert clocks.wait(1) == 43_837
    assert clocks.wait(2) == 0
    clock.now += 43_837
    assert clocks.wait(1) == 0


def test_a_second_chat_that_is_refused_holds_everybody(clock: Clock, clocks: Clocks) -> None:
    clocks.refused(1, 60)
    clocks.refused(2, 5)

    assert clocks.wait(3) == 5
    clock.now += 5
    assert clocks.wait(3) == 0
    assert clocks.wait(1) == 55


def test_refusals_one_after_the_other_hold_nobody_else(clock: Clock, clocks: Clocks) -> None:
    clocks.refused(1, 5)
    clock.now += 5
    clocks.refused(2, 5)

    assert clocks.wait(3) == 0


def test_the_same_chat_refused_twice_holds_nobody_else(clocks: Clocks) -> None:
    clocks.refused(1, 5)
    clocks.refused(1, 8)

    assert clocks.wait(1) == 8
    assert clocks.wait(2) == 0
