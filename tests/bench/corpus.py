"""Articles and questions that nobody wrote: words in Zipf's proportions, in both scripts.

Everything follows from `SEED`, so that two runs, and two machines, measure the same text.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bot.sources import Submission
from retrieval.models import Language
from retrieval.stopwords import ARABIC, ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 2024
TYPES = 60_000  # words of one language
SHARES = (1.07, 2.7)  # Mandelbrot's exponent and shift, about those of newspapers
NUMBERS = 60  # one word type in so many is a number
PASSAGE_WORDS = (60, 120)
SENTENCE_WORDS = (8, 30)
HEADLINE_WORDS = 8
QUESTION_WORDS = 8
FIRST_DAY = date(2015, 1, 1)

_SYLLABLES = {
    Language.ENGLISH: ("b br c ch d f g h j l m n p r s st t tr v w", "a e i o u ai ea ou"),
    Language.ARABIC: (
        "ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه و ي أ",
        "ا و ي ة بر سل تم رن",
    ),
}
_STOP_WORDS = {Language.ENGLISH: ENGLISH, Language.ARABIC: ARABIC}
_COMMA = {Language.ENGLISH: ",", Language.ARABIC: "\u060c"}
_ASKING = {
    Language.ENGLISH: ("When did", "Who", "Where did", "How many", "Why did", "What"),
    Language.ARABIC: ("متى", "من", "أين", "كم", "لماذا", "ما"),
}
_MARKS = ".,\u060c"


class Tongue:
    """A language's words, commonest first: its stop words, then words made of syllables."""

    def __init__(self, language: Language) -> None:
        self.language = language
        made = np.random.default_rng([SEED, list(Language).index(language)])
        stop = sorted(word for word in _STOP_WORDS[language] if len(word) > 1)
        made.shuffle(stop)
        onsets, vowels = (part.split() for part in _SYLLABLES[language])
        words = dict.fromkeys(stop)
        syllables = [onset + vowel for onset in onsets for vowel in vowels]
        while len(words) < TYPES:
            if len(words) % NUMBERS == 0:
                words[str(len(words) // NUMBERS + 1_200)] = None
            count = made.integers(2, 5)
            words["".join(syllables[n] for n in made.integers(len(syllables), size=count))] = None
        self.words = list(words)
        self.rank = {word: rank for rank, word in enumerate(self.words)}
        exponent, shift = SHARES
        shares = 1 / (np.arange(TYPES) + shift) ** exponent
        self._sums = np.cumsum(shares / shares.sum())

    def draw(self, chance: np.random.Generator, count: int) -> list[str]:
        """Return words as a text would use them, one after another."""
        places = np.searchsorted(self._sums, chance.random(count))
        return [self.words[min(place, TYPES - 1)] for place in places]


@cache
def tongue(language: Language) -> Tongue:
    """Return the language's words."""
    return Tongue(language)


def articles(count: int, passage_words: tuple[int, ...] | None = None) -> Iterator[Submission]:
    """Yield `count` articles, in English and Arabic by turns.

    Each has a paragraph for each of `passage_words`, or five of 60 to 120 words.
    """
    chance = np.random.default_rng(SEED)
    for number in range(count):
        spoken = tongue(list(Language)[number % 2])
        lengths = passage_words or chance.integers(PASSAGE_WORDS[0], PASSAGE_WORDS[1] + 1, 5)
        yield Submission(
            body="\n\n".join(_paragraph(spoken, chance, int(words)) for words in lengths),
            source="bench.jsonl",
            headline=" ".join(spoken.draw(chance, HEADLINE_WORDS)).capitalize(),
            outlet=f"Outlet {number % 7}",
            url=f"https://example.org/{number}",
            published=FIRST_DAY + timedelta(days=number % 3_650),
            language=spoken.language,
        )


def question(article: Submission, chance: np.random.Generator) -> str:
    """Return a question of eight words of one passage, half common and half rare."""
    spoken = tongue(article.language)
    paragraph = str(chance.choice(article.body.split("\n\n")))
    written = (word.strip(_MARKS).lower() for word in paragraph.split())
    words = sorted(set(written), key=lambda word: spoken.rank.get(word, TYPES))
    middle = len(words) // 2
    half = QUESTION_WORDS // 2
    chosen = [*chance.choice(words[:middle], half), *chance.choice(words[middle:], half)]
    chance.shuffle(chosen)
    return " ".join([str(chance.choice(_ASKING[article.language])), *map(str, chosen)]) + "?"


def _paragraph(spoken: Tongue, chance: np.random.Generator, count: int) -> str:
    words = spoken.draw(chance, count)
    shortest, longest = SENTENCE_WORDS
    sentences = []
    while words:
        length = int(chance.integers(shortest, longest + 1))
        if len(words) - length < shortest:
            length = len(words) if len(words) <= longest else len(words) // 2
        sentence, words = words[:length], words[length:]
        sentence[len(sentence) // 2] += _COMMA[spoken.language]
        sentences.append(" ".join(sentence).capitalize() + ".")
    return " ".join(sentences)
