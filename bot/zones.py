"""Time zones as readers know them: by a city's name in either language, or by their own name."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from retrieval.models import Language
from retrieval.text import fold

if TYPE_CHECKING:
    from bot.i18n.catalog import Voice

# Where much of the news in the two languages is made: a button each.
CITIES = (
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Damascus",
    "Asia/Baghdad",
    "Asia/Riyadh",
    "Asia/Qatar",
    "Asia/Dubai",
    "Europe/Istanbul",
    "Europe/Paris",
    "Europe/London",
    "America/New_York",
)
# Zones that bear a country's name, by their city; babel has the country's.
_CAPITALS = {"Asia/Qatar": {Language.ARABIC: "الدوحة", Language.ENGLISH: "Doha"}}
LONGEST = 40  # characters of a name that are looked at
_LOCALES = {language: Locale(language.value) for language in Language}
_ALIKE = 0.6  # of difflib's ratio


def find(text: str) -> str | None:
    """Return the zone that a text names: "Asia/Beirut", "beirut", "بيروت"; None for no zone."""
    return _names().get(_key(text))


def near(text: str, most: int = 3) -> tuple[str, ...]:
    """Return zones whose names look like the text, the likest first. Takes some milliseconds."""
    names = _names()
    close = difflib.get_close_matches(_key(text), names, 4 * most, _ALIKE)
    return tuple(dict.fromkeys(names[each] for each in close))[:most]


def city(zone: str, language: Language) -> str:
    """Return the name of a zone's city, as the language has it."""
    return _cities(language).get(zone) or zone.rpartition("/")[2].replace("_", " ")


def prepare() -> None:
    """Read every zone's names, which takes a tenth of a second, before anybody asks for one."""
    _names()


@cache
def clock(zone: str) -> ZoneInfo:
    """Return the clock of a zone; of one that is not known any more, that of Greenwich."""
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def localised(say: Voice, chosen: str | None, usual: str) -> Voice:
    """Return a voice that gives times by a chat's clock.

    The zone is named where the chat has chosen none and sees the installation's `usual` one.
    """
    if chosen:
        return say.local(clock(chosen))
    name = "UTC" if usual == "UTC" else say.plain("city_time", city=city(usual, say.language))
    return say.local(clock(usual), name)


def _key(text: str) -> str:
    return fold(" ".join(text[:LONGEST].replace("_", " ").split()))


@cache
def _names() -> dict[str, str]:
    """Return zones by everything they are called, folded; the cities of the buttons go first."""
    # "Etc/GMT+3" is three hours behind Greenwich: nobody who writes it wants that.
    places = (zone for zone in available_timezones() if not zone.startswith(("Etc/", "GMT")))
    zones = sorted(set(places) - {"localtime", "Factory"}, key=_rank)
    names: dict[str, str] = {}
    for zone in zones:
        names.setdefault(_key(zone), zone)
    for zone in zones:
        for language in Language:
            names.setdefault(_key(city(zone, language)), zone)
        names.setdefault(_key(zone.rpartition("/")[2]), zone)
    return names


def _rank(zone: str) -> tuple[bool, bool, str]:
    return zone not in CITIES, "/" not in zone, zone


@cache
def _cities(language: Language) -> dict[str, str]:
    listed: dict[str, dict[str, Any]] = dict(_LOCALES[language].time_zones)
    cities = {zone: str(each["city"]) for zone, each in listed.items() if "city" in each}
    return cities | {zone: names[language] for zone, names in _CAPITALS.items()}
