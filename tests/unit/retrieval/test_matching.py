from __future__ import annotations

import pytest

from retrieval.matching import Matcher, Place, parse

ENGLISH = """Fighting began in Aleppo on Sunday, and then it ended.

The Iranian foreign minister, Abbas Araghchi, met the emir of Qatar in Doha. Talks on the \
cease-fire are under way, al-Khulaifi said. Share prices fell. Oil rose.
"""
ARABIC = """قال وزير الخارجية الإيراني عباس عراقجي إن المفاوضات في الدوحة مستمرة. وأكد دعمه لفلسطين.

ونفت حماس ذلك في بيان.
"""


LATIN = dict(zip("عقجلفرمحدس", "aqglfrmhds", strict=True))


class Letters:
    """Names of which the consonants are the same; a stand-in for the real ones."""

    def skeleton(self, word: str, /) -> str:
        letters = (LATIN.get(letter, letter) for letter in word.replace("gh", "q"))
        return "".join(letter for letter in letters if letter in "qglfrmhds")

    def alike(self, one: str, other: str, /) -> bool:
        return {one, other} != {"mahmoud", "محمد"}


def place(query: str, headline: str, body: str) -> Place | None:
    matcher = Matcher(Letters())
    matcher.add(7, parse(query))
    found = matcher.match(headline, body)
    assert [match.number for match in found] in ([], [7])
    return found[0].place if found else None


def words(query: str, headline: str, body: str) -> list[str] | None:
    found = place(query, headline, body)
    if found is None:
        return None
    text = headline if found.in_headline else body
    return [text[start:end] for start, end in found.words]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("iran", ["Iranian"]),
        ("Qatar talks", ["Qatar"]),
        ("Syria | Qatar", ["Qatar"]),
        ("Syria or Doha -Cairo", ["Doha"]),
        ('"foreign minister"', ["foreign minister"]),
        ('"the foreign ministers"', None),
        ('"emir of Qatar"', ["emir of Qatar"]),
        ('"ceasefire" | "cease fire"', ["cease-fire"]),
        ("al-Khulaifi", ["Khulaifi"]),
        ('"Qatar in Doha" araghchi', ["Araghchi", "Qatar in Doha"]),
        ("it", ["it"]),
        ("*", []),
        ("* -Cairo", []),
    ],
)
def test_an_english_article_matches(query: str, found: list[str] | None) -> None:
    assert words(query, "", ENGLISH) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("فلسطين", ["لفلسطين"]),
        ("إيران", ["الإيراني"]),
        ("«وزير الخارجية»", ["وزير الخارجية"]),
        ("مفاوضات الدوحة", ["المفاوضات", "الدوحة"]),
        ("لبنان أو حماس", ["حماس"]),
        ("حماس | لبنان -قطر", ["حماس"]),
        ("وزير -مصر", ["وزير"]),
        ("*", []),
    ],
)
def test_an_arabic_article_matches(query: str, found: list[str] | None) -> None:
    assert words(query, "", ARABIC) == found


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("Iraq", ENGLISH),
        ("emirates", ENGLISH),
        ('"minister foreign"', ENGLISH),
        ('"Doha talks"', ENGLISH),
        ("Iran -Aleppo", ENGLISH),
        ('Qatar -"cease fire"', ENGLISH),
        ("* -Qatar", ENGLISH),
        ("العراق", ARABIC),
        ("«الخارجية وزير»", ARABIC),
        ("«مستمرة وأكد»", ARABIC),
        ("فلسطين -حماس", ARABIC),
        ("* -عراقجي", ARABIC),
    ],
)
def test_an_article_does_not_match(query: str, body: str) -> None:
    assert place(query, "", body) is None


@pytest.mark.parametrize(
    ("one", "other", "filler"),
    [("Aleppo", "Doha", "word"), ("حلب", "الدوحة", "كلمة")],
)
def test_words_must_stand_in_one_passage(one: str, other: str, filler: str) -> None:
    apart = f"{one} {f'{filler} ' * 80}.\n\n{other} {f'{filler} ' * 80}."
    together = f"{one} {f'{filler} ' * 40}. {other} {f'{filler} ' * 20}."

    assert words(f"{one} {other}", "", apart) is None
    assert words(f"{one} {other}", "", together) == [one]


@pytest.mark.parametrize(
    ("one", "verb", "other", "body"),
    [("Syria", "thanks", "Qatar", "It rained."), ("سوريا", "تشكر", "قطر", "هطل المطر.")],
)
def test_words_may_all_stand_in_the_headline(one: str, verb: str, other: str, body: str) -> None:
    headline = f"{one} {verb} {other}"

    assert words(f"{one} {other}", headline, body) == [one, other]
    assert words(f"{one} {other}", one, f"{other} {body}") is None
    assert words(f"{one} -{other}", headline, body) is None


@pytest.mark.parametrize(
    ("query", "headline", "body", "sentence"),
    [
        ("Doha", "Doha talks", "Talks in Doha. Rain fell.", "Talks in Doha."),
        ("قطر", "محادثات قطر", "هطل المطر. أعلنت قطر ذلك.", "أعلنت قطر ذلك."),
        ("oil gas", "", "Oil rose. Oil and gas fell. Gas rose.", "Oil and gas fell."),
        ("oil gas war", "", "War came. Oil and gas fell. War went.", "Oil and gas fell."),
        ("نفط غاز", "", "ارتفع النفط. هبط النفط والغاز. ارتفع الغاز.", "هبط النفط والغاز."),
    ],
)
def test_the_sentence_shown_is_the_one_of_the_body_with_most_words(
    query: str, headline: str, body: str, sentence: str
) -> None:
    found = place(query, headline, body)

    assert found is not None
    assert not found.in_headline
    assert body[found.span.start : found.span.end] == sentence


@pytest.mark.parametrize(
    ("query", "body", "found"),
    [
        ("Araghchi", ARABIC, None),
        ("Lavrov", "التقى لافروف نظيره.", None),
        ("Hamas", ARABIC, ["حماس"]),
        ("حماس", "Leaders of Hamas met.", ["Hamas"]),
        ("محمد", "Then Mohamed spoke.", ["Mohamed"]),
        ("محمد", "Then Mahmoud spoke.", None),
        ("Mohamed", "Then Muhamad spoke.", ["Muhamad"]),
        ("mohamed", "Then Muhamad spoke.", None),
        ("Hamas", "A homes sale.", None),
        ("محمد", "They mohamed it.", None),
    ],
)
def test_a_name_is_found_in_the_other_script(
    query: str, body: str, found: list[str] | None
) -> None:
    assert words(query, "", body) == found


def test_without_names_each_script_stands_alone() -> None:
    matcher = Matcher()
    matcher.add(1, parse("Hamas"))
    matcher.add(2, parse("حماس"))

    assert [match.number for match in matcher.match("", ARABIC)] == [2]


def test_a_query_of_many_readers_is_told_to_each() -> None:
    matcher = Matcher()
    for number, query in enumerate(["قطر", "Qatar", "قطر", "Qatar | Syria", "Qatar", "Cairo"]):
        matcher.add(number, parse(query))

    english = {match.number for match in matcher.match("", ENGLISH)}
    arabic = {match.number for match in matcher.match("قطر", "")}

    assert (english, arabic) == ({1, 3, 4}, {0, 2})


def test_a_query_is_followed_until_it_is_removed_or_replaced() -> None:
    matcher = Matcher()
    for number in range(3):
        matcher.add(number, parse("Qatar"))

    matcher.remove(0)
    matcher.remove(0)
    matcher.remove(99)
    matcher.add(1, parse("حماس"))

    assert len(matcher) == 2
    assert [match.number for match in matcher.match("", ENGLISH)] == [2]
    assert [match.number for match in matcher.match("", ARABIC)] == [1]


def test_forgotten_queries_take_no_room() -> None:
    matcher = Matcher(Letters())
    matcher.add(-1, parse('"emir of Qatar" | حماس -Cairo'))
    matcher.add(-2, parse("محمد"))

    for number in range(5_000):
        matcher.add(0, parse(f"Qatar word{number} | كلمة{number}"))

    assert len(matcher._rows) < 2_000
    assert len(matcher._units._by_key) < 4_500
    assert {match.number for match in matcher.match("", ENGLISH)} == {-1}
    assert {match.number for match in matcher.match("Mohamed", "كلمة4999 Qatar")} == {-2, 0}


@pytest.mark.parametrize(
    ("query", "body", "found"),
    [
        ('"emir of Qatar" Qatar | "Qatar in Doha"', ENGLISH, ["emir of Qatar in Doha"]),
        ("«وزير الخارجية» | خارجية", ARABIC, ["وزير الخارجية"]),
    ],
)
def test_words_shown_do_not_overlap(query: str, body: str, found: list[str]) -> None:
    assert words(query, "", body) == found


def test_words_between_sentences_count_and_are_not_shown() -> None:
    body = "Talks in Cairo\n\nThe ministers met at noon. They then ate, and everyone went home."

    assert words("Cairo", "", body) == []
    assert words("noon -Cairo", "", body) is None


def test_an_excluded_word_may_not_stand_even_beside_the_story() -> None:
    assert words("oil -stories", "", "Oil rose.\n\nRelated stories") is None
    assert words("النفط -المزيد", "", "ارتفع النفط.\n\nاقرأ المزيد") is None
    assert words("stories", "", "Oil rose.\n\nRelated stories") is None


@pytest.mark.parametrize("body", ["", "12 34", "Share\n\nAdvertisement"])
def test_an_article_without_sentences_matches_by_its_headline(body: str) -> None:
    assert words("*", "Qatar", body) == []
    assert words("قطر | Qatar", "Qatar", body) == ["Qatar"]
    assert words("Syria", "Qatar", body) is None
