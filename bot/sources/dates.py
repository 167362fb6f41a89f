"""When it was published: only what is written as a date, in either language, never a guess."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

from babel.dates import get_day_names, get_month_names

YEARS = range(1900, 2101)
LONGEST = 80
NEAR_THE_TOP = 5  # lines in which a date standing alone is the article's

_LOCALES = ("en", "ar", "ar_SY", "ar_MA", "ar_DZ", "ar_MR")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
_ALEFS = str.maketrans("\u0623\u0625\u0622", "\u0627" * 3, "\u0640")
_NUMERIC = re.compile(r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})")
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)? (?P<month>[^0-9]+?),? (?P<year>[0-9]{4}) ?\u0645?"
)
_MONTH_FIRST = re.compile(
    r"(?P<month>[^0-9]+?) (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})"
)
_TIME = re.compile(
    r"""(?:[t ]|,\ ?|\ ?-\ ?|\ at\ )
    (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?: :(?P<second>[0-9]{2})(?:[.,][0-9]+)? )?
    \ ?(?P<half>[ap]m|[\u0635\u0645])?
    \ ?(?P<zone>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?$""",
    re.VERBOSE,
)
_LABEL = re.compile(
    r"(?:date|published(?: on| at)?|posted(?: on)?"
    r"|التاريخ|تاريخ(?: النشر)?|نشر(?: في| بتاريخ)?)(?: ?: ?| )"
)


def parse(value: object) -> date:
    """Return a date, or an aware UTC datetime where a time is given (UTC unless it says).

    Takes ISO 8601 and full dates with the month's name in English or Arabic. Raises ValueError.
    """
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return _checked(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError("not a date")
    return _parse_text(_plain(value))


def standing_alone(line: str) -> date | None:
    """Return the date that a line consists of, with or without "Published:", or None."""
    if not line or len(line) > LONGEST:
        return None
    plain = _plain(line)
    label = _LABEL.match(plain)
    try:
        return _parse_text(plain[label.end() :] if label else plain)
    except ValueError:
        return None


def near_the_top(text: str) -> date | None:
    """Return the first date that stands alone among the first lines of the text, or None."""
    head = text.lstrip()[: NEAR_THE_TOP * 1_000].splitlines()
    filled = [line for line in head if line.strip()][:NEAR_THE_TOP]
    return next(filter(None, map(standing_alone, filled)), None)


def _parse_text(text: str) -> date:
    clock = _TIME.search(text)
    day = _parse_day(text[: clock.start()] if clock else text)
    if clock is None:
        return day
    hour = int(clock["hour"])
    if clock["half"]:
        if hour not in range(1, 13):
            raise ValueError("not a date")
        afternoon = clock["half"] in {"pm", "\u0645"}
        hour = hour % 12 + 12 * afternoon
    try:
        moment = time(hour, int(clock["minute"]), int(clock["second"] or 0), tzinfo=_zone(clock))
    except ValueError:
        raise ValueError("not a date") from None
    return _in_utc(datetime.combine(day, moment))


def _parse_day(text: str) -> date:
    first, _, rest = text.partition(" ")
    if first.rstrip(",") in _weekdays():
        text = rest
    match = next(
        (
            found
            for pattern in (_NUMERIC, _DAY_FIRST, _MONTH_FIRST)
            if (found := pattern.fullmatch(text))
        ),
        None,
    )
    if match is None:
        raise ValueError("not a date")
    name = match["month"]
    month = int(name) if name.isdecimal() else _month(name)
    try:
        return _checked(date(int(match["year"]), month, int(match["day"])))
    except ValueError:
        raise ValueError("not a date") from None


def _month(name: str) -> int:
    """Return the month, also when it is named twice as in "كانون الأول/ديسمبر"; 0 for no month."""
    numbers = {_months().get(part.strip(" .")) for part in name.split("/")}
    return (numbers.pop() or 0) if len(numbers) == 1 else 0


def _zone(clock: re.Match[str]) -> timezone:
    offset = clock["zone"]
    if not offset or offset in {"z", "utc", "gmt"}:
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))


def _in_utc(moment: datetime) -> datetime:
    _checked(moment)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    _checked(moment)
    return moment


def _checked(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError("not a date")
    return day


def _plain(text: str) -> str:
    """Return the text in one way of writing: spaces, digits, commas, case, alefs, no marks."""
    spaced = " ".join(text.casefold().replace("\u060c", ",").split())
    bare = "".join(each for each in spaced if unicodedata.category(each) not in {"Mn", "Cf"})
    return bare.translate(_DIGITS).translate(_ALEFS)


@cache
def _months() -> dict[str, int]:
    names = {"sept": 9}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                names.setdefault(_plain(name), number)
    return names


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        _plain(name)
        for locale in ("en", "ar")
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, locale=locale).values()
    )
