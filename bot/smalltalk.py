"""Is a message a greeting or a thank-you and nothing else? Those are not looked up."""

from __future__ import annotations

import re
from typing import Literal

from retrieval.text import fold

Kind = Literal["greeting", "thanks"]

LONGEST = 120  # characters; a longer message says more than hello
_STRETCHED = re.compile(r"(.)\1{2,}")  # hellooo, شكراااا
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
# They may stand beside a greeting and mean nothing of their own.
_COMPANY = """
there | all | everyone | everybody | friend | friends | bot | isnad | dear | sir | madam
team | guys | again | very much | so much | a lot | for your help | for the help
for your answer | to you | my friend | and | ok | okay | you | please | today
يا | بوت | إسناد | صديقي | أخي | أختي | جميعا | أستاذ | سيدي | للجميع | لك | لكم | جدا
كثيرا | جزيلا | على المساعدة | على مساعدتك | على جهودكم | و | اليوم | حبيبي | أصدقاء | إخوتي
"""


def kind(text: str) -> Kind | None:
    """Return what the whole message is, or None when it says anything else.

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
    if "thanks" in found:
        return "thanks"
    return "greeting" if found else None


def _words(text: str) -> tuple[str, ...]:
    apart = _NOT_WORD.sub(" ", fold(text).replace("'", ""))
    return tuple(_STRETCHED.sub(r"\1", apart).split())


def _phrases() -> dict[tuple[str, ...], Kind | None]:
    known: dict[tuple[str, ...], Kind | None] = {}
    meanings: tuple[tuple[str, Kind | None], ...] = (
        (_COMPANY, None),
        (_GREETINGS, "greeting"),
        (_THANKS, "thanks"),
    )
    for table, meaning in meanings:
        for phrase in table.replace("\n", "|").split("|"):
            words = _words(phrase)
            if words:
                known[words] = meaning
    return known


_PHRASES = _phrases()
_MOST_WORDS = max(map(len, _PHRASES))
