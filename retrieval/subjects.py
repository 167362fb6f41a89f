"""What a question is about: the few of its words that a standing query is made of."""

from __future__ import annotations

import re
import unicodedata

from retrieval.text import MAX_WORD, placed

MOST = 6  # words that can be hoped for in one passage
FEWEST = 2  # words of the story's own that make those of any story dispensable
CHARACTERS = 150  # of all the words; a standing query has room for a few more
LOOKED_AT = 1_000  # characters of a question
_POSSESSIVE = re.compile(r"['\u2019][sS]$")


def subject(question: str) -> str:
    """Return at most six words of a question, as written: no grammar, no question words.

    Words that may stand in any story are left out where two others remain. Empty when none is left.
    """
    # As a standing query reads it: compatibility characters have no words' places of their own.
    text = unicodedata.normalize("NFKC", question[:LOOKED_AT])
    words: dict[str, bool] = {}  # each once, and whether it may stand in any story
    for token, start, end in placed(text):
        if not token.stop and end - start < MAX_WORD:
            words.setdefault(_POSSESSIVE.sub("", text[start:end]), token.everyday)
    own = [word for word, everyday in words.items() if not everyday]
    kept = (own if len(own) >= FEWEST else list(words))[:MOST]
    while len(" ".join(kept)) > CHARACTERS:
        kept.pop()
    return " ".join(kept)
