from __future__ import annotations

from datetime import date

import pytest

from bot import layout, render
from bot.i18n.catalog import Catalogue, Voice, plain
from bot.links import decode
from bot.store import ArchiveSummary
from retrieval.models import Answer, Language, Quote
from tests.fakes.archive import article, quote

ENGLISH = Catalogue().voice(Language.ENGLISH)
ARABIC = Catalogue().voice(Language.ARABIC)
SUMMARY = ArchiveSummary(12415, {}, 12415, 0, date(2020, 1, 2), date(2024, 12, 9), None)


def labels(message: layout.Message) -> list[str]:
    return [button.label for row in message.keyboard for button in row]


def sentences(length: int, number: int = 1) -> str:
    return f"{number} " + "word " * (length // 5 - 1) + "end."


def test_an_answer_shows_quote_source_and_context() -> None:
    body = "It rained. A truce began at dawn. People cheered."
    source = article(
        body, headline="Truce", outlet="The Desk", url="https://d.example/1?a=1&b=2",
        published=date(2024, 12, 9),
    )  # fmt: skip
    answer = Answer("when?", Language.ENGLISH, (quote(source, "A truce began at dawn.", body),))

    message = render.answer(answer, ENGLISH)

    assert message.html == (
        "Found in one article:\n"
        "<blockquote>A truce began at dawn.</blockquote>\n"
        "Source: \u2068The Desk\u2069, \u20689 December 2024\u2069, Arabic – "
        '<b><a href="https://d.example/1?a=1&amp;b=2">\u2068Truce\u2069</a></b>\n'
        "Context:\n"
        "<blockquote expandable>It rained. <b>A truce began at dawn.</b> People cheered."
        "</blockquote>"
    ).replace("Arabic", "English")
    assert labels(message) == ["Open article", "Helpful", "Not helpful", "Alert me"]


def test_an_article_without_headline_outlet_or_date_is_named_by_what_it_has() -> None:
    answer = Answer("?", Language.ENGLISH, (quote(article("A truce began."), "A truce began."),))

    message = render.answer(answer, ENGLISH)

    assert "Source: \u20681.txt\u2069, English – <b>\u2068A truce began.\u2069</b>" in message.html
    assert labels(message) == ["Helpful", "Not helpful", "Alert me"]


def test_further_quotes_are_numbered_and_collapsed() -> None:
    one, two = article("First words."), article("Second words.", 2)
    found = Answer(
        "?",
        Language.ENGLISH,
        (quote(one, "First words."), quote(two, "Second words.", also=(one, one, one, one))),
        sources_differ=True,
        has_more=True,
    )

    message = render.answer(found, ENGLISH)

    assert "Sources differ; both are quoted." in message.html
    assert "Also: 2) \u20682.txt\u2069" in message.html
    assert "<blockquote expandable>Second words.</blockquote>" in message.html
    assert "Also in 4 other outlets." in message.html
    assert "Found in 2 articles. The clearest:" in message.html
    assert message.keyboard[0][-1] == layout.Button("More", "m:2:")


def crossing(question: Language, *languages: Language, has_more: bool = False) -> Answer:
    """An answer to a question in one language with a quote in each of others."""
    bodies = [f"Quote {number}." for number in range(1, len(languages) + 1)]
    quotes = tuple(
        quote(article(body, number, language=language), body)
        for number, (body, language) in enumerate(zip(bodies, languages, strict=True), 1)
    )
    return Answer("?", question, quotes, has_more=has_more)


EN, AR = Language.ENGLISH, Language.ARABIC


@pytest.mark.parametrize(
    ("say", "asked", "line"),
    [
        (ENGLISH, EN, "From coverage in Arabic:"),
        (ENGLISH, AR, "From coverage in English:"),
        (ARABIC, EN, "من تغطية بالعربية:"),
        (ARABIC, AR, "من تغطية بالإنجليزية:"),
    ],
)
@pytest.mark.parametrize("own", [(0,), (1,), (0, 1), (2,)])
def test_a_mixed_answer_says_once_where_it_crosses_languages(
    say: Voice, asked: Language, line: str, own: tuple[int, ...]
) -> None:
    other = AR if asked is EN else EN
    languages = [asked if place in own else other for place in range(3)]

    lines = render.answer(crossing(asked, *languages), say).html.splitlines()

    assert lines.count(line) == 1
    below = "\n".join(lines[lines.index(line) :])
    first = languages.index(other) + 1
    assert f"Quote {first}." in below
    assert f"Quote {first - 1}." not in below


@pytest.mark.parametrize("say", [ENGLISH, ARABIC])
@pytest.mark.parametrize("language", Language)
def test_an_answer_in_the_questions_language_says_nothing_of_languages(
    say: Voice, language: Language
) -> None:
    found = crossing(language, language, language)

    message = render.answer(found, say)

    assert render.crosses_at(found) is None
    assert "From coverage" not in message.html
    assert "من تغطية" not in message.html


@pytest.mark.parametrize(
    ("say", "nothing", "line"),
    [
        (ENGLISH, "Nothing in English.", "From coverage in Arabic:"),
        (ARABIC, "لم أجد شيئًا بالإنجليزية.", "من تغطية بالعربية:"),
    ],
)
def test_nothing_is_said_to_be_missing_while_there_is_more(
    say: Voice, nothing: str, line: str
) -> None:
    whole = render.answer(crossing(EN, AR, AR), say).html
    begun = render.answer(crossing(EN, AR, AR, has_more=True), say).html
    more = render.answer(crossing(EN, AR), say, skip=3).html

    assert (nothing in whole, line in whole) == (True, False)
    assert (nothing in begun, begun.count(line)) == (False, 1)
    assert (nothing in more, more.count(line)) == (False, 1)


def test_an_inline_result_says_that_it_crosses_languages() -> None:
    source = article("بدأت الهدنة.", language=AR)
    found = quote(source, "بدأت الهدنة.")

    crosses = render.card(found, "When did the truce begin?", ENGLISH, "isnad_bot")
    own = render.card(found, "متى بدأت الهدنة؟", ARABIC, "isnad_bot")

    assert crosses is not None
    assert own is not None
    assert "From coverage in Arabic:" in crosses.message.html
    assert "من تغطية" not in own.message.html


def test_a_second_quote_of_one_article_does_not_name_it_again() -> None:
    source = article("First words. Second words.", headline="Truce")
    quotes = (quote(source, "First words."), quote(source, "Second words."))

    message = render.answer(Answer("?", Language.ENGLISH, quotes), ENGLISH)

    assert message.html.count("Truce") == 1
    assert "Also: 2) in the same article\n<blockquote expandable>Second words." in message.html


def test_a_message_that_is_too_long_loses_its_context_first() -> None:
    text = sentences(2800)
    body = text + " " + sentences(1400, 2)
    found = Answer("?", Language.ENGLISH, (quote(article(body), text, body),))
    short = Answer("?", Language.ENGLISH, (quote(article(body), sentences(1400, 2), body),))

    long, full = render.answer(found, ENGLISH), render.answer(short, ENGLISH)

    assert text in long.html
    assert "Context:" not in long.html
    assert "Context:" in full.html


def test_a_message_that_is_too_long_then_loses_its_last_quotes_and_more_brings_them() -> None:
    quotes = tuple(quote(article(sentences(1900, n), n), sentences(1900, n)) for n in range(1, 4))

    message = render.answer(Answer("?", Language.ENGLISH, quotes), ENGLISH, skip=3)

    assert sentences(1900, 2) in message.html
    assert sentences(1900, 3) not in message.html
    assert message.keyboard[0][-1].data == "m:5:"
    assert len(decode((message.keyboard[-2][0].data or "")[2:])) == 2


def test_a_quote_is_never_cut_but_named_when_it_is_too_long_to_show() -> None:
    body = sentences(5000)
    source = article(body, headline="A long sentence")

    message = render.answer(Answer("?", Language.ENGLISH, (quote(source, body),)), ENGLISH)

    assert message.html == (
        "The passage is too long to show here word for word. "
        "It stands in: <b>\u2068A long sentence\u2069</b>"
    )


def test_length_is_counted_as_telegram_counts_it() -> None:
    assert layout.units("<b>a&amp;b</b>😀") == 5


def test_context_keeps_the_quote_whole_and_cuts_around_it() -> None:
    text = "A truce began at dawn."
    body = "before " * 400 + text + " after" * 400

    message = render.context([quote(article(body, n), text, body) for n in (1, 2, 3)], ENGLISH)

    assert message.html.count(f"<b>{text}</b>") == 3
    assert "…" in message.html
    assert layout.units(message.html) <= layout.MESSAGE_LIMIT


def test_quotes_of_one_passage_share_it_and_all_stand_out() -> None:
    body = "It rained. A truce began. People cheered. Music played. It was late."
    one, other = article(body, headline="Truce"), article("Later.", 2, headline="After")
    quotes = [
        quote(one, "People cheered.", body),
        quote(other, "Later."),
        quote(one, "A truce began.", body),
    ]

    english, arabic = render.context(quotes, ENGLISH), render.context(quotes, ARABIC)

    shown = "It rained. <b>A truce began.</b> <b>People cheered.</b> Music played. It was late."
    assert english.html.count("It rained.") == 1
    assert f"<blockquote>{shown}</blockquote>" in english.html
    assert english.html.startswith("Context of quotes 1 and 3:")
    assert "\nContext of quote 2:" in english.html
    assert arabic.html.startswith("سياق الاقتباسين 1 و3:")


def test_what_stands_between_two_quotes_is_cut_when_it_is_long() -> None:
    body = "It began. " + "word " * 2000 + "It ended."
    source = article(body)
    quotes = [quote(source, "It began.", body), quote(source, "It ended.", body)]

    message = render.context(quotes, ENGLISH)

    assert "<b>It began.</b> word " in message.html
    assert " … " in message.html
    assert message.html.endswith(" word <b>It ended.</b></blockquote>")
    assert layout.units(message.html) < render.CONTEXT_LIMIT + 200


def test_context_is_offered_only_for_what_the_message_does_not_show() -> None:
    body = "It rained. A truce began. People cheered."
    one, other = article(body), article("Before. Later. After.", 2)
    first = quote(one, "A truce began.", body)
    beside = quote(one, "People cheered.", body)
    elsewhere = quote(other, "Later.", other.body)

    def offered(*quotes: Quote) -> list[bool]:
        found = Answer("?", Language.ENGLISH, quotes)
        messages = (render.answer(found, ENGLISH), render.reopened(quotes, ENGLISH))
        return ["Context" in labels(message) for message in messages]

    assert offered(first) == [False, False]
    assert offered(first, beside) == [False, False]
    assert offered(first, elsewhere) == [True, True]
    assert offered(first, quote(other, "Later.")) == [False, False]


def test_context_is_offered_when_the_first_passage_did_not_fit_the_message() -> None:
    text = sentences(2900)
    body = sentences(1400, 2) + " " + text

    message = render.answer(
        Answer("?", Language.ENGLISH, (quote(article(body), text, body),)), ENGLISH
    )

    assert "Context:" not in message.html
    assert "Context" in labels(message)


def test_the_context_of_an_answer_marks_every_quote_that_stands_in_it() -> None:
    body = "It rained. A truce began. People cheered."
    source = article(body)
    found = (quote(source, "A truce began.", body), quote(source, "People cheered.", body))

    message = render.answer(Answer("?", Language.ENGLISH, found), ENGLISH)

    assert "It rained. <b>A truce began.</b> <b>People cheered.</b></blockquote>" in message.html


def test_a_headline_cannot_turn_the_direction_of_its_line() -> None:
    near = (article("x", headline="Doha \u202etalks\u2066 end\u200f"),)

    message = render.refusal(Answer("why?", Language.ENGLISH, near=near), ENGLISH, SUMMARY)

    assert "1) <b>Doha talks end</b>" in message.html


def test_a_refusal_says_what_was_searched_and_cuts_the_echo() -> None:
    near = (article("x", headline="Near & far", url="https://d.example/"),)
    found = Answer("why " * 300, Language.ARABIC, near=near)

    message = render.refusal(found, ARABIC, SUMMARY)

    assert message.html.startswith("لم أجد في الأرشيف جوابًا عن «\u2068why why")
    assert "بحثت في 12,415 مقالًا من \u20682 يناير 2020\u2069" in message.html
    assert '\n1) <b><a href="https://d.example/">Near &amp; far</a></b>\n' in message.html
    assert len(plain(message.html)) < 500


@pytest.mark.parametrize(
    "url",
    [None, "", "ftp://a.example", "javascript:alert(1)", "https://", "https://localhost/x",
     "http://a b.example", "https://a.example/ x", "https://[::1",
     "https://a.example/" + "x" * 3000,
     'https://a.example/"'],
)  # fmt: skip
def test_an_address_that_telegram_refuses_is_not_offered(url: str | None) -> None:
    assert not layout.openable(url)


@pytest.mark.parametrize("url", ["https://a.example", "http://aljazeera.net:80/خبر?x=1#y"])
def test_a_web_address_is_offered(url: str) -> None:
    assert layout.openable(url)


def test_a_card_carries_the_code_of_its_quote() -> None:
    source = article("A truce began.", 7, headline="Truce")

    card = render.card(quote(source, "A truce began."), "when?", ENGLISH, "isnad_bot")

    assert card is not None
    assert decode(card.code) == ((7, 0, 14),)
    assert card.title == "Truce"
    assert card.message.keyboard[0][-1].url == f"https://t.me/isnad_bot?start=q_{card.code}"


def test_texts_are_cut_between_words() -> None:
    assert layout.cut("one two three", 9) == "one two…"
    assert layout.cut("one  two\n", 9) == "one two"
    assert layout.cut("x" * 20, 9) == "x" * 8 + "…"
