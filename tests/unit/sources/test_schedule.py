from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.schedule import (
    DEAD_AFTER,
    LONGEST,
    LONGEST_WAIT,
    SHORTEST,
    Outcome,
    State,
    Turn,
    next_poll,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
durations = st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=400))
outcomes = st.builds(
    Outcome,
    new=st.integers(0, 500),
    fault=st.none() | st.sampled_from(["not found", "too slow"]),
    gone=st.booleans(),
    fresh=durations,
    wait=durations,
)


def after(state: State, *outcomes: Outcome, jitter: float = 0.0) -> State:
    for each in outcomes:
        state = next_poll(state, each, state.due, jitter=jitter)
    return state


@given(st.lists(st.tuples(outcomes, st.floats(0, 1, exclude_max=True)), max_size=40))
def test_a_feed_is_asked_neither_too_often_nor_never(polls: list[tuple[Outcome, float]]) -> None:
    state = State(NOW)
    turns = []

    for outcome, jitter in polls:
        before = state
        state = next_poll(before, outcome, before.due, jitter=jitter)
        pause = state.due - before.due
        assert SHORTEST / 2 <= pause <= max(LONGEST * 1.1, LONGEST_WAIT)
        assert SHORTEST <= state.interval <= LONGEST
        if outcome.fault and outcome.wait:
            assert pause >= min(outcome.wait, LONGEST_WAIT)
        if not outcome.fault:
            assert pause >= SHORTEST
            assert pause >= min(outcome.fresh or SHORTEST, LONGEST)
        turns.append(state.turn)

    told = [turn for turn in turns if turn]
    assert told == [Turn.DIED, Turn.CAME_BACK] * (len(told) // 2) + [Turn.DIED] * (len(told) % 2)


def test_news_shorten_the_pause_and_quiet_lengthens_it() -> None:
    burst = after(State(NOW), *[Outcome(new=10)] * 2)
    quiet = after(State(NOW), *[Outcome()] * 8)

    assert burst.interval == SHORTEST
    assert quiet.interval == LONGEST


def test_a_feed_that_fails_is_asked_ever_less_and_told_of_once() -> None:
    failed = Outcome(fault="too slow")

    states = [State(NOW)]
    while states[-1].due < NOW + 3 * DEAD_AFTER:
        states.append(after(states[-1], failed))

    pauses = [b.due - a.due for a, b in pairwise(states)]
    assert pauses == sorted(pauses)
    assert [each.turn for each in states if each.turn] == [Turn.DIED]
    assert pauses[-1] == LONGEST


def test_a_dead_feed_comes_back_by_itself_at_the_pace_it_had() -> None:
    dead = after(State(NOW, interval=timedelta(minutes=30)), *[Outcome(fault="not found")] * 30)

    back = after(dead, Outcome(new=1))
    later = after(back, Outcome())

    assert dead.dead
    assert (back.turn, back.dead, back.failures) == (Turn.CAME_BACK, False, 0)
    assert back.interval < timedelta(minutes=31)
    assert later.turn is None


def test_a_feed_that_is_gone_is_told_of_at_once() -> None:
    gone = after(State(NOW), Outcome(fault="gone for good", gone=True))

    assert gone.turn is Turn.DIED
    assert gone.due == NOW + LONGEST


@pytest.mark.parametrize("outcome", [Outcome(fault="x", wait=timedelta(hours=9)),
                                     Outcome(fresh=timedelta(hours=5))])  # fmt: skip
def test_what_the_server_asks_for_is_obeyed(outcome: Outcome) -> None:
    state = after(State(NOW), outcome)

    assert state.due >= NOW + (outcome.wait or outcome.fresh or timedelta.max)


def test_feeds_added_together_part() -> None:
    dues = {next_poll(State(NOW), Outcome(), NOW, jitter=n / 10).due for n in range(10)}

    assert len(dues) == 10
