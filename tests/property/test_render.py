from __future__ import annotations

import html

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import layout, render
from bot.i18n.catalog import Catalogue, plain
from retrieval.models import Answer, Language, Quote, Span
from tests.fakes.archive import article

VOICES = [Catalogue().voice(language) for language in Language]

texts = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"' \n\u0627\u2069😀"),
    min_size=1,
).map(lambda text: text * 3) | st.integers(1, 6000).map(lambda n: "\u0643لمة " * (n // 5) + "end.")


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    before, words, after = draw(texts), draw(texts), draw(texts)
    body = before + words + after
    source = article(
        body,
        draw(st.integers(1, 10**6)),
        headline=draw(st.none() | texts),
        outlet=draw(st.none() | texts),
        url=draw(st.none() | st.just("https://a.example/?a=1&b=<>")),
        language=draw(st.sampled_from(Language)),
    )
    return Quote(source, Span(len(before), len(before) + len(words)), Span(0, len(body)))


@settings(max_examples=60, deadline=None)
@given(st.lists(quotes(), min_size=1, max_size=3), st.sampled_from(VOICES), st.integers(0, 900))
def test_an_answer_fits_and_quotes_word_for_word(
    found: list[Quote], say: object, skip: int
) -> None:
    answer = Answer("?", Language.ENGLISH, tuple(found), has_more=True)

    message = render.answer(answer, say, skip=skip)

    assert 0 < layout.units(message.html) <= layout.MESSAGE_LIMIT
    first = html.escape(found[0].text)
    assert f"<blockquote>{first}</blockquote>" in message.html or "blockquote" not in message.html
    for row in message.keyboard:
        assert all(len((button.data or "").encode()) <= 64 for button in row)
    assert len(message.keyboard) <= 3


@settings(max_examples=60, deadline=None)
@given(st.lists(quotes(), min_size=1, max_size=3), st.sampled_from(VOICES))
def test_a_context_and_a_reopened_answer_fit(found: list[Quote], say: object) -> None:
    for message in (render.context(found, say), render.reopened(found, say)):
        assert 0 < layout.units(message.html) <= layout.MESSAGE_LIMIT


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 50))
def test_a_cut_text_is_one_line_and_not_longer_than_allowed(text: str, limit: int) -> None:
    shown = layout.cut(text, limit)

    assert len(shown) <= max(limit, 1) + 1
    assert len(shown.splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_is_seen_as_it_was(text: str) -> None:
    assert plain(html.escape(text)) == text
