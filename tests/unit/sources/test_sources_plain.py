from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sources import Refusal, Submission

    Take = Callable[[str, str | bytes], Submission]
    Refuse = Callable[[str, str | bytes], Refusal]


def test_a_header_gives_what_it_knows(take: Take) -> None:
    found = take(
        "truce.txt",
        "Title: Truce begins\nOUTLET: The Wire\nurl: https://example.org/truce\n"
        "Date: 7 December 2024\nLanguage: English\n\nA truce began at dawn.\n\nIt held.\n",
    )

    assert found.headline == "Truce begins"
    assert found.outlet == "The Wire"
    assert found.url == "https://example.org/truce"
    assert found.published == date(2024, 12, 7)
    assert found.language is Language.ENGLISH
    assert found.body == "A truce began at dawn.\n\nIt held."
    assert found.source == "truce.txt"


def test_an_arabic_header_gives_what_it_knows(take: Take) -> None:
    found = take(
        "hudna.txt",
        "العنوان: بدء الهدنة\nالمصدر: وكالة الأنباء\nالرابط: https://example.org/h\n"
        "التاريخ: ٢٢ كانون الأول ٢٠٢٤\nاللغة: العربية\n\nبدأت الهدنة فجرًا.\n",
    )

    assert (found.headline, found.outlet) == ("بدء الهدنة", "وكالة الأنباء")
    assert (found.url, found.published) == ("https://example.org/h", date(2024, 12, 22))
    assert found.language is Language.ARABIC
    assert found.body == "بدأت الهدنة فجرًا."


@pytest.mark.parametrize(
    "text",
    [
        "Title: Truce\nHe said: no header here\n\nA truce began.",
        "Title: Truce\nA truce began.",
        "\nTitle: Truce\n\nA truce began.",
        "Source: officials said.",
    ],
)
def test_a_block_with_any_other_line_is_text(take: Take, text: str) -> None:
    found = take("a.txt", text)

    assert found.body.endswith(text.strip().splitlines()[-1])
    assert "Truce" not in found.body or "Title: Truce" in found.body + str(found.headline)
    assert found.outlet is None


@pytest.mark.parametrize(
    "headline",
    [
        "Qatar opens contacts with Syria’s opposition group, source says",
        "Is the truce holding?",
        "قطر تبدأ اتصالات مباشرة!",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_short_line_apart_from_the_text_is_the_headline(
    take: Take, headline: str, newline: str
) -> None:
    found = take("a.txt", newline.join(["", headline, "", "A truce began.", "It held.", ""]))

    assert found.headline == headline
    assert found.body == f"A truce began.{newline}It held."


@pytest.mark.parametrize(
    "text",
    [
        "A truce began at dawn.\n\nIt held.",
        "“The truce holds”\n\nHe said so.",
        "وقال المتحدث:\n\nبدأت الهدنة.",
        "قال،\n\nبدأت الهدنة.",
        "Truce begins\nA truce began at dawn.",
        "Truce begins",
        "Truce begins\n\n \n",
        f"{'word ' * 26}\n\nA truce began.",
        f"{'w' * 161}\n\nA truce began.",
        "Related Articles\n\nA truce began.",
        "7 December 2024\n\nA truce began.",
        "***\n\nA truce began.",
    ],
)
def test_any_other_first_line_is_text(take: Take, text: str) -> None:
    found = take("a.txt", text)

    assert found.headline is None
    assert found.body == text.strip()


def test_a_text_without_controls_is_kept_byte_for_byte_between_its_ends(take: Take) -> None:
    body = "A  truce\tbegan.\r\n \r\nIt\u200f held\u2028on.\rد\u0651"

    found = take("a.txt", b"\xef\xbb\xbf" + f" \n{body}\n\n".encode())

    assert found.body == body


def test_a_headline_loses_controls_and_overrides_of_direction(take: Take) -> None:
    found = take("a.txt", "Title: Truce\u202e  begins\x07\t\u2067now\n\nA truce began.")

    assert found.headline == "Truce begins now"


@pytest.mark.parametrize(
    ("line", "published"),
    [
        (" date 2024-12-07 ", date(2024, 12, 7)),
        ("Date: 7 December 2024", date(2024, 12, 7)),
        ("Saturday, December 7, 2024", date(2024, 12, 7)),
        ("Published 2024-12-07 10:30", datetime(2024, 12, 7, 10, 30, tzinfo=UTC)),
        ("Published on: Dec 7, 2024 at 1:05 pm", datetime(2024, 12, 7, 13, 5, tzinfo=UTC)),
        ("تاريخ النشر: 2024-12-07", date(2024, 12, 7)),
        ("تاريخ النشر: ٢٠٢٤-١٢-٢٢", date(2024, 12, 22)),
        ("نُشر في ٢٢ ديسمبر ٢٠٢٤", date(2024, 12, 22)),
        ("السبت، 7 كانون الأول/ديسمبر 2024", date(2024, 12, 7)),
    ],
)
def test_a_date_alone_near_the_top_is_the_articles_and_stays_in_the_text(
    take: Take, line: str, published: date
) -> None:
    text = f"Truce begins\nBy our staff\n{line}\nA truce began."

    found = take("a.txt", text)

    assert found.published == published
    assert type(found.published) is type(published)
    assert found.body == text


@pytest.mark.parametrize(
    "text",
    [
        "A truce began on 7 December 2024.",
        "On 2024-12-07 a truce began",
        "Damascus, 7 December 2024 – A truce began",
        "One.\n" * 5 + "2024-12-07\nSix.",
        "07/12/2024\nA truce began.",
        "1899-12-07\nA truce began.",
        "2024-13-41\nA truce began.",
        "December 2024\nA truce began.",
    ],
)
def test_no_date_is_guessed(take: Take, text: str) -> None:
    assert take("a.txt", text).published is None


def test_a_date_in_the_header_goes_before_one_in_the_text(take: Take) -> None:
    found = take("a.txt", "Date: 2024-12-08\n\n2024-12-07\n\nA truce began.")

    assert found.published == date(2024, 12, 8)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("بدأت الهدنة with HTS", Language.ARABIC),
        ("A truce, or هدنة, began", Language.ENGLISH),
        ("Language: ar-SY\n\nHTS: OK", Language.ARABIC),
        ("Language: en_GB\n\nهدنة", Language.ENGLISH),
        ("اللغة: الإنجليزية\n\nهدنة", Language.ENGLISH),
        ("Language:\n\nهدنة", Language.ARABIC),
    ],
)
def test_the_language_is_as_given_or_that_of_most_letters(
    take: Take, text: str, language: Language
) -> None:
    assert take("a.txt", text).language is language


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text"),
        (b" \r\n\t ", "no text"),
        (b"Title: Truce\n\n", "no text"),
        (b"Related Articles\n\nBack to top button\n date 2024-12-07 \n", "no text"),
        ("مقالات ذات صلة".encode(), "no text"),
        (b"12345 \xf0\x9f\x98\x80!", "no text"),
        ("世界".encode(), "no Arabic or English text"),
        (b"A truce began at\xffdawn", "not UTF-8 (byte 17)"),
        (b"\xef\xbb\xbfA\xff", "not UTF-8 (byte 2)"),
        ("هدنة".encode("cp1256"), "not UTF-8 (byte 1)"),
        ("A truce".encode("utf-16"), "not UTF-8 (byte 1)"),
        (b"A truce\0began", "holds a NUL character"),
        (b"A \xed\xa0\x80", "not UTF-8 (byte 3)"),
        (b"Date: soon\n\nA truce began.", "published: not a date"),
        (b"Date: 1850-01-01\n\nA truce began.", "published: not a date"),
        (b"Date: 2024-02-30\n\nA truce began.", "published: not a date"),
        (b"Language: fr\n\nUne tr\xc3\xaave.", "language: only ar and en"),
        (b"URL: ftp://example.org/\n\nA truce.", "url: not an http or https address"),
        (b"URL: https://exa mple.org/\n\nA truce.", "url: not an http or https address"),
        (b"URL: http://[\n\nA truce.", "url: not an http or https address"),
        (b"Title: " + b"t" * 501 + b"\n\nA truce.", "headline: longer than 500 characters"),
        (b"Outlet: " + b"t" * 201 + b"\n\nA truce.", "outlet: longer than 200 characters"),
    ],
)
def test_what_is_no_article_is_refused_with_the_reason(
    refuse: Refuse, content: bytes, reason: str
) -> None:
    found = refuse("bad.txt", content)

    assert found.where.endswith("/bad.txt")
    assert found.reason == reason


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_text_too_long_for_an_article_is_refused(refuse: Refuse, name: str) -> None:
    found = refuse(name, "a " * 500_001)

    assert found.reason == "text: longer than 1,000,000 characters"


@pytest.mark.parametrize("text", ["?!?!…", "2016 – 2017", "Related Articles\n2024-12-07\n", "***"])
def test_a_text_that_nothing_can_be_quoted_from_is_refused(refuse: Refuse, text: str) -> None:
    assert refuse("a.txt", f"Language: en\n\n{text}").reason == "no text"


def test_controls_and_overrides_of_direction_are_left_out_of_a_text(take: Take) -> None:
    found = take("a.txt", "A\u202e truce\u2066 be\x07gan\x9f at\x0bdawn.\r\n\tIt\u202c held.")

    assert found.body == "A truce began at\ndawn.\r\n\tIt held."


def test_joiners_and_marks_of_direction_are_kept_in_a_text(take: Take) -> None:
    body = "بدأت\u200f می\u200cخواهم\u200d Isnad\u200e فجرًا."

    assert take("a.txt", body).body == body


def test_a_text_in_shapes_of_arabic_letters_is_arabic(take: Take) -> None:
    assert take("a.txt", "\ufeb3\ufeee\ufead\ufef3\ufe8e.").language is Language.ARABIC


def test_an_arabic_text_with_many_latin_names_is_arabic(take: Take) -> None:
    text = "قالت شركات Google وMicrosoft وAmazon إنها تستثمر."

    assert take("a.txt", text).language is Language.ARABIC
