from __future__ import annotations

import pytest

from bot.smalltalk import has_words, kind


@pytest.mark.parametrize(
    "text",
    ["hello", "Hi!", "HEY 👋", "Good morning, everyone.", "hellooooo", "Hi there", "Salam",
     "How are you?", "Hello, how are you today?", "what's up", "What’s up?", "hello isnad",
     "السلام عليكم", "السَّلامُ عليكم ورحمة الله وبركاته", "مرحبا", "مرحباااا 🌹",
     "أهلا", "اهلًا وسهلًا!",
     "صباح الخير", "صبـــاح الخير", "كيف حالك؟", "مرحبا، كيف حالك؟", "يا هلا", "هاي"],
)  # fmt: skip
def test_a_greeting_in_any_spelling_is_a_greeting(text: str) -> None:
    assert kind(text) == "greeting"


@pytest.mark.parametrize(
    "text",
    ["thanks", "Thank you!", "thank you so much 🙏", "THX", "thanksss", "Hello and thanks",
     "شكرا", "شكراً جزيلاً", "شُكْرًا", "شكراااا", "شكرا لك يا صديقي", "جزاك الله خيرا",
     "مشكور", "ألف شكر"],
)  # fmt: skip
def test_thanks_in_any_spelling_are_thanks(text: str) -> None:
    assert kind(text) == "thanks"


@pytest.mark.parametrize(
    ("text", "meant"),
    [("help", "help"), ("Help!", "help"), ("مساعدة", "help"), ("ماذا تفعل؟", "help"),
     ("What can you do?", "help"), ("Hi, can you help me please?", "help"),
     ("who are you?", "about"), ("من أنت؟", "about"), ("من انت", "about"),
     ("Hello, who are you?", "about"), ("What is your name?", "about"),
     ("bye", "farewell"), ("Bye bye 👋", "farewell"), ("مع السلامة", "farewell"),
     ("ok bye", "farewell"), ("thanks, bye", "thanks"),
     ("ok", "fine"), ("OK.", "fine"), ("okay", "fine"), ("حسنًا", "fine"), ("تمام 👍", "fine"),
     ("ok thanks", "thanks"), ("تمام شكرا", "thanks")],
)  # fmt: skip
def test_what_is_meant_for_the_bot_is_understood(text: str, meant: str) -> None:
    assert kind(text) == meant


@pytest.mark.parametrize(
    ("text", "are_there"), [("a", True), ("٣", True), ("", False), ("؟!", False), ("🤔 _", False)]
)
def test_words_are_letters_or_digits(text: str, are_there: object) -> None:
    assert has_words(text) == are_there


@pytest.mark.parametrize(
    "text",
    ["Hello, who met Fidan?", "thanks to whom did Assad flee?", "good morning Doha news",
     "مرحبا، من التقى فيدان؟", "شكر وزير الخارجية روسيا", "السلام في سوريا", "كيف حال سوريا؟", "",
     "🙏", "12", "bot", "you", "Hi-Tech exports", "today", "welcome " * 40,
     "help for Syria", "who are you, Lavrov", "ماذا تفعل قطر؟", "من أنتخب رئيسا؟", "ok Doha",
     "goodbye to Damascus", "مساعدة اللاجئين", "تمام سلام رئيس الوزراء"],
)  # fmt: skip
def test_anything_more_is_not_small_talk(text: str) -> None:
    assert kind(text) is None
