"""Whatever the text: sentences and passages are orderly, and found in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.furniture import is_furniture
from retrieval.spans import LONGEST_SENTENCE, is_quotable, passages

FRAGMENTS = [
    "A truce began at dawn.", "بدأت الهدنة فجرًا.", "Dr. Ahmed", "U.S.", "No. 10", "3.5 million",
    "p.m.", "J. K. Rowling", "“It held. It ended.”", "«بدأت. وانتهت.»", "“", "”", "«", "»", "(",
    ")", '"', "'", "...", "…", "؟", "،", "؛", "!", "?", ".", ",", ";", ":", " ", "  ", "\n",
    "\r\n", "\r", "\n\n", "\u2028", "\u00a0", "\u200f", "• ", "- ", "– ", " date 2024-12-07 ",
    "Related Articles", "مقالات ذات صلة", "The Turkish connection", "word", "كلمة", "ً", "ـ", "👍🏽",
    "x" * 700, "a clause, " * 20, "جملة، " * 30, "A.B.C.", "www.example.com", "don’t", "Syria’s",
    "100", "٢٠١٦", "1. ", "\n2) ", "\n• a", "b)",
]  # fmt: skip
realistic = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join) | st.lists(
    st.sampled_from(FRAGMENTS), max_size=60
).map(" ".join)
STORY = ["A truce began at dawn.", "بدأت الهدنة فجرًا.", "It held, he said, " * 8 + "to the end."]
FURNITURE = ["Related Articles", " date 2024-12-07 ", "read more", "مقالات ذات صلة", "٢٠٢٤/٠٣/٠٢"]
SECONDS = 30.0  # linear takes 2 at most, three times that under coverage; quadratic minutes
HOSTILE = 200_000  # characters
LONGEST_TEXT = 1_000_000


@settings(max_examples=400, deadline=None)
@given(realistic | st.text(max_size=400))
def test_sentences_and_passages_are_orderly(body: str) -> None:
    last_passage = last_sentence = 0

    for passage in passages(body):
        start, end = passage.span
        assert last_passage <= start < end <= len(body)
        last_passage = end
        assert passage.sentences
        for sentence in passage.sentences:
            assert max(start, last_sentence) <= sentence.start < sentence.end <= end
            last_sentence = sentence.end
            text = body[sentence.start : sentence.end]
            assert text == text.strip()
            assert len(text) <= LONGEST_SENTENCE
            assert any(character.isalpha() for character in text)
    assert is_quotable(body) == bool(passages(body))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(STORY), max_size=30), st.data())
def test_furniture_changes_no_sentence_and_is_in_no_passage(
    story: list[str], data: st.DataObject
) -> None:
    lines: list[str] = []
    for line in story:
        lines += [line, *data.draw(st.lists(st.sampled_from(FURNITURE), max_size=2))]
    body = "\n".join(lines)

    found = passages(body)

    shown = [body[slice(*each)] for passage in found for each in passage.sentences]
    assert shown == story
    for passage in found:
        assert not any(map(is_furniture, body[slice(*passage.span)].splitlines()))


@pytest.mark.parametrize(
    "unit",
    ["“", "«", '"', "(", ")", "((a)", "a.", "a. ", "A.", "1.", ". ", "…", "Mr. ", "a, ", "“a.” ",
     "a\n", "1. ", "1.\n", "a) b\n", "\n", "\r\n", "– ", "–\n", "x\n\n", " ", "و", "؟"],
)  # fmt: skip
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    body = (unit * HOSTILE)[:HOSTILE]
    begun = time.process_time()

    passages(body)

    assert time.process_time() - begun < SECONDS


def test_the_longest_text_in_the_shortest_lines_is_read_in_seconds() -> None:
    body = ("ab\n" * LONGEST_TEXT)[:LONGEST_TEXT]
    begun = time.process_time()

    passages(body)

    assert time.process_time() - begun < SECONDS
