"""What an installation's settings change about alerts, and what its operators see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.store.following import Address
from tests.e2e.conftest import running

if TYPE_CHECKING:
    from pathlib import Path

    from bot.preview.telegram import LoopbackTelegram
    from tests.fakes.archive import FakeArchive


async def test_alerts_made_too_fast_are_slowed_down(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path
) -> None:
    async with running(telegram, archive, tmp_path, questions_per_minute=1) as bot:
        eve = telegram.reader(3003, language_code="en")
        await eve.say("/alert Qatar")
        slowed = await eve.say("/alert Syria")

        assert slowed.text.startswith("One moment: one question in a minute.")
        assert [each.query for each in await bot.alerts.of(Address(3003))] == ["Qatar"]


async def test_status_is_for_operators_alone(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path
) -> None:
    async with running(telegram, archive, tmp_path, admins=frozenset({1})) as bot:
        bot.alerts.figures = {"update": datetime(2024, 12, 9, 12, tzinfo=UTC), "waiting": 3}
        operator = telegram.reader(1, language_code="en")
        stranger = telegram.reader(2, language_code="en")

        status, guide = await operator.say("/status"), await operator.say("/help")
        refused, usual = await stranger.say("/status"), await stranger.say("/help")

        assert status.text.splitlines()[1:] == [
            "Last update from Telegram: \u20689 December 2024, 12:00 UTC\u2069",
            "Alerts waiting to be sent: 3",
        ]
        assert status.labels == []
        assert guide.text.splitlines()[-2:] == ["/status", "/feeds"]
        assert len(usual.text.splitlines()) <= 12
        assert refused.text.startswith("I don't know that command.")
        assert "/status" not in usual.text


async def test_what_telegram_refused_is_tried_again_by_a_button_for_operators(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path
) -> None:
    async with running(telegram, archive, tmp_path, admins=frozenset({1})) as bot:
        bot.alerts.figures = {"parked": 2, "alerts": 5}
        operator = telegram.reader(1, language_code="ar")
        group = telegram.group(-100200)
        status = await operator.in_(group).say("/status")

        refused = await telegram.reader(2).in_(group).press(status, "حاول ثانية")
        kept = bot.alerts.figures["parked"]
        pressed = await operator.in_(group).press(status, "حاول ثانية")
        await status.edited()

        assert (refused.text, kept) == ("This button no longer works. Please ask again.", 2)
        assert pressed.text == "أعيد محاولة إرسال تنبيهين."
        assert status.labels == []
        assert "التنبيهات: 5" in status.text


async def test_the_usual_zone_of_the_installation_is_named(
    telegram: LoopbackTelegram, archive: FakeArchive, tmp_path: Path
) -> None:
    async with running(telegram, archive, tmp_path, time_zone="Asia/Beirut"):
        huda = telegram.reader(2, language_code="ar")

        receipt = await huda.say("/alert قطر")

        assert "بتوقيت \u2068بيروت\u2069" in receipt.text
