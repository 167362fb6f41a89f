"""Following coverage: alerts made, listed and changed, in chats of every kind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.forecast import Forecast
from bot.render_alerts import Told
from bot.store.following import Address
from retrieval.models import Language
from tests.fakes.alerts import MOST

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running

pytestmark = pytest.mark.usefixtures("bot")

QATAR = "What did the Qatar foreign ministry say about contacts with HTS?"
GROUP, CHANNEL = -100200, -100300


async def held(bot: Running, chat: int, topic: int = 0) -> list[str]:
    return [each.query for each in await bot.alerts.of(Address(chat, topic))]


def reply_markup(telegram: LoopbackTelegram) -> dict[str, Any]:
    """The keyboard that went out with the last message."""
    markup: dict[str, Any] = telegram.called("sendMessage")[-1].get("reply_markup", {})
    return markup


# Made


async def test_words_behind_the_command_are_saved_and_a_receipt_says_what_they_catch(
    bot: Running, anna: Reader, huda: Reader
) -> None:
    english = await anna.say("/alert Qatar -football")
    arabic = await huda.say("/alert قطر | Qatar")

    assert english.text.startswith("Saved: alert “\u2068Qatar -football\u2069”.\nIt would have")
    assert "1) Qatar opens contacts" in english.text
    assert english.text.endswith("I stay quiet from 22:00 to 07:00, \u2068UTC\u2069 time. "
                                 "To change that:\n/settings")  # fmt: skip
    assert english.labels == ["Digest instead", "Edit", "Delete"]
    assert arabic.text.startswith("حُفظ التنبيه «\u2068قطر | Qatar\u2069».")
    assert await held(bot, 1001) == ["Qatar -football"]
    assert await held(bot, 1002) == ["قطر | Qatar"]


async def test_a_star_is_everything_and_nothing_found_is_warned_of(
    bot: Running, anna: Reader, huda: Reader
) -> None:
    bot.alerts.forecasts["*"] = Forecast(1200, 40.0, ())

    everything = await anna.say("/alert *")
    nothing = await huda.say("/alert زززز")

    assert everything.text.startswith("Saved: alert “\u2068everything\u2069”.")
    assert "That is about 40 a day" in everything.text
    assert "لم يكن ليطابق شيئًا في آخر 30 يومًا" in nothing.text


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ('"truce talks', "A phrase needs quotes at both ends."),
        ("-football", "This only says what you do not want."),
        ("!!!", "I see no word to follow in that."),
        (" ".join(f"w{n}" for n in range(17)), "The most is, in words: 16"),
        ("word " * 50, "The most is, in characters: 200"),
        ("Qatar | -Syria", "What is left out can have no alternative: \u2068Syria\u2069."),
        ("«محادثات الهدنة", "A phrase needs quotes at both ends."),
    ],
)
async def test_words_that_cannot_be_followed_are_explained_and_asked_for_again(
    bot: Running, anna: Reader, telegram: LoopbackTelegram, words: str, english: str
) -> None:
    explained = await anna.say(f"/alert {words}")
    forced = reply_markup(telegram)
    saved = await anna.say("Doha", reply_to=explained)

    assert english in explained.text
    assert explained.text.endswith("Reply to this message with them.")
    assert forced["force_reply"]
    assert saved.text.startswith("Saved: alert “\u2068Doha\u2069”.")
    assert await held(bot, 1001) == ["Doha"]


async def test_the_bare_command_asks_for_the_words_and_takes_the_reply_to_it(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    asked = await anna.say("/alert")
    forced = reply_markup(telegram)
    saved = await anna.say("Qatar Syria", reply_to=asked)
    in_arabic = await huda.say("/alert")
    kept = await huda.say("سوريا", reply_to=in_arabic)

    assert forced == {"force_reply": True, "input_field_placeholder": "Words to follow"}
    assert saved.text.startswith("Saved: alert “\u2068Qatar Syria\u2069”.")
    assert kept.text.startswith("حُفظ التنبيه «\u2068سوريا\u2069».")
    assert bot.archive.asked == []


async def test_a_prompt_is_known_after_the_reader_has_changed_the_language(
    bot: Running, anna: Reader
) -> None:
    asked = await anna.say("/alert")
    await bot.store.readers.set_language(1001, Language.ARABIC)

    saved = await anna.say("Qatar", reply_to=asked)

    assert saved.text.startswith("حُفظ التنبيه")


async def test_what_is_typed_beside_a_prompt_is_a_question_as_ever(
    bot: Running, anna: Reader
) -> None:
    await anna.say("/alert")

    answer = await anna.say(QATAR)

    assert answer.text.startswith("Found in")
    assert bot.archive.asked == [QATAR]


async def test_every_answer_and_every_refusal_can_become_an_alert_once(
    bot: Running, anna: Reader, huda: Reader
) -> None:
    answer, refusal = await anna.say(QATAR), await huda.say("ماذا قالت زحل عن المريخ؟")

    await anna.press(answer, "Alert me")
    english = await anna.next()
    await answer.edited()
    await huda.press(refusal, "نبّهني إن ورد")
    arabic = await huda.next()

    assert english.text.startswith("Saved: alert “\u2068Qatar HTS\u2069”.")
    assert english.reply_to == answer.reply_to
    assert "Alert me" not in answer.labels
    assert arabic.text.startswith("حُفظ التنبيه «")
    assert "ماذا" not in arabic.text
    assert len(await held(bot, 1002)) == 1


async def test_a_question_without_a_subject_asks_for_words(bot: Running, anna: Reader) -> None:
    refusal = await anna.say("what?")

    await anna.press(refusal, callback_data="a:")
    asked = await anna.next()

    assert asked.text.endswith("Which words shall I follow? Reply to this message with them.")
    assert await held(bot, 1001) == []


async def test_the_welcome_offers_an_alert(anna: Reader) -> None:
    welcome = await anna.say("/start")

    await anna.press(welcome, "Create an alert")
    asked = await anna.next()
    saved = await anna.say("Syria", reply_to=asked)

    assert saved.text.startswith("Saved")


async def test_one_alert_too_many_is_refused_with_the_way_out(bot: Running, anna: Reader) -> None:
    for number in range(MOST):
        await anna.say(f"/alert word{number}")

    refused = await anna.say("/alert Qatar")

    assert refused.text.endswith("Please delete one first:\n/alerts")
    assert len(await held(bot, 1001)) == MOST


# Listed and changed


async def test_the_list_leads_to_a_card_where_everything_can_be_changed(
    bot: Running, anna: Reader
) -> None:
    await anna.say("/alert Qatar")
    menu = await anna.say("/alerts")

    await anna.press(menu, "1")
    await menu.edited()
    assert menu.text.startswith("Alert “\u2068Qatar\u2069”\nCoverage: Arabic and English")
    for label, value in (
        ("Pause", {"paused": True}),
        ("Resume", {"paused": False}),
        ("Digest instead", {"digest": True}),
        ("At once", {"digest": False}),
    ):
        await anna.press(menu, label)
        await menu.edited()
        ((name, wanted),) = value.items()
        assert getattr(bot.alerts.alerts[1], name) is wanted
    await anna.press(menu, "Coverage")
    await menu.edited()
    await anna.press(menu, "Arabic")
    await menu.edited()

    assert bot.alerts.alerts[1].language == Language.ARABIC
    assert "Coverage: Arabic\n" in menu.text


async def test_an_alert_is_muted_until_the_next_morning_of_its_chat(
    bot: Running, huda: Reader
) -> None:
    await huda.say("/settings بيروت")
    await huda.say("/alert قطر")
    menu = await huda.say("/alerts")
    await huda.press(menu, "1")
    await menu.edited()

    await huda.press(menu, "اكتم حتى الغد")
    await menu.edited()
    until = bot.alerts.alerts[1].muted_until
    await huda.press(menu, "ألغِ الكتم")
    await menu.edited()

    assert until is not None
    rhythm = await bot.alerts.rhythm(1002)
    local = until.astimezone(rhythm.zone)
    assert (local.hour, local.minute) == (7, 0)
    assert until - datetime.now(UTC) < timedelta(hours=32)
    assert bot.alerts.alerts[1].muted_until is None


async def test_an_alert_gets_other_words_by_a_reply_and_nothing_else_changes(
    bot: Running, anna: Reader
) -> None:
    saved = await anna.say("/alert Qatar")
    await anna.say("/alert Syria")

    await anna.press(saved, "Edit")
    asked = await anna.next()
    again = await anna.say('"no end', reply_to=asked)
    twice = await anna.say("Syria", reply_to=again)
    changed = await anna.say("Qatar Doha", reply_to=asked)

    named, which = asked.text.splitlines()
    assert named == "Alert “\u2068Qatar\u2069”"
    assert which == "Which words shall alert no. 1 follow instead? Reply to this message with them."
    assert again.text == f"A phrase needs quotes at both ends.\n{which}"
    assert twice.text == "Another alert here follows these words already."
    assert changed.text.startswith("Changed: alert “\u2068Qatar Doha\u2069”.")
    assert await held(bot, 1001) == ["Qatar Doha", "Syria"]


async def test_an_alert_is_deleted_after_a_second_thought(bot: Running, anna: Reader) -> None:
    saved = await anna.say("/alert Qatar")

    await anna.press(saved, "Delete")
    await saved.edited()
    question = saved.text
    await anna.press(saved, "Keep")
    await saved.edited()
    kept = await held(bot, 1001)
    await anna.press(saved, "Delete")
    await saved.edited()
    await anna.press(saved, "Delete")
    await saved.edited()

    assert question.startswith("Delete the alert “\u2068Qatar\u2069”?")
    assert kept == ["Qatar"]
    assert await held(bot, 1001) == []
    assert saved.text == "Deleted: alert “\u2068Qatar\u2069”."


@pytest.mark.parametrize("data", ["o:1", "v:1", "f:1", "d:1", "d:1:yes", "g:1:pause", "u:1"])
async def test_nobody_reaches_another_chats_alert(
    bot: Running, anna: Reader, huda: Reader, data: str
) -> None:
    await anna.say("/alert Qatar")
    menu = await huda.say("/alerts")

    press = await huda.press(menu, callback_data=data)

    assert press.text == "لم يعد هذا التنبيه موجودًا."
    assert await held(bot, 1001) == ["Qatar"]


@pytest.mark.parametrize(
    "data",
    ["o:", "o:x", "d:", "g:1", "g:1:evil", "g:1:", "f:\u0663", "u:", "q:", "q:x", "i:x",
     "w:zone=Nowhere", "w:quiet=1-9999", "w:quiet=x", "w:cap=7", "w:digest=1", "w:evil=1",
     "o:99999999999999999999"],
)  # fmt: skip
async def test_a_made_up_press_is_answered_and_changes_nothing(
    bot: Running, anna: Reader, log: Any, data: str
) -> None:
    await anna.say("/alert Qatar")
    menu = await anna.say("/alerts")
    before = dict(bot.alerts.alerts), dict(bot.alerts.chosen)

    await anna.press(menu, callback_data=data)

    assert (bot.alerts.alerts, bot.alerts.chosen) == before
    assert "incident" not in log.getvalue()


async def test_an_alert_that_arrived_can_be_muted_and_edited_where_it_stands(
    bot: Running, anna: Reader
) -> None:
    saved = await anna.say("/alert Qatar")

    pressed = await anna.press(saved, callback_data="u:1")
    await saved.edited()
    muted = bot.alerts.alerts[1].muted_until
    await anna.press(saved, "Unmute")
    await saved.edited()
    await anna.press(saved, "Edit alert")
    card = await anna.next()

    assert pressed.alert
    assert pressed.text.startswith("Muted until ")
    assert muted is not None
    assert bot.alerts.alerts[1].muted_until is None
    assert card.text.startswith("Alert “\u2068Qatar\u2069”")
    assert "Pause" in card.labels


async def test_the_rest_of_a_digest_comes_at_a_press(bot: Running, anna: Reader) -> None:
    message = await anna.say("/about")
    told = [Told(replace(bot.archive.articles[0], id=n), "Qatar") for n in range(22)]
    bot.alerts.digests[1001, message.message_id] = told

    await anna.press(message, callback_data="q:10")
    second = await anna.next()
    await anna.press(second, "And 2 more")
    third = await anna.next()
    over = await anna.press(message, callback_data="q:22")

    assert second.text.startswith("More of the digest:\nAlert “\u2068Qatar\u2069”:\n11) ")
    assert "\n21) " in third.text
    assert third.labels == []
    assert over.text == "This button no longer works. Please ask again."


# In groups, topics and channels


async def test_only_administrators_manage_the_alerts_of_a_group(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    group = telegram.group(GROUP)
    owner, member = anna.in_(group), huda.in_(group)

    saved = await owner.say("/alert Qatar")
    refused = await member.say("/alert سوريا")
    listed = await member.say("/alerts")
    pressed = await member.press(saved, "Delete")
    asked = await owner.say("/alert")
    answered = await member.say("سوريا", reply_to=asked)
    anonymous = await member.say("/alert الدوحة", sender_chat=group.data)

    assert saved.text.startswith("Saved")
    for text in (refused.text, listed.text, pressed.text, answered.text):
        assert (
            text == "تنبيهات هذه المحادثة يديرها مشرفوها وحدهم. على الخاص يمكنك أن تنشئ تنبيهاتك."
        )
    assert anonymous.text.startswith("حُفظ")
    assert await held(bot, GROUP) == ["Qatar", "الدوحة"]


async def test_a_group_asks_one_person_for_the_words_and_takes_them_with_a_mention(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(GROUP))

    asked = await desk.say("/alert")
    forced = reply_markup(telegram)
    saved = await desk.say(f"@{telegram.username} Qatar Doha", reply_to=asked)

    assert forced["selective"]
    assert saved.text.startswith("Saved: alert “\u2068Qatar Doha\u2069”.")


async def test_a_forums_topics_have_their_own_alerts(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    forum = telegram.group(GROUP)
    politics, sport = anna.in_(forum, topic=7), anna.in_(forum, topic=8)

    saved = await politics.say("/alert Qatar")
    await sport.say("/alert كرة")
    listed = await sport.say("/alerts")

    assert saved.data["message_thread_id"] == 7
    assert await held(bot, GROUP, 7) == ["Qatar"]
    assert await held(bot, GROUP, 8) == ["كرة"]
    assert "كرة" in listed.text
    assert "Qatar" not in listed.text


async def test_replies_in_an_ordinary_group_are_no_topic(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(GROUP))

    await desk.say("/alert Qatar", message_thread_id=55)

    assert await held(bot, GROUP) == ["Qatar"]


async def test_a_channel_is_managed_by_posts_that_name_the_bot(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    channel = telegram.channel(CHANNEL)
    owner, subscriber = anna.in_(channel), huda.in_(channel)

    await owner.send("/alert Qatar")
    await owner.send("Good morning, Qatar!")
    saved = await owner.say(f"/alert@{telegram.username} قطر")
    asked = await owner.say(f"/alert@{telegram.username}")
    also = await owner.say("Doha", reply_to=asked)
    pressed = await subscriber.press(saved, "احذف")

    assert saved.text.startswith("حُفظ التنبيه «\u2068قطر\u2069»")
    assert also.text.startswith("Saved: alert “\u2068Doha\u2069”.")
    assert pressed.text.startswith("تنبيهات هذه المحادثة يديرها مشرفوها")
    assert await held(bot, CHANNEL) == ["قطر", "Doha"]
    assert len(channel.sent) == 3


async def test_a_channel_is_managed_from_a_private_chat_by_its_name(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    channel = telegram.channel(CHANNEL, username="desk_news")
    anna.in_(channel)
    huda.in_(channel, admin=True)

    saved = await anna.say("/alert @desk_news Qatar")
    asked = await huda.say("/alert @Desk_News")
    also = await huda.say("سوريا", reply_to=asked)
    none = await anna.say("/alerts")
    menu = await anna.say("/alerts @desk_news")

    assert saved.text.splitlines()[:2] == [
        "Saved: alert “\u2068Qatar\u2069”.",
        "Channel: \u2068@desk_news\u2069",
    ]
    assert "The channel is left in peace from 22:00 to 07:00" in saved.text
    assert asked.text.splitlines()[-1].startswith("ما الكلمات التي تريد متابعتها لقناة")
    assert also.text.startswith("حُفظ التنبيه «\u2068سوريا\u2069».\nالقناة: \u2068@desk_news\u2069")
    assert none.text.startswith("You follow nothing here yet.")
    assert menu.text.startswith("Channel: \u2068@desk_news\u2069\nYou follow 2 things here.")
    assert await held(bot, CHANNEL) == ["Qatar", "سوريا"]
    assert await held(bot, 1001) == await held(bot, 1002) == []
    assert channel.sent == []


async def test_a_channels_alerts_are_changed_from_a_private_chat_like_any_others(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    anna.in_(telegram.channel(CHANNEL, username="desk_news"))
    saved = await anna.say("/alert @desk_news Qatar")
    for number in range(10):
        await anna.say(f"/alert @desk_news كلمة{number}")
    menu = await anna.say("/alerts @desk_news")

    await anna.press(menu, "Later")
    await menu.edited()
    later = menu.text
    await anna.press(menu, "Earlier")
    await menu.edited()
    await anna.press(menu, "1")
    await menu.edited()
    await anna.press(menu, "Pause")
    await menu.edited()
    paused = bot.alerts.alerts[1].paused
    await anna.press(menu, "All alerts")
    await menu.edited()
    listed = menu.text
    await anna.press(saved, "Edit")
    asked = await anna.next()
    changed = await anna.say("Doha | الدوحة", reply_to=asked)
    for label in ("Delete", "Delete"):
        await anna.press(saved, label)
        await saved.edited()

    assert later.startswith("Channel: \u2068@desk_news\u2069")
    assert "Alert 11:" in later
    assert paused
    assert listed.startswith("Channel: \u2068@desk_news\u2069\nYou follow 11 things here.")
    assert changed.text.startswith("Changed: alert “\u2068Doha | الدوحة\u2069”.\nChannel: ")
    assert len(await held(bot, CHANNEL)) == 10
    assert 1 not in bot.alerts.alerts


async def test_a_channel_is_for_its_administrators_and_where_the_bot_may_post(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    shut = telegram.channel(CHANNEL - 1, username="shut_news")
    for channel in (telegram.channel(CHANNEL, username="desk_news"), shut):
        anna.in_(channel)
        huda.in_(channel)
    telegram.group(GROUP).data["username"] = "a_group"
    shut.postable = False

    refused = [
        (await reader.say(f"{command} {name} Qatar")).text
        for command in ("/alert", "/alerts")
        for reader, name in (
            (anna, "@nowhere"),
            (anna, "@a_group"),
            (anna, "@shut_news"),
            (huda, "@desk_news"),
        )
    ]

    assert refused[:4] == refused[4:]
    assert refused[0].startswith("I know no channel \u2068@nowhere\u2069.")
    assert refused[1].startswith("I know no channel \u2068@a_group\u2069.")
    assert refused[2].startswith("I may not post in \u2068@shut_news\u2069.")
    assert refused[3] == "لست مشرفًا في \u2068@desk_news\u2069، وتنبيهاتها يديرها مشرفوها وحدهم."
    assert bot.alerts.alerts == {}


async def test_rights_in_a_channel_are_looked_at_again_at_each_use(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    channel = telegram.channel(CHANNEL, username="desk_news")
    anna.in_(channel)
    huda.in_(channel, admin=True)
    saved, asked = await huda.say("/alert @desk_news قطر"), await huda.say("/alert @desk_news")
    menu = await huda.say("/alerts @desk_news")
    channel.admins.clear()

    pressed = [
        await huda.press(saved, "عدّل"),
        await huda.press(saved, callback_data="d:1:yes"),
        await huda.press(menu, callback_data=f"i:0:{CHANNEL}"),
    ]
    answered = await huda.say("سوريا", reply_to=asked)
    channel.blocked = True
    out = await anna.press(menu, callback_data="g:1:pause")

    for text in (answered.text, *(each.text for each in pressed)):
        assert text == "لست مشرفًا في \u2068@desk_news\u2069، وتنبيهاتها يديرها مشرفوها وحدهم."
    assert out.text.startswith("I may not post in \u2068@desk_news\u2069.")
    assert await held(bot, CHANNEL) == ["قطر"]
    assert not bot.alerts.alerts[1].paused


async def test_a_channels_name_in_a_group_is_a_word_like_any_other(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    anna.in_(telegram.channel(CHANNEL, username="desk_news"))

    await anna.in_(telegram.group(GROUP)).say("/alert @desk_news قطر")

    assert await held(bot, CHANNEL) == []
    assert len(await held(bot, GROUP)) == 1


async def test_the_topics_of_a_forum_are_counted_together(
    bot: Running, anna: Reader, huda: Reader, telegram: LoopbackTelegram
) -> None:
    forum = telegram.group(GROUP)
    politics, sport = anna.in_(forum, topic=7), huda.in_(forum, admin=True, topic=8)
    await politics.say("/alert Qatar")
    await sport.say("/alert كرة")

    asked = await sport.say("/forget")
    await bot.alerts.end(GROUP, "left")
    forum.blocked = True
    politics.unblock()
    back = await politics.next()

    assert "تنبيهيها" in asked.text
    assert back.text == "Your 2 alerts are on again."


async def test_a_chat_that_shuts_the_bot_out_is_left_in_peace_until_it_comes_back(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.say("/alert Qatar")
    anna.block()
    await telegram.quiet()
    shut = dict(bot.alerts.gone)

    anna.unblock()
    back = await anna.next()

    assert shut == {1001: "blocked"}
    assert back.text == "Your alert is on again."
    assert bot.alerts.gone == {}


async def test_start_wakes_alerts_that_had_ended_unnoticed(bot: Running, huda: Reader) -> None:
    for word in ("قطر", "سوريا", "إيران"):
        await huda.say(f"/alert {word}")
    await bot.alerts.end(1002, "Forbidden")

    welcome = await huda.say("/start")
    again = await huda.say("/start")

    assert welcome.text.endswith("عادت تنبيهاتك إلى العمل، وعددها 3.")
    assert "عادت" not in again.text


async def test_a_group_that_throws_the_bot_out_and_takes_it_in_again_keeps_its_alerts(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(GROUP))
    await desk.say("/alert Qatar")

    desk.block()
    await telegram.quiet()
    out = dict(bot.alerts.gone)
    desk.unblock()
    back = await desk.next()

    assert out == {GROUP: "left"}
    assert back.text == "Your alert is on again."


async def test_a_channel_that_takes_the_bot_in_again_is_told_nothing_of_it(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    channel = telegram.channel(CHANNEL, username="desk_news")
    desk = anna.in_(channel)
    await anna.say("/alert @desk_news قطر")

    desk.block()
    await telegram.quiet()
    out = dict(bot.alerts.gone)
    desk.unblock()
    async with asyncio.timeout(10):
        while bot.alerts.gone:  # noqa: ASYNC110 - the bot hears of it by itself
            await asyncio.sleep(0.01)
    await anna.say("/alerts @desk_news")

    assert out == {CHANNEL: "left"}
    assert channel.sent == []


async def test_a_group_that_moves_takes_its_alerts_along(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    group = telegram.group(GROUP, kind="group")
    await anna.in_(group).say("/alert Qatar")

    moved = telegram.migrate(group)
    async with asyncio.timeout(10):
        while not await held(bot, moved.id):  # noqa: ASYNC110 - the bot takes them along by itself
            await asyncio.sleep(0.01)
    listed = await anna.in_(moved).say("/alerts")

    assert "Qatar" in listed.text
