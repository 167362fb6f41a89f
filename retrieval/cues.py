"""What kind of answer a question wants, and whether a sentence holds one.

Who, when, where, how many, why and how are read from the question's own words; a name, a time, a
place, a number or a reason that the question does not already contain is looked for in the
sentence. Evidence, never a filter.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from retrieval.text import fold


class Cue(Enum):
    """The kinds of answers told apart."""

    PERSON = auto()
    TIME = auto()
    PLACE = auto()
    NUMBER = auto()
    REASON = auto()


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


# All but names are matched against folded text: lower case, without hamza or diacritics.
_ASKS = {
    Cue.NUMBER: _pattern(
        r"\bhow (?:many|much|long|old|far|large|big|tall|high|often)\b",
        r"\b(?:what|which) (?:number|percent\w*|share|proportion|amount)\b",
        r"\bكم\b",
        r"\bما (?:هو |هي )?(?:عدد|نسبه|حجم|مقدار|قيمه)\b",
    ),
    Cue.TIME: _pattern(
        r"\bwhen\b",
        r"\b(?:what|which) (?:year|day|date|month|century|decade|time)\b",
        r"\bمتي\b",
        r"\b\u0627ي(?:ه)? (?:عام|سنه|يوم|شهر|تاريخ|وقت|قرن|عقد)\b",
        r"\bما (?:هو )?تاريخ\b",
    ),
    Cue.PLACE: _pattern(
        r"\bwhere\b",
        r"\b(?:what|which) (?:country|city|place|town|state"
        r"|region|location|area|countries|cities)\b",
        r"\b[\u0627و]ين\b",
        r"\b\u0627ي(?:ه)? (?:بلد|دوله|مدينه|مكان|منطقه|بلدان|دول|مدن)\b",
    ),
    Cue.PERSON: _pattern(
        r"\bwho(?:m|se)?\b",
        r"\b(?:what|which) (?:person|man|woman|minister|president|leader|official|player|team"
        r"|group|company|party)\b",
        r"^(?:مع |ل|ب)?من (?!خلال|قبل|بين)",
        r"\bمن (?:هو|هي|هم|الذي|التي|الذين)\b",
        r"\b\u0627ي(?:ه)? (?:شخص|وزير|رييس|لاعب|فريق|مسوول|جماعه|حزب|شركه)\b",
    ),
    Cue.REASON: _pattern(
        r"\bwhy\b",
        r"\bwhat (?:is|was|were|are) the (?:reason|cause|causes)\b",
        r"\bwhat caused\b",
        r"\b(?:لماذا|ليش)\b",
        r"\bما (?:هو )?(?:سبب|اسباب)\b",
    ),
}
# A capital letter that no sentence's start explains, or an acronym.
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]*[a-z]\w*|\b[A-Z]{2,}\b")
_PLACE = _pattern(
    r"\b(?:in|at|from|near|across|around|outside|to) (?:the )?[A-Z]\w+",
    r"\bفي \w{3,}",
    r"\bب\w{4,}",
)
_HELD = {
    Cue.TIME: _pattern(
        r"\b(?:1\d|20)\d\d\b",
        r"\b\d{1,2}(?:st|nd|rd|th)? (?:century|centuries)\b",
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november"
        r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today"
        r"|tomorrow|century|decades?|night|morning|evening|dawn|weeks?|months?|years?|hours)\b",
        r"\b(?:ال)?(?:اثنين|ثلاثاء?|اربعاء?|خميس|جمعه|سبت|احد)\b",
        r"\b(?:ال)?(?:يوم|عام|سنه|شهر|قرن|مساء?|صباح|ليله|فجر|امس|غدا|منذ|عقود|اسبوع)\b",
        r"\b(?:يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر"
        r"|كانون|شباط|اذار|نيسان|ايار|حزيران|تموز|اب|ايلول|تشرين)\b",
    ),
    Cue.NUMBER: _pattern(
        r"\d+",
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|thirty"
        r"|forty|fifty|sixty|hundreds?|thousands?|millions?|billions?|half|third|several|both"
        r"|once|twice)\b",
        r"\b(?:واحده?|اثنان|اثن?تين|اثنين|ثلاثه?|اربعه?|خمسه?|سته?|سبعه?|ثماني?ه?|تسعه?|عشره?"
        r"|عشرون|عشرين|ثلاثين|اربعين|خمسين|ما?ي?يه|الف|الاف|مليون|ملايين|مليار|نصف|ثلث|عشرات"
        r"|ميات|مرتين)\b",
    ),
    Cue.REASON: _pattern(
        r"\b(?:because|since|due to|in order to|so that|as a result|owing to|after|aimed at|citing"
        r"|amid|over|to (?:avoid|prevent|ensure|stop|protect|keep|help|end))\b",
        r"\b(?:لان|لانه|لانها|بسبب|نتيجه|بهدف|من اجل|كي|لكي|حتي|بعد|نظرا|اثر|جراء?|سعيا|لتحقيق"
        r"|لضمان|لمنع)\b",
    ),
}
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_FIGURE = re.compile(r"\b\d+(?:[.,]\d+)*\b")


def wanted(question: str) -> frozenset[Cue]:
    """Return the kinds of answers that a question asks for; often none, seldom two."""
    asked = _folded(question)
    return frozenset(cue for cue, pattern in _ASKS.items() if pattern.search(asked))


def held(cue: Cue, sentence: str, question: str) -> bool:
    """Return whether a sentence holds what the cue stands for, beyond what the question says."""
    if cue is Cue.PLACE:
        return _PLACE.search(sentence) is not None
    known = _folded(question)
    if cue is Cue.PERSON:
        found = [fold(name) for name in _NAME.findall(sentence)]
    else:
        found = _HELD[cue].findall(_folded(sentence))
    return any(each not in known for each in found)


def values(cue: Cue, sentence: str) -> frozenset[str]:
    """Return a sentence's years, for a time, or its figures: what two sources can differ on."""
    return frozenset((_YEAR if cue is Cue.TIME else _FIGURE).findall(fold(sentence)))


def _folded(text: str) -> str:
    return fold(" ".join(text.split()))
