"""Quiet hours and digests, in any time zone and across every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hours import DAY, Rhythm

ZONES = [
    *("UTC", "Europe/London", "Asia/Beirut", "Asia/Gaza", "Africa/Cairo", "Africa/Casablanca"),
    *("America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"),
    *("Asia/Kathmandu", "Pacific/Chatham"),
]
MINUTE = timedelta(minutes=1)
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - Hypothesis puts the zone on
    datetime(2027, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)
minutes = st.integers(0, DAY - 1)
nights = st.integers(0, 5 * 60)  # where clocks are changed
rhythms = st.builds(
    Rhythm, st.sampled_from(ZONES).map(ZoneInfo), minutes | nights, minutes | nights, minutes
)


@given(rhythms, moments)
def test_what_waits_for_the_end_of_quiet_hours_comes_outside_them(
    rhythm: Rhythm, at: datetime
) -> None:
    opened = rhythm.open_from(at)

    assert opened >= at
    assert not rhythm.is_quiet(opened)
    assert opened - at <= timedelta(hours=26)


@given(rhythms, moments)
@settings(max_examples=40)
def test_what_waits_comes_at_the_first_minute_that_is_not_quiet(
    rhythm: Rhythm, at: datetime
) -> None:
    opened = rhythm.open_from(at)

    waited = int((opened - at) / MINUTE)

    assert all(rhythm.is_quiet(at + each * MINUTE) for each in range(waited))


@given(rhythms, moments)
def test_a_digest_comes_later_and_never_in_quiet_hours(rhythm: Rhythm, at: datetime) -> None:
    due = rhythm.next_digest(at)

    assert at < due <= at + timedelta(hours=76)
    assert not rhythm.is_quiet(due)


@given(rhythms, moments)
def test_there_is_a_digest_every_day(rhythm: Rhythm, at: datetime) -> None:
    first = rhythm.next_digest(at)

    second = rhythm.next_digest(first)

    assert timedelta() < second - first <= timedelta(hours=50)


@given(rhythms, moments)
def test_a_day_begins_at_the_chats_own_midnight(rhythm: Rhythm, at: datetime) -> None:
    began = rhythm.midnight(at)

    assert began <= at < began + timedelta(hours=26)
    assert began.astimezone(rhythm.zone).date() == at.astimezone(rhythm.zone).date()


def test_quiet_hours_past_midnight_are_quiet_on_both_sides_of_it() -> None:
    rhythm = Rhythm(ZoneInfo("Asia/Beirut"), 22 * 60, 7 * 60, 8 * 60)

    quiet = [
        rhythm.is_quiet(datetime(2026, 11, 22, hour, 59, tzinfo=rhythm.zone))
        for hour in (21, 22, 23, 3, 6, 7)
    ]

    assert quiet == [False, True, True, True, True, False]


def test_an_hour_that_summer_time_leaves_out_is_over_when_the_clock_has_jumped() -> None:
    rhythm = Rhythm(ZoneInfo("Europe/London"), 0, 90, 8 * 60)  # until 01:30, which is skipped
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    assert rhythm.open_from(before) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_equal_ends_mean_no_quiet_hours() -> None:
    rhythm = Rhythm(ZoneInfo("UTC"), 8 * 60, 8 * 60, 8 * 60)

    assert not any(rhythm.is_quiet(datetime(2026, 1, 1, hour, tzinfo=UTC)) for hour in range(24))
