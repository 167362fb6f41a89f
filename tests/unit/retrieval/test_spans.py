from __future__ import annotations

import re
from pathlib import Path

import pytest

from retrieval.furniture import is_furniture
from retrieval.spans import (
    LONG_SENTENCE_WORDS,
    LONGEST_SENTENCE,
    PASSAGE_WORDS,
    is_quotable,
    passages,
)

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))


def cut(body: str) -> list[str]:
    return [body[slice(*span)] for passage in passages(body) for span in passage.sentences]


@pytest.mark.parametrize(
    "marked",
    [
        "Dr. Ahmed met Gen. Ali. | They spoke.",
        "It cost $3.5 million. | He paid.",
        "بلغ العدد ٣.٥ مليون. | ثم ارتفع.",
        "J. K. Rowling met George W. Bush. | They left.",
        "He left at 4.30 p.m. | The talks went on.",
        "It began at 4 a.m. on Monday. | It held.",
        "In the U.S. officials met. | The U.N. said so.",
        "He lives in the U.S. | The deal holds.",
        "It was No. 10 on the list. | He said no. | Then he left.",
        "It began on Mar. 5 in Doha. | It ended on Jan. 6.",
        "Firms, banks, etc. were shut. | Others, e.g. Acme Inc. in Doha, were not.",
        "He waited... and then left. | He waited… | Then he came back.",
        "Really?! | Yes! | No?",
        "هل بدأت الهدنة؟ | نعم، بدأت؛ وقال المسؤول: انتهت الحرب. | ثم صمت.",
        "قال.. ثم صمت. | وعاد الوفد.",
        "قال د. أحمد إن الهدنة بدأت. | ثم غادر.",
        "قال «بدأت الهدنة. وانتهت الحرب.» | ثم غادر. | وصل الوفد.",
        "He said “It began. It held. It ended.” | Then he left.",
        'He said "It began. It held." | Then he left.',
        "He left (it was late. It rained.) at once. | They stayed.",
        "“Who won?” he asked. | Nobody knew.",
        "He asked: “Who won?” | Nobody knew.",
        "It held in recent days . | “It is here,” he said. | Nobody knew.",
        "It began. | It held",
        "See www.example.com or write to desk@example.org today. | It is free.",
    ],
)
def test_sentences_end_where_a_reader_would_end_them(marked: str) -> None:
    body = marked.replace(" | ", " ")

    assert cut(body) == marked.split(" | ")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("It began.Then it held.", ["It began.", "Then it held."]),
        ("بدأت الهدنة.وانتهت الحرب.", ["بدأت الهدنة.", "وانتهت الحرب."]),
        ("هل بدأت؟نعم.", ["هل بدأت؟", "نعم."]),
    ],
)
def test_a_missing_space_after_a_full_stop_hides_no_sentence(
    body: str, expected: list[str]
) -> None:
    assert cut(body) == expected


def test_a_bullet_stands_before_its_sentence_and_not_in_it() -> None:
    assert cut("• First point.\n- Second point.\n– Third point\n * Fourth one") == [
        "First point.",
        "Second point.",
        "Third point",
        "Fourth one",
    ]


@pytest.mark.parametrize("mark", ["• ", "- ", "* ", "– ", "•\t", "  • "])
def test_a_point_in_small_letters_does_not_go_on_the_point_before(mark: str) -> None:
    body = f"The parties agreed on three points\n{mark}no fire\n{mark}no moves at all\n{mark}talks"

    assert cut(body)[-3:] == ["no fire", "no moves at all", "talks"]


@pytest.mark.parametrize(
    "marks", [("a) ", "b) "), ("(a) ", "(b) "), ("1) ", "2) "), ("1. ", "2. ")]
)
def test_a_numbered_point_begins_a_line_and_keeps_its_number(marks: tuple[str, str]) -> None:
    first, second = marks
    body = f"The terms were these.\n{first}no fire from now on.\n{second}No moves at all."

    assert cut(body) == [
        "The terms were these.",
        f"{first}no fire from now on.",
        f"{second}No moves at all.",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1. The truce began. 2. It held.", ["1. The truce began.", "2. It held."]),
        ("٣. بدأت الهدنة. ٤. صمدت.", ["٣. بدأت الهدنة.", "٤. صمدت."]),
        ("What was the score? 2–1.", ["What was the score? 2–1."]),
        ("He left. …", ["He left."]),
        ("2016.", []),
    ],
)
def test_a_sentence_holds_a_letter(body: str, expected: list[str]) -> None:
    assert cut(body) == expected


def test_a_line_broken_in_mid_sentence_goes_on_in_the_next() -> None:
    body = "This is a line that\nwas wrapped in the middle\r\nof a sentence. Then came more."

    assert cut(body) == [
        "This is a line that\nwas wrapped in the middle\r\nof a sentence.",
        "Then came more.",
    ]


@pytest.mark.parametrize("line", [" date 2024-12-07 ", "read more", "back to top"])
def test_furniture_in_small_letters_does_not_go_on_a_broken_line(line: str) -> None:
    body = f"The talks in Doha went on without a break\n{line}\nThey ended on Monday."

    assert cut(body) == [
        "The talks in Doha went on without a break",
        "They ended on Monday.",
    ]


def test_a_label_that_ends_a_broken_sentence_is_part_of_it() -> None:
    body = "After the talks in Doha had ended the ministers went\nhome. The talks went well."

    assert cut(body)[0] == "After the talks in Doha had ended the ministers went\nhome."


def test_a_blank_line_ends_a_sentence() -> None:
    assert cut("They met in a hotel\n\nlater they left") == [
        "They met in a hotel",
        "later they left",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u0085", "\n\n", "\r\n \r\n"])
def test_every_kind_of_line_ends_a_paragraph(end: str) -> None:
    assert cut(f"One.{end}Two is here.{end}Three is here.") == [
        "One.",
        "Two is here.",
        "Three is here.",
    ]


def test_a_heading_is_context_and_never_a_quote() -> None:
    body = "The Turkish connection\nHistorically, Turkey has backed some Syrian rebel groups."

    [passage] = passages(body)

    assert body[slice(*passage.span)] == body
    assert cut(body) == ["Historically, Turkey has backed some Syrian rebel groups."]


def test_a_short_line_with_a_full_stop_is_a_sentence_and_no_heading() -> None:
    body = "The truce held.\nHistorically, Turkey has backed some Syrian rebel groups."

    assert cut(body)[0] == "The truce held."


def test_a_text_of_one_headline_can_be_quoted() -> None:
    assert cut("Qatar opens contacts") == ["Qatar opens contacts"]


def test_a_sentence_too_long_for_a_quote_is_cut_between_its_clauses() -> None:
    clause = "the delegation went on to say that the talks would be long and hard"
    body = f"{clause}, " * 40 + "and then it left."

    found = cut(body)

    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert all(part.endswith((",", ".")) for part in found)
    assert max(len(part.split()) for part in found) <= LONG_SENTENCE_WORDS
    assert " ".join(found) == body


@pytest.mark.parametrize("body", ["word " * 2_000, "x" * 5_000, "كلمة " * 2_000])
def test_text_without_any_punctuation_is_cut_to_what_can_be_shown(body: str) -> None:
    found = cut(body)

    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", body)


@pytest.mark.parametrize(
    "line",
    [
        "Related Articles",
        " Back to top button ",
        "BACK TO TOP",
        "» Read more »",
        " date 2024-12-07 ",
        "Published on 7 December 2024",
        "Updated: 2024-12-07 18:05",
        "December 7, 2024",
        "مقالات ذات صلة",
        "زر الذهاب إلى الأعلى",
        "اقرأ أيضا:",
        "تاريخ النشر: ٢٠٢٤-٠٣-٠٢",
        "٣ كانون الأول ٢٠٢٤",
        "—",
    ],
)
def test_site_furniture_is_in_no_passage(line: str) -> None:
    body = f"The truce began at dawn.\n{line}\nIt held until the evening came."

    found = passages(body)

    assert [body[slice(*passage.span)] for passage in found] == [
        "The truce began at dawn.",
        "It held until the evening came.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Related articles were found in the house.",
        "On 7 December 2024 it began.",
        "Share prices fell",
        "Close friends met",
        "إعلان الهدنة بدأ",
    ],
)
def test_a_sentence_that_begins_like_furniture_is_kept(line: str) -> None:
    assert not is_furniture(line)
    assert line in cut(f"The truce began.\n{line}")


@pytest.mark.parametrize(
    "unwanted",
    ["Related Articles", "Back to top button", "date 2024-12-07"],
)
def test_no_passage_of_the_seeds_holds_furniture(unwanted: str) -> None:
    bodies = [path.read_bytes().decode() for path in SEEDS]
    assert any(unwanted in body for body in bodies)

    shown = [body[slice(*passage.span)] for body in bodies for passage in passages(body)]

    assert not any(unwanted in text for text in shown)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_passages_of_the_seeds_are_of_a_length_to_be_read(path: Path) -> None:
    body = path.read_bytes().decode()
    least, most = PASSAGE_WORDS

    counts = [len(body[slice(*passage.span)].split()) for passage in passages(body)]

    assert len(counts) >= 4
    assert max(counts) <= most
    assert min(counts[:-1]) >= least


def test_every_word_of_the_story_is_in_a_passage() -> None:
    body = SEEDS[1].read_bytes().decode()

    shown = " ".join(body[slice(*passage.span)] for passage in passages(body))

    assert shown.split() == body.split()


@pytest.mark.parametrize("body", ["", " \n\t ", "***\n---\n", "…", "\u200f", "?!?!", "2016 – 7"])
def test_a_text_without_words_has_no_passage(body: str) -> None:
    assert passages(body) == []
    assert not is_quotable(body)
