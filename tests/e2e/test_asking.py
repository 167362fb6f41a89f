"""Questions and answers, in private and in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.models import Answer, Language
from tests.fakes.archive import article, quote

if TYPE_CHECKING:
    from bot.preview.readers import Reader
    from bot.preview.telegram import LoopbackTelegram
    from tests.e2e.conftest import Running

pytestmark = pytest.mark.usefixtures("bot")

FIDAN = "Who met with Turkey's Hakan Fidan on the sidelines of the Doha Forum?"
BASHIR = "من هو محمد البشير القيادي في هيئة تحرير الشام؟"


async def test_a_question_is_answered_in_the_articles_own_words(anna: Reader) -> None:
    answer = await anna.say(FIDAN)

    assert (
        "Lavrov and Iran's Abbas Araghchi met with Turkey's Hakan Fidan on the sidelines of the "
        "Doha Forum, an annual political dialogue gathering." in answer.text
    )
    assert answer.text.startswith("Found in ")
    assert "7 December 2024" in answer.text
    assert answer.labels[-3:] == ["Helpful", "Not helpful", "Alert me"]
    assert len(answer.buttons) <= 3


async def test_an_answer_is_a_reply_to_its_question(anna: Reader) -> None:
    question = await anna.send(FIDAN)

    answer = await anna.next()

    assert answer.reply_to == question["message_id"]


async def test_an_arabic_question_is_answered_in_arabic(huda: Reader) -> None:
    answer = await huda.say(BASHIR)

    assert "محمد البشير، القيادي في هيئة تحرير الشام" in answer.text
    assert answer.text.startswith("ورد في ")
    assert answer.labels[-3:] == ["مفيد", "غير مفيد", "نبّهني"]


async def test_a_reader_of_another_language_is_answered_in_the_questions_own(
    telegram: LoopbackTelegram,
) -> None:
    answer = await telegram.reader(7, language_code="fr").say(BASHIR)

    assert answer.text.startswith("ورد في ")


async def test_an_answer_from_the_other_language_says_so(
    bot: Running, anna: Reader, huda: Reader
) -> None:
    arabic = bot.archive.articles[2]
    words = "محمد البشير، القيادي في هيئة تحرير الشام"
    question = "Who is Mohammed al-Bashir?"
    bot.archive.canned[question] = Answer(question, Language.ENGLISH, (quote(arabic, words),))

    english, arab = await anna.say(question), await huda.say(question)

    assert english.text.startswith(
        "Nothing in English. Here is what the Arabic coverage says, as published."
    )
    assert arab.text.startswith("لم أجد شيئًا بالإنجليزية. هذا ما ورد في التغطية العربية كما نُشر.")
    assert words in english.text


async def test_markup_in_an_article_or_a_question_is_shown_and_not_obeyed(
    bot: Running, anna: Reader
) -> None:
    body = "<b>Tom & Jerry</b> said: x < y &amp; z."
    source = article(body, 9, headline="</blockquote><a href='x'>", outlet="A&B")
    bot.archive.canned["who is tom"] = Answer("q", Language.ENGLISH, (quote(source, body),))

    answered = await anna.say("who is tom")
    refused = await anna.say("zzz <i>& </blockquote>")

    assert body in answered.text
    assert "</blockquote><a href='x'>" in answered.text
    assert "zzz <i>& </blockquote>" in refused.text


async def test_no_answer_comes_with_what_was_searched_and_near_headlines(
    anna: Reader, huda: Reader
) -> None:
    english, arabic = await anna.say("zzz yyy?"), await huda.say("zzz yyy?")

    assert english.text.startswith("I found no answer in the archive to “\u2068zzz yyy?\u2069”.")
    assert "I searched 5 articles from \u20687 December 2024" in english.text
    assert "Closest headlines (not an answer):\n1) Qatar opens contacts" in english.text
    assert arabic.text.startswith("لم أجد في الأرشيف جوابًا عن")
    assert "بحثت في 5 مقالات" in arabic.text


@pytest.mark.parametrize("text", ["Hello!", "السلام عليكم", "thanks 🙏", "شكراً جزيلاً"])
async def test_a_greeting_is_greeted_and_thanks_are_accepted_without_a_search(
    bot: Running, anna: Reader, text: str
) -> None:
    reply = await anna.say(text)

    assert reply.text.startswith(("Hello! I answer questions from", "You're welcome."))
    assert bot.archive.asked == []


@pytest.mark.parametrize(
    ("text", "english", "arabic"),
    [
        ("help", "Ask\nType a question", "السؤال\nاكتب سؤالك"),
        ("من أنت؟", "Isnad answers from", "إسناد يجيب من"),
        ("bye", "Goodbye!", "مع السلامة!"),
        ("تمام", "Good. Ask whenever", "حسنًا. اسأل متى شئت."),
    ],
)
async def test_what_is_meant_for_the_bot_is_answered_without_a_search(
    bot: Running, anna: Reader, huda: Reader, *, text: str, english: str, arabic: str
) -> None:
    in_english, in_arabic = await anna.say(text), await huda.say(text)

    assert in_english.text.startswith(english)
    assert in_arabic.text.startswith(arabic)
    assert bot.archive.asked == []


@pytest.mark.parametrize(
    "message",
    [
        {"text": "🤔🤔"},
        {"text": None, "sticker": {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1,
                                   "is_animated": False, "is_video": False, "type": "regular"}},
        {"text": None, "photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]},
        {"text": None, "voice": {"file_id": "v", "file_unique_id": "v", "duration": 1}},
        {"text": None, "document": {"file_id": "d", "file_unique_id": "d"}},
        {"text": None, "location": {"latitude": 1.0, "longitude": 1.0}},
    ],
)  # fmt: skip
async def test_what_has_no_words_gets_a_kind_line(
    bot: Running, anna: Reader, message: dict[str, object]
) -> None:
    reply = await anna.say(**message)

    assert reply.text.startswith("I can only read text.")
    assert bot.archive.asked == []


async def test_the_words_beside_a_picture_are_a_question(anna: Reader) -> None:
    picture = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]

    answer = await anna.say(None, photo=picture, caption=FIDAN)

    assert "Hakan Fidan" in answer.text


async def test_a_very_long_question_is_answered_or_refused(anna: Reader) -> None:
    reply = await anna.say("zzz " * 2500)

    assert reply.text.startswith("I found no answer")
    assert len(reply.text) < 1000


async def test_an_empty_archive_says_so(bot: Running, anna: Reader) -> None:
    bot.archive.articles.clear()

    reply = await anna.say("what happened in Doha?")

    assert reply.text.startswith("The archive is still empty.")


async def test_a_group_is_answered_when_it_mentions_or_replies_and_not_otherwise(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(-100200, title="Desk"))

    await desk.send("Did you see what Fidan said in Doha?")
    mentioned = await desk.say(f"@{telegram.username.upper()} {FIDAN}")
    replied = await desk.say("When did Araghchi fly to Syria on Sunday?", reply_to=mentioned)
    await telegram.quiet()

    assert bot.archive.asked == [FIDAN, "When did Araghchi fly to Syria on Sunday?"]
    assert "Hakan Fidan" in mentioned.text
    assert "flew to Syria on Sunday" in replied.text


async def test_two_bots_do_not_talk_to_each_other(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(-100200))
    other = {"id": 9, "is_bot": True, "first_name": "Other bot"}

    await desk.send(f"@{telegram.username} {FIDAN}", **{"from": other})
    admin = {"sender_chat": desk.chat.data, "from": other}
    answer = await desk.say(f"@{telegram.username} {FIDAN}", **admin)

    assert "Hakan Fidan" in answer.text
    assert bot.archive.asked == [FIDAN]


async def test_more_in_a_group_asks_without_the_mention(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(-100200))
    answer = await desk.say(
        f"Hey @{telegram.username}, what did the Qatar foreign ministry say about HTS?"
    )

    await desk.press(answer, "More")
    await desk.next()

    assert bot.archive.asked[0] == bot.archive.asked[1]
    assert telegram.username not in bot.archive.asked[1]


async def test_a_mention_without_a_question_gets_a_hint(
    anna: Reader, telegram: LoopbackTelegram
) -> None:
    desk = anna.in_(telegram.group(-100200))

    reply = await desk.say(f"@{telegram.username}")

    assert reply.text == "Please write your question after my name, or reply to me with it."


async def test_an_answer_sent_through_inline_mode_is_not_a_question(
    bot: Running, anna: Reader, telegram: LoopbackTelegram
) -> None:
    await anna.send("Asked of the archive: …", via_bot=telegram.me)
    answer = await anna.say(FIDAN)

    assert bot.archive.asked == [FIDAN]
    assert "Hakan Fidan" in answer.text
