"""Greetings, thanks, goodbyes and questions about the bot itself: those are not looked up."""

from __future__ import annotations

import re
from typing import Literal, get_args

from retrieval.text import fold

Kind = Literal["help", "about", "thanks", "farewell", "greeting", "fine"]

LONGEST = 120  # characters; a longer message says more than hello
_STRETCHED = re.compile(r"(.)\1{2,}")  # hellooo, شكراااا
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_NOT_WORD = re.compile(r"[\W\d_]+")

_GREETINGS = """
hello | helo | hi | hii | hey | hiya | howdy | greetings | salut | bonjour | hola
good morning | good afternoon | good evening | good day | good night | morning | evening
salam | salaam | salams | assalam alaikum | assalamu alaikum | as salamu alaykum
al salam alaikum | salam alaikum | salam aleikum | salam alaykum | marhaba | ahlan
ahlan wa sahlan | how are you | how are you doing | how are you today | how is it going
how do you do | what's up | nice to meet you | welcome | start
السلام عليكم | سلام عليكم | السلام عليكم ورحمة الله | السلام عليكم ورحمة الله وبركاته
وعليكم السلام | عليكم السلام | سلام | السلام | مرحبا | مرحبتين | مرحبا بك | مرحبا بكم | أهلا
أهلين | أهلا وسهلا | أهلا بك | أهلا بكم | يا هلا | هلا | هلا والله | هاي | هلو | ألو | تحية
تحياتي | تحية طيبة | صباح الخير | صباح النور | صباح الورد | مساء الخير | مساء النور
مساء الورد | يسعد صباحك | يسعد مساك | كيف حالك | كيف حالكم | كيف الحال | كيفك | كيفكم
شلونك | ازيك | إزيك | شو أخبارك | ما أخبارك | كيف أنت | حياك الله | حياكم الله
تصبح على خير
"""
_THANKS = """
thanks | thank you | thank u | thankyou | thx | thnx | ty | tysm | many thanks | cheers
much appreciated | i appreciate it | appreciated | great thanks | ok thanks | okay thanks
perfect thanks | thank you very much | thanks a lot | thanks a million | thank you so much
shukran | shokran | choukran | merci
شكرا | شكرا لك | شكرا لكم | شكرا جزيلا | شكرا كثيرا | ألف شكر | جزيل الشكر | الشكر الجزيل
كل الشكر | أشكرك | أشكركم | نشكركم | مشكور | مشكورين | مشكورة | تشكر | يسلمو | تسلم | تسلموا
ممنون | ممنونك | جزاك الله خيرا | جزاكم الله خيرا | بارك الله فيك | بارك الله فيكم
الله يعطيك العافية | يعطيك العافية | متشكر | شكر | ميرسي
"""
_FAREWELLS = """
bye | byebye | bye bye | goodbye | good bye | farewell | see you | see you later | see you soon
see you tomorrow | take care
مع السلامة | مع ألف سلامة | إلى اللقاء | وداعا | في أمان الله | أراك لاحقا | نراك لاحقا | باي
دمت بخير | دمتم بخير | أستودعك الله
"""
_FINE = """
ok | okay | okey | k | kk | fine | alright | all right | got it | i see | understood | noted
great | perfect | cool | good | very good
حسنا | تمام | طيب | أوكي | أوك | ماشي | مفهوم | فهمت | ممتاز | رائع | جيد | جيد جدا | حاضر | عظيم
"""
_HELP = """
help | help me | i need help | can you help me | what can you do | what can i ask
what can i ask you | what do you do | how do you work | how does this work | how does it work
how do i use this | how to use | how to use this | how do i ask | instructions | commands | menu
مساعدة | المساعدة | ساعدني | ساعدوني | أحتاج مساعدة | أحتاج إلى مساعدة | أريد مساعدة
هل يمكنك مساعدتي | ماذا تفعل | ماذا تستطيع أن تفعل | ماذا يمكنك أن تفعل | ما الذي تستطيع فعله
ما الذي يمكنك فعله | بماذا تفيد | كيف تعمل | كيف يعمل هذا | كيف أسأل | كيف أسألك | كيف أستخدمك
كيف أستخدم هذا | شو بتعمل | تعليمات | الأوامر
"""
_ABOUT = """
who are you | who r u | what are you | what is this | what's this | what's your name
what is your name | are you a bot | are you a robot | are you human | who is this
tell me about yourself
من أنت | من أنتم | من تكون | من حضرتك | ما أنت | ما هذا | ما هذا البوت | ما اسمك | ما هو اسمك
مين أنت | مين انتو | شو هذا | هل أنت بوت | هل أنت روبوت | هل أنت إنسان | عرفني بنفسك | عرف بنفسك
"""
# They may stand beside a greeting and mean nothing of their own.
_COMPANY = """
there | all | everyone | everybody | friend | friends | bot | isnad | dear | sir | madam
team | guys | again | very much | so much | a lot | for your help | for the help
for your answer | to you | my friend | and | you | please | today
يا | بوت | إسناد | صديقي | أخي | أختي | جميعا | أستاذ | سيدي | للجميع | لك | لكم | جدا
كثيرا | جزيلا | على المساعدة | على مساعدتك | على جهودكم | و | اليوم | حبيبي | أصدقاء | إخوتي
"""


def kind(text: str) -> Kind | None:
    """Return what the whole message is, or None when it says anything else.

    Of a message that is several of these, what asks for most: "Hi, who are you?" is "about".

    Elongations, diacritics, punctuation, digits, emoji, spelling of hamza and letter case make no
    difference. "Hello, who met Fidan?" is a question.
    """
    if len(text) > LONGEST:
        return None
    words = _words(text)
    found: set[Kind] = set()
    position = 0
    while position < len(words):
        for length in range(min(_MOST_WORDS, len(words) - position), 0, -1):
            phrase = words[position : position + length]
            if phrase in _PHRASES:
                break
        else:
            return None
        meaning = _PHRASES[phrase]
        if meaning:
            found.add(meaning)
        position += length
    return next((meaning for meaning in get_args(Kind) if meaning in found), None)


def has_words(text: str) -> bool:
    """Return whether there is a letter or a digit to look up at all."""
    return bool(_LETTER_OR_DIGIT.search(text))


def _words(text: str) -> tuple[str, ...]:
    apart = _NOT_WORD.sub(" ", fold(text).replace("'", ""))
    return tuple(_STRETCHED.sub(r"\1", apart).split())


def _phrases() -> dict[tuple[str, ...], Kind | None]:
    known: dict[tuple[str, ...], Kind | None] = {}
    meanings: tuple[tuple[str, Kind | None], ...] = (
        (_COMPANY, None),
        (_FINE, "fine"),
        (_GREETINGS, "greeting"),
        (_FAREWELLS, "farewell"),
        (_THANKS, "thanks"),
        (_ABOUT, "about"),
        (_HELP, "help"),
    )
    for table, meaning in meanings:
        for phrase in table.replace("\n", "|").split("|"):
            words = _words(phrase)
            if words:
                known[words] = meaning
    return known


_PHRASES = _phrases()
_MOST_WORDS = max(map(len, _PHRASES))
