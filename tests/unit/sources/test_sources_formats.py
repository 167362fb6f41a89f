from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from bot.sources import Refusal, Submission, read
from retrieval.models import Language

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str, str | bytes], Path]
    Take = Callable[[str, str | bytes], Submission]
    Refuse = Callable[[str, str | bytes], Refusal]

PAGE = """<!doctype html>
<html><head><meta charset="{charset}"><title>{title} | The Wire</title>
<meta property="og:title" content="{title}">
<meta property="og:site_name" content="The Wire">
<meta property="article:modified_time" content="2024-12-31T10:00:00Z">{date}
<link rel="canonical" href="https://example.org/truce?page=2"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li></ul></nav>
<article><h1>{title}</h1>{paragraphs}</article>
<div id="comments"><p>First comment, which is not the story.</p></div>
<footer>Copyright 2019-2020 The Wire</footer></body></html>"""
ENGLISH = (
    "A truce began at dawn across the whole north of the country, the ministry said on Monday.",
    "It held through the night, according to two officials and several residents of the capital.",
)
ARABIC = (
    "بدأت الهدنة فجر اليوم في شمال البلاد كله، بحسب بيان أصدرته وزارة الخارجية صباحًا.",
    "وصمدت الهدنة طوال الليل، وفق مسؤولين اثنين وعدد من سكان العاصمة الذين تحدثوا إلينا.",
)


def page(
    paragraphs: tuple[str, ...] = ENGLISH,
    title: str = "Truce begins",
    charset: str = "utf-8",
    date: str = "",
) -> str:
    marked = "".join(f"<p>{each}</p>" for each in paragraphs)
    return PAGE.format(charset=charset, title=title, date=date, paragraphs=marked)


def test_markdown_is_read_as_its_text(take: Take) -> None:
    found = take(
        "a.md",
        '---\ntitle: "Truce begins"\ndate: 2024-12-07\n'
        "tags: [war, peace]\nsource: The Wire\n---\n\n"
        "# Truce begins\n\nA **truce** [began](https://example.org) at\ndawn. ![map](m.png)\n\n"
        "## The terms\n\n- no *fire*\n- `no` moves\n  1. at all\n\n```\ncode\n```\n\n"
        "<div>raw</div>\n\nIt <b>held</b>.\n",
    )

    assert found.headline == "Truce begins"
    assert (found.outlet, found.published) == ("The Wire", date(2024, 12, 7))
    assert found.body == (
        "A truce began at dawn.\n\nThe terms\n\nno fire\nno moves\nat all\n\nIt held."
    )


def test_arabic_markdown_takes_its_first_heading_as_headline(take: Take) -> None:
    found = take("a.md", "# بدء الهدنة\n\nبدأت [الهدنة](https://example.org) فجرًا.\n")

    assert (found.headline, found.body) == ("بدء الهدنة", "بدأت الهدنة فجرًا.")
    assert found.language is Language.ARABIC


def test_fences_that_are_no_front_matter_are_text(take: Take) -> None:
    found = take("a.md", "---\n\nA truce began.\n")

    assert (found.headline, found.body) == (None, "A truce began.")


def test_nesting_in_markdown_is_bounded(take: Take) -> None:
    found = take("a.md", "A truce began.\n\n" + ">" * 5_000 + " deep\n\n" + "[" * 5_000 + "\n")

    assert found.body.startswith("A truce began.")


@pytest.mark.parametrize(
    ("paragraphs", "title", "language"),
    [
        (ENGLISH, "Truce begins", Language.ENGLISH),
        (ARABIC, "بدء الهدنة في الشمال", Language.ARABIC),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "windows-1256"])
def test_a_page_is_read_as_its_article(
    take: Take, paragraphs: tuple[str, ...], title: str, language: Language, charset: str
) -> None:
    found = take("a.html", page(paragraphs, title, charset).encode(charset))

    assert found.headline == title
    assert found.body == "\n".join(paragraphs)
    assert (found.outlet, found.url) == ("The Wire", "https://example.org/truce?page=2")
    assert (found.language, found.published) == (language, None)


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        (
            '<meta property="article:published_time" content="2024-12-07T10:30:00+03:00">',
            datetime(2024, 12, 7, 7, 30, tzinfo=UTC),
        ),
        ('<meta name="date" content="2024-12-07">', date(2024, 12, 7)),
        (
            '<script type="application/ld+json">[{"datePublished": "2024-12-07"}]</script>',
            date(2024, 12, 7),
        ),
        ('<meta name="date" content="lately">', None),
        ('<script type="application/ld+json">{"datePublished": </script>', None),
        ("", None),
    ],
)
def test_a_page_has_the_date_that_it_states_and_no_other(
    take: Take, stated: str, published: date | None
) -> None:
    assert take("a.htm", page(date=stated)).published == published


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no article text found"),
        (b"<html><body></body></html>", "no article text found"),
        (b"\x00\x01", "holds a NUL character"),
        (page(ARABIC).encode("cp1256"), "not UTF-8 (byte "),
        (page(ARABIC, charset="hex").encode("cp1256"), "not UTF-8 (byte "),
        (page(ARABIC, charset="idna").encode("cp1256"), "not UTF-8 (byte "),
        (page(ARABIC, charset="klingon").encode("cp1256"), "not UTF-8 (byte "),
        (page(ARABIC, charset="ascii").encode("cp1256"), "not ascii (byte "),
    ],
)
def test_a_page_without_an_article_is_refused(refuse: Refuse, content: bytes, reason: str) -> None:
    assert refuse("a.html", content).reason.startswith(reason)


def test_json_gives_its_known_fields(take: Take) -> None:
    found = take(
        "a.json",
        json.dumps(
            {
                "url": "https://example.org/h",
                "title": " بدء \n الهدنة ",
                "outlet": "وكالة",
                "published": "2024-12-07T10:30:00+03:00",
                "language": "ar",
                "text": "بدء الهدنة\n\nبدأت الهدنة.",
                "author": {"name": "x"},
            }
        ),
    )

    assert (found.headline, found.outlet) == ("بدء الهدنة", "وكالة")
    assert found.url == "https://example.org/h"
    assert found.published == datetime(2024, 12, 7, 7, 30, tzinfo=UTC)
    assert (found.language, found.body) == (Language.ARABIC, "بدأت الهدنة.")


@pytest.mark.parametrize("wrap", ["[%s]", '{"articles": [%s]}'])
def test_a_list_is_read_item_by_item(write: Write, wrap: str) -> None:
    items = '{"text": "One."}, 7, {"title": "x"}, {"text": "Two.", "title": null}, {"text": " "}'

    found = list(read([write("a.json", wrap % items)]))

    taken = [each.body for each in found if isinstance(each, Submission)]
    refused = [each for each in found if isinstance(each, Refusal)]
    assert taken == ["One.", "Two."]
    assert [(each.where.rpartition(":")[2], each.reason) for each in refused] == [
        ("article 2", "not an article: an object with the field text is needed"),
        ("article 3", "text: missing"),
        ("article 5", "no text"),
    ]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "9" * 5_000, "1e999"])
def test_odd_numbers_in_unknown_fields_do_no_harm(take: Take, number: str) -> None:
    assert take("a.json", f'{{"text": "One.", "size": {number}}}').body == "One."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"text": ""}', "no text"),
        ("[1", "not JSON: Expecting ',' delimiter"),
        ("", "not JSON: Expecting value"),
        ("7", "not an article: an object with the field text is needed"),
        ('{"articles": 7}', "articles: not a list"),
        ('{"title": "x"}', "text: missing"),
        ('{"text": 7}', "text: not a text"),
        ('{"text": "a", "title": ["x"]}', "title: not a text"),
        ('{"text": "a\\u0000b"}', "holds a NUL character"),
        ('{"text": "a \\ud800"}', "holds an unpaired surrogate"),
        ('{"text": "a", "title": "\\udfff"}', "holds an unpaired surrogate"),
        ('{"text": "a", "published": 20241207}', "published: not a date"),
        ('{"text": "a", "published": "2024-12-07T25:00"}', "published: not a date"),
        ('{"text": "a", "language": "fr"}', "language: only ar and en"),
        ('{"text": "a", "language": 1}', "language: only ar and en"),
        ('{"text": "a", "url": "javascript:alert(1)"}', "url: not an http or https address"),
    ],
)
def test_json_that_is_no_article_is_refused_with_the_reason(
    refuse: Refuse, content: str, reason: str
) -> None:
    found = refuse("a.json", content)

    assert reason in found.reason
    assert len(found.reason) < 120


@pytest.mark.parametrize(
    ("around", "repeated", "times", "reason"),
    [
        ("%s", "[", 100_000, "not JSON: nested too deeply"),
        ("%s", '{"a":', 100_000, "not JSON: nested too deeply"),
        ('{"text": "%s"}', "t", 1_000_001, "text: longer than 1,000,000 characters"),
        ('{"text": "a", "title": "%s"}', "t", 501, "title: longer than 500 characters"),
        ('{"text": "a", "outlet": "%s"}', "t", 201, "outlet: longer than 200 characters"),
        ('{"text": "a", "url": "http://x%s"}', "t", 2_000, "url: longer than 2,000 characters"),
    ],
)
def test_json_beyond_the_bounds_is_refused(
    refuse: Refuse, around: str, repeated: str, times: int, reason: str
) -> None:
    assert refuse("a.json", around % (repeated * times)).reason == reason


def test_broken_json_is_refused_by_its_line(refuse: Refuse) -> None:
    found = refuse("a.json", '{"text":\n "One.",\n oops}')

    assert found.where.endswith("/a.json:line 3")
    assert found.reason.startswith("not JSON: ")


def test_lines_are_read_one_by_one_and_bad_ones_refused_by_number(write: Write) -> None:
    lines = [
        b'\xef\xbb\xbf{"text": "One."}',
        b"",
        b"{oops",
        b'{"text": "\xff"}',
        b'["text"]',
        b'{"text": "' + b"x" * 5_000_000 + b'"}',
        '{"text": "هدنة", "title": "خبر"}'.encode(),
    ]

    found = list(read([write("a.jsonl", b"\r\n".join(lines))]))

    taken = [each for each in found if isinstance(each, Submission)]
    refused = [each for each in found if isinstance(each, Refusal)]
    assert [each.body for each in taken] == ["One.", "هدنة"]
    assert [(each.where.rpartition(":")[2], each.reason) for each in refused] == [
        ("line 3", "not JSON: Expecting property name enclosed in double quotes"),
        ("line 4", "not UTF-8 (byte 11)"),
        ("line 5", "not an article: an object with the field text is needed"),
        ("line 6", "line longer than 5 MB"),
    ]


@pytest.mark.parametrize(
    ("name", "repeated", "reason"),
    [
        ("a.html", "<p>A truce began.", "more than 30,000 elements"),
        ("a.md", "A truce [", "more than 50,000 opening brackets"),
    ],
)
def test_what_would_take_minutes_to_parse_is_refused(
    refuse: Refuse, name: str, repeated: str, reason: str
) -> None:
    assert refuse(name, repeated * 50_001).reason == reason
