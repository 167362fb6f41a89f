from __future__ import annotations

from bot.limiter import Pace, Wait


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_window_slides() -> None:
    clock = Clock()
    pace = Pace(2, clock)
    assert pace.ask(1) is None
    clock.now += 40
    assert pace.ask(1) is None

    early = pace.ask(1)
    clock.now += 20

    assert early == Wait(20, tell=True)
    assert pace.ask(1) is None
    assert pace.ask(1) == Wait(40, tell=True)


def test_a_reader_is_told_once_until_a_question_is_answered_again() -> None:
    clock = Clock()
    pace = Pace(1, clock)
    pace.ask(1)

    told = [wait.tell for wait in (pace.ask(1), pace.ask(1), pace.ask(1)) if wait]

    assert told == [True, False, False]


def test_one_readers_pace_is_not_anothers() -> None:
    pace = Pace(1, Clock())
    pace.ask(1)

    assert pace.ask(2) is None


def test_refused_questions_do_not_lengthen_the_wait() -> None:
    clock = Clock()
    pace = Pace(1, clock)
    pace.ask(1)
    clock.now += 59
    pace.ask(1)
    clock.now += 1

    assert pace.ask(1) is None


def test_idle_readers_are_forgotten() -> None:
    clock = Clock()
    pace = Pace(5, clock)
    for reader in range(100):
        pace.ask(reader)
    clock.now += 60

    pace.ask(1000)

    assert len(pace) == 1


def test_a_crowd_is_bounded() -> None:
    pace = Pace(5, Clock(), most=10)

    for reader in range(100):
        pace.ask(reader)

    assert len(pace) == 10
