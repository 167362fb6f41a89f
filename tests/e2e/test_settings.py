"""A chat's hours, limits and language, and its own data: shown, exported, deleted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.store.following import Address

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running

pytestmark = pytest.mark.usefixtures("bot")

QATAR = "What did the Qatar foreign ministry say about contacts with HTS?"


async def test_a_zone_is_chosen_by_button_by_name_and_by_a_guess(
    bot: Running, anna: Reader
) -> None:
    settings = await anna.say("/settings")
    await anna.press(settings, "Time zone")
    await settings.edited()
    cities = settings.labels
    await anna.press(settings, "Cairo")
    await settings.edited()
    cairo = bot.alerts.chosen[1001].zone
    named = await anna.say("/settings new york")
    misspelt = await anna.say("/settings Berut")
    await anna.press(misspelt, "Beirut (Asia/Beirut)")
    await misspelt.edited()

    assert len(cities) == 12
    assert cairo == "Africa/Cairo"
    assert "New York" in named.text
    assert misspelt.text.startswith("Settings of this chat\nTime zone: \u2068Beirut\u2069")
    assert bot.alerts.chosen[1001].zone == "Asia/Beirut"


async def test_a_zone_like_no_other_is_explained(huda: Reader) -> None:
    unknown = await huda.say("/settings qqqqzzzz")

    assert unknown.text.startswith("لا أعرف منطقة زمنية باسم «\u2068qqqqzzzz\u2069».\nأين أنت؟")


async def test_hours_limit_sound_and_language_are_chosen_by_buttons(
    bot: Running, anna: Reader
) -> None:
    settings = await anna.say("/settings")

    for door, choice in (
        ("Quiet hours", "23:00 to 08:00"),
        ("Digest", "18:00"),
        ("Daily limit", "No limit"),
        (None, "Silent"),
    ):
        for label in filter(None, (door, choice)):
            await anna.press(settings, label)
            await settings.edited()
    chosen = bot.alerts.chosen[1001]
    await anna.press(settings, "Language")
    await settings.edited()
    await anna.press(settings, "العربية")
    await settings.edited()

    assert (chosen.quiet_from, chosen.quiet_until) == (23 * 60, 8 * 60)
    assert (chosen.digest_at, chosen.daily_cap, chosen.silent) == (18 * 60, 0, True)
    assert settings.text == "سأتحدث بالعربية هنا."


async def test_quotes_are_dated_by_the_chats_clock(bot: Running, anna: Reader) -> None:
    when = datetime(2024, 12, 10, 22, 30, tzinfo=UTC)
    bot.archive.articles = [replace(each, published=when) for each in bot.archive.articles]

    usual = await anna.say(QATAR)
    await anna.say("/settings Asia/Beirut")
    local = await anna.say(QATAR)

    assert "10 December 2024, 22:30 UTC" in usual.text
    assert "11 December 2024, 00:30\u2069" in local.text


async def test_everything_that_is_stored_is_sent_as_a_file(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.say("/alert Qatar قطر")

    sent = await anna.say("/export")

    document = sent.data["document"]
    stored = json.loads(telegram.files[document["file_id"]].content)
    assert document["file_name"] == "isnad.json"
    assert stored["alert"][0]["query"] == "Qatar قطر"
    assert sent.text == "Everything that is stored about this chat is in this file."


async def test_everything_is_deleted_at_once_but_only_when_that_is_meant(
    bot: Running, huda: Reader
) -> None:
    await huda.say("/alert قطر")

    asked = await huda.say("/forget")
    question = asked.text
    await huda.press(asked, "أبقِ كل شيء")
    await asked.edited()
    kept = await bot.alerts.of(Address(1002))
    again = await huda.say("/forget")
    await huda.press(again, "احذف كل شيء")
    await again.edited()

    assert question.startswith("هل أحذف كل ما هو محفوظ عن هذه المحادثة: تنبيهها وإعداداتها")
    assert [each.query for each in kept] == ["قطر"]
    assert asked.text == "لم يُحذف شيء."
    assert again.text == "تم: لم يعد شيء محفوظًا عن هذه المحادثة."
    assert await bot.alerts.of(Address(1002)) == []


async def test_privacy_says_what_alerts_store_and_how_to_be_rid_of_it(anna: Reader) -> None:
    privacy = await anna.say("/privacy")

    assert "Alerts: the words you follow" in privacy.text
    assert {"/export", "/forget"} <= set(privacy.text.splitlines())
