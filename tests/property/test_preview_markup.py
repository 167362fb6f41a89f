from __future__ import annotations

import html
from itertools import combinations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.preview.markup import BadMarkupError, parse, units

PIECES = [
    "<b>", "</b>", "<i>", "</i >", "<u >", "</u>", "<s>", "</s>", "<a href='https://a.b'>",
    '<a href="tg://x?a&amp;b">', "<a href=https://a.b>", "</a>", "<pre>", "</pre>",
    '<code class="x">', "<code>", "</code>", "<blockquote>", "<blockquote expandable>",
    "</blockquote>", '<span class="tg-spoiler">', "</span>", '<tg-emoji emoji-id="1">',
    "</tg-emoji>", "<h1>", "<", ">", "</", "&", "&amp;", "&#1575;", "&#x1f600;", "&#0;", "&lt;",
    '"', "'", "=", " ", "\n", "\u3000", "😀", "هدنة", "a", "\u202e", "\ud800",
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"' \n😀"))
soup = st.lists(st.sampled_from(PIECES) | texts, max_size=30).map("".join)


@given(texts)
def test_an_escaped_text_is_read_as_the_text(text: str) -> None:
    parsed = parse(html.escape(text, quote=False).replace('"', "&quot;"))

    assert parsed.text == text.strip()
    assert parsed.entities == []


@given(st.text("ab😀 \n", min_size=1), st.text(" \n😀a"), st.text(" \n😀a"))
def test_an_entity_covers_its_words_however_the_text_is_trimmed(
    words: str, before: str, after: str
) -> None:
    parsed = parse(f"{before}<b>{words}</b>{after}")

    text = parsed.text.encode("utf-16-le")
    bold = [text[2 * each["offset"] :][: 2 * each["length"]] for each in parsed.entities]
    whole = (before + words + after).strip()
    assert parsed.text == whole
    assert "".join(each.decode("utf-16-le") for each in bold).strip() == words.strip()


@settings(max_examples=500, deadline=None)
@given(soup)
@example("<b>" * 101)
@example("&#1114112;")
@example("<a " + "a=" * 2000)
@example("<" + "b " * 2000)
def test_whatever_is_read_is_refused_or_its_entities_lie_within_each_other_or_apart(
    source: str,
) -> None:
    try:
        parsed = parse(source)
    except BadMarkupError:
        return

    assert parsed.text == parsed.text.strip()
    spans = [(each["offset"], each["offset"] + each["length"]) for each in parsed.entities]
    assert spans == sorted(spans, key=lambda span: (span[0], -span[1]))
    for start, end in spans:
        assert 0 <= start < end <= units(parsed.text)
    for (start, end), (later, last) in combinations(spans, 2):
        assert later >= end or (start <= later and last <= end)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_what_was_read_once_means_the_same_when_it_is_padded(source: str) -> None:
    try:
        parsed = parse(source)
    except BadMarkupError:
        return

    assert parse(f"\n {source}\t") == parsed
