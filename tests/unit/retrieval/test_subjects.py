from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.queries import parse
from retrieval.subjects import MOST, subject


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What did the Qatar foreign ministry say about contacts with HTS?", "Qatar HTS"),
        ("من هو محمد البشير القيادي في هيئة تحرير الشام؟", "محمد البشير تحرير الشام"),
        ("Who met with Turkey’s Hakan Fidan in Doha?", "Turkey Hakan Fidan Doha"),
        ("ماذا قالت قطر؟", "قالت قطر"),
        ("Iran or | -Iran", "Iran"),
        ("U.S. troops in al-Tanf", "U.S. troops Tanf"),
        ("what? 🙂 ؟", ""),
        ("ماذا؟", ""),
    ],
)
def test_a_question_is_about_its_rarer_words_as_written(question: str, words: str) -> None:
    assert subject(question) == words


@given(st.text(max_size=2000))
def test_what_any_question_is_about_can_be_followed(question: str) -> None:
    words = subject(question)

    assert len(words.split()) <= MOST
    if words:
        parse(words)
