from __future__ import annotations

import pytest

from bot.preview.markup import BadMarkupError, parse, units, url_fault


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("  a &lt;b&gt; &amp; &#33;\n", "a <b> & !", []),
        ("&#x627;&quot;", '\u0627"', []),
        ("<b>bold</b>", "bold", [("bold", 0, 4)]),
        ("<STRONG>bold</strong >", "bold", [("bold", 0, 4)]),
        ("😀<i>x</i>", "😀x", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<b><i>a</i></b>", "a", [("bold", 0, 1), ("italic", 0, 1)]),
        ("\n<u> a </u>\n", "a", [("underline", 0, 1)]),
        (" <s> </s>a<del> </del> ", "a", []),
        ("<b></b>x > y", "x > y", []),
        ('<span class="tg-spoiler">q</span>', "q", [("spoiler", 0, 1)]),
        ("<tg-emoji emoji-id=5>q</tg-emoji>", "q", [("custom_emoji", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
        ('<a href="https://a.example/?a=1&amp;b=2">l</a>', "l", [("text_link", 0, 1)]),
        ('<pre><code class="language-x">c</code></pre>', "c", [("pre", 0, 1), ("code", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities_in_utf_16_units(
    html: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    parsed = parse(html)

    found = [(each["type"], each["offset"], each["length"]) for each in parsed.entities]

    assert parsed.text == text
    assert found == entities


@pytest.mark.parametrize(
    "quoted", ['"tg://user?a=1&amp;b=2"', "'tg://user?a=1&amp;b=2'", "tg://user?a=1&amp;b=2"]
)
def test_a_link_in_html_is_unescaped(quoted: str) -> None:
    parsed = parse(f"<a href={quoted}>l</a>")

    assert parsed.entities[0]["url"] == "tg://user?a=1&b=2"


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<h1>a</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("سلام <3", 'Unsupported start tag "3" at byte offset 9'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a</h1>", 'Unsupported end tag "h1" at byte offset 1'),
        ("<b", 'Unsupported start tag "b" at byte offset 0'),
        ("<!-- a -->", 'Unsupported start tag "!--" at byte offset 0'),
        ("a & b", "Unescaped ampersand at byte offset 2"),
        ("&nbsp;", "Unescaped ampersand"),
        ("&#0;", "No such character"),
        ("&#xd800;", "No such character"),
        ("&#x110000;", "No such character"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>a</b></i>", 'expected "</i>", found "</b>"'),
        ("<blockquote>" * 2 + "a" + "</blockquote>" * 2, "Blockquotes can't be nested"),
        ('<a href="not an address">a</a>', "Link 'not an address' would be dropped"),
        ("<a>a</a>", "Link '' would be dropped"),
        ('<a href="https://a.b"><i><a href="https://a.b">a</a></i></a>', "Links can't be nested"),
        ('<b class="x">a</b>', 'Unsupported attribute "class"'),
        ("<span>a</span>", 'must have class "tg-spoiler"'),
        ("<tg-emoji>a</tg-emoji>", 'must have attribute "emoji-id"'),
        ("<code><b>a</b></code>", "can't stand in code"),
        ("<pre><b>a</b></pre>", "can't stand in code"),
        ("<b>a</b> " * 101, "101 entities"),
        ("<b>" * 5000, "100 tags are open already at byte offset 300"),
    ],
)
def test_html_that_telegram_would_not_parse_is_refused(html: str, complaint: str) -> None:
    with pytest.raises(BadMarkupError) as refused:
        parse(html)

    assert complaint in str(refused.value)


def test_a_hundred_entities_are_the_most() -> None:
    parsed = parse("<b>a</b> " * 100)

    assert len(parsed.entities) == 100


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://a.example/x?y#z", None),
        ("http://192.0.2.1:80", None),
        ("tg://resolve?domain=a", None),
        ("javascript:alert(1)", "Unsupported URL protocol"),
        ("ftp://a.example", "Unsupported URL protocol"),
        ("a.example", "Unsupported URL protocol"),
        ("", "Unsupported URL protocol"),
        ("https://", "URL host is empty"),
        ("https://localhost/a", "Wrong HTTP URL"),
        ("https://a.example/a b", "Wrong HTTP URL"),
        ("https://[a.example", "Wrong HTTP URL"),
    ],
)
def test_an_address_is_taken_or_faulted(url: str, fault: str | None) -> None:
    assert url_fault(url) == fault


def test_lengths_count_a_character_beyond_16_bits_twice() -> None:
    assert units("a\u0627😀") == 4
