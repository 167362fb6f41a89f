"""Who may do what where: members, topics, channels, and being thrown out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.integration.calling import Client


async def test_members_are_what_they_are_in_each_chat(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    group, channel = telegram.group(-100200), telegram.channel(-100300)
    anna.in_(group)
    telegram.reader(1002).in_(group, admin=True)
    telegram.reader(1003).in_(group)
    telegram.reader(1003).in_(channel)

    found = {
        (chat, user): (await call.result("getChatMember", chat_id=chat, user_id=user))["status"]
        for chat in (-100200, -100300)
        for user in (1001, 1002, 1003)
    }
    nobody = await call("getChatMember", chat_id=-100200, user_id=9)

    assert list(found.values()) == [
        "creator", "administrator", "member", "left", "left", "creator",
    ]  # fmt: skip
    assert nobody["description"] == "Bad Request: invalid user_id specified"


async def test_a_channel_is_found_by_its_name_and_says_whether_the_bot_may_post(
    telegram: LoopbackTelegram, call: Client
) -> None:
    channel = telegram.channel(-100300, "أخبار", username="desk_news")
    bot = telegram.me["id"]

    named = await call.result("getChat", chat_id="@Desk_News")
    may = await call.result("getChatMember", chat_id="@desk_news", user_id=bot)
    channel.postable = False
    may_not = await call.result("getChatMember", chat_id=-100300, user_id=bot)
    refused = await call("sendMessage", chat_id=-100300, text="خبر")
    channel.blocked = True
    out = await call("getChatMember", chat_id=-100300, user_id=bot)
    unknown = [await call("getChat", chat_id=which) for which in ("@nobody", "@", 404)]

    assert (named["id"], named["title"], named["type"]) == (-100300, "أخبار", "channel")
    assert (may["can_post_messages"], may_not["can_post_messages"]) == (True, False)
    assert "need administrator rights" in refused["description"]
    assert out["error_code"] == 403
    assert {each["description"] for each in unknown} == {"Bad Request: chat not found"}


async def test_a_topic_takes_messages_while_it_is_open(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    forum = telegram.group(-100200)
    politics = anna.in_(forum, topic=7)

    heard = await politics.send("سلام")
    sent = await call.result("sendMessage", chat_id=-100200, message_thread_id=7, text="a")
    unknown = await call("sendMessage", chat_id=-100200, message_thread_id=8, text="a")
    forum.closed_topics.add(7)
    closed = await call("sendMessage", chat_id=-100200, message_thread_id=7, text="a")

    for message in (heard, sent):
        assert (message["message_thread_id"], message["is_topic_message"]) == (7, True)
        assert message["chat"]["is_forum"]
    assert unknown["description"] == "Bad Request: message thread not found"
    assert closed["description"] == "Bad Request: TOPIC_CLOSED"


async def test_posts_of_a_channel_are_in_its_own_name(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    channel = telegram.channel(-100300, "Desk")

    await anna.in_(channel).send("/alert@isnad_test_bot قطر")
    (update,) = await call.result("getUpdates")
    sent = await call.result("sendMessage", chat_id=-100300, text="a")
    forced = await call(
        "sendMessage", chat_id=-100300, text="a", reply_markup={"force_reply": True}
    )

    for post in (update["channel_post"], sent):
        assert post["sender_chat"]["id"] == -100300
        assert "from" not in post
    assert forced["description"] == "Bad Request: inline keyboard expected"


async def test_a_group_can_throw_the_bot_out_and_take_it_in_again(
    telegram: LoopbackTelegram, call: Client, anna: Reader
) -> None:
    desk = anna.in_(telegram.group(-100200))

    desk.block()
    refused = await call("sendMessage", chat_id=-100200, text="a")
    hidden = await call("getChatMember", chat_id=-100200, user_id=1001)
    desk.unblock()
    updates = await call.result("getUpdates")
    taken = await call("sendMessage", chat_id=-100200, text="a")

    standings = [each["my_chat_member"]["new_chat_member"]["status"] for each in updates]
    assert standings == ["kicked", "member"]
    assert refused["description"] == "Forbidden: bot was kicked from the supergroup chat"
    assert hidden["error_code"] == 403
    assert taken["ok"]
