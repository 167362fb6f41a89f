from __future__ import annotations

from importlib.resources import files

import pytest

from retrieval.text import MAX_WORD, STOP_WEIGHT, fold, light_stem, terms, tokens


def shared(one: str, other: str) -> set[str]:
    return set(terms(tokens(one))) & set(terms(tokens(other)))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("ايران", "إيران"),
        ("استانا", "أستانا"),
        ("اذار", "آذار"),
        ("الله", "ٱلله"),
        ("مسوول", "مسؤول"),
        ("الاسد", "الأَسَدُ"),
        ("عُيِّنَ", "عين"),
        ("سـوريـا", "سوريا"),
        ("علي", "على"),
        ("هييه", "هيئة"),
        ("هدنه", "هدنة"),
        ("سما", "سماء"),
        ("\ufeb3\ufeee\ufead\ufef3\ufe8e", "سوريا"),
        ("\ufefb", "لا"),
        ("یمن", "يمن"),
        ("کردستان", "كردستان"),
        ("2016", "٢٠١٦"),
        ("2016", "۲۰۱۶"),
        ("cafe", "CAFÉ"),
        ("fire", "\ufb01re"),
        ("al-qa'ida", "Al-Qa’ida"),
    ],
)
def test_a_word_has_one_spelling_after_folding(typed: str, printed: str) -> None:
    assert fold(typed) == fold(printed)


@pytest.mark.parametrize(("one", "other"), [("قلب", "كلب"), ("سار", "صار"), ("cat", "cut")])
def test_folding_keeps_different_words_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_attached_particles_and_the_article_reach_the_same_stem() -> None:
    forms = "معارضة المعارضة والمعارضة بالمعارضة كالمعارضة فالمعارضة للمعارضة ومعارضة"

    stems = [set(token.terms[1:]) for token in tokens(forms)]

    assert set.intersection(*stems) == {"^معارض"}


@pytest.mark.parametrize("plural", ["الدبلوماسيون", "دبلوماسيين", "والدبلوماسيين", "دبلوماسية"])
def test_arabic_endings_reach_the_same_stem(plural: str) -> None:
    assert shared("دبلوماسي", plural)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("والكتاب", "كتاب"),
        ("للحكومه", "حكوم"),
        ("المعلمون", "معلم"),
        ("اجتماعات", "اجتماع"),
        ("ورد", "ورد"),
        ("ال", "ال"),
        ("يد", "يد"),
    ],
)
def test_the_light_stem_takes_off_what_leaves_a_word(word: str, stem: str) -> None:
    assert light_stem(word) == stem


@pytest.mark.parametrize("possessive", ["Syria's", "Syria’s", "SYRIA'S"])
def test_a_possessive_is_the_word_itself(possessive: str) -> None:
    assert terms(tokens(possessive)) == terms(tokens("Syria"))


@pytest.mark.parametrize("name", ["US", "U.S.", "USA", "U.S.A.", "American", "America’s"])
def test_the_us_in_capitals_is_america_and_no_pronoun(name: str) -> None:
    [token] = tokens(name)

    assert "=america" in token.terms
    assert not token.stop
    assert tokens("us")[0].stop


@pytest.mark.parametrize(("dotted", "plain"), [("U.N.", "UN"), ("H.T.S.", "HTS")])
def test_initials_are_one_word_with_or_without_points(dotted: str, plain: str) -> None:
    assert [token.surface for token in tokens(f"the {dotted} said")] == [
        "the",
        plain.lower(),
        "said",
    ]


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("1,000 people", ["1000", "people"]),
        ("٢٬٠٠٠ شخص", ["2000", "شخص"]),
        ("12.5 percent", ["12.5", "percent"]),
        ("٢٢\u066b٥ في", ["22.5", "في"]),
        ("the 2nd of 3.", ["the", "2nd", "of", "3"]),
        ("in the 1990s", ["in", "the", "1990s"]),
        ("COVID-19, F-16", ["covid", "19", "f", "16"]),
    ],
)
def test_a_number_is_one_word(text: str, surfaces: list[str]) -> None:
    assert [token.surface for token in tokens(text)] == surfaces


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("organise", "organized"),
        ("organisation", "organization"),
        ("colour", "colors"),
        ("neighbouring", "neighboring"),
        ("stabilised", "stabilize"),
    ],
)
def test_british_and_american_spellings_meet(british: str, american: str) -> None:
    assert shared(british, american)


@pytest.mark.parametrize(
    ("country", "named"),
    [
        ("Turkey", "Turkish"),
        ("Turkey", "Turks"),
        ("Qatar", "Qatari's"),
        ("Britain", "British"),
        ("تركيا", "الأتراك"),
        ("سوريا", "والسوريون"),
        ("سوريا", "للسوريين"),
        ("لبنان", "للبنان"),
        ("البحرين", "بالبحرين"),
    ],
)
def test_a_country_meets_its_adjective_and_its_people(country: str, named: str) -> None:
    assert {term[:1] for term in shared(country, named)} >= {"="}


@pytest.mark.parametrize("word", ["the", "What", "مَن", "إلى", "على", "هذه"])
def test_a_stop_word_counts_half_and_is_no_subject(word: str) -> None:
    [token] = tokens(word)

    assert token.stop
    assert token.weight == STOP_WEIGHT
    assert not token.everyday


@pytest.mark.parametrize("word", ["president", "leaders", "رئيس", "المسؤولين"])
def test_an_everyday_word_is_known_in_every_form(word: str) -> None:
    [token] = tokens(word)

    assert token.everyday
    assert token.weight == 1.0


@pytest.mark.parametrize("name", ["Lavrov", "Astana", "أستانا", "خليفي"])
def test_a_name_is_neither_a_stop_word_nor_an_everyday_one(name: str) -> None:
    [token] = tokens(name)

    assert (token.stop, token.everyday) == (False, False)


def test_a_letter_in_one_shape_is_stemmed_like_the_letter() -> None:
    shaped = "\ufe8d\ufedf\ufee4\ufecc\ufe8e\ufead\ufebf\ufe94"

    assert terms(tokens(shaped)) == terms(tokens("المعارضة"))


def test_one_character_that_stands_for_four_words_is_four_words() -> None:
    assert terms(tokens("\ufdfa")) == terms(tokens("صلى الله عليه وسلم"))


def test_what_no_space_divides_is_cut() -> None:
    found = tokens("x" * (MAX_WORD * 3 + 1))

    assert [len(token.surface) for token in found] == [MAX_WORD] * 3 + [1]


@pytest.mark.parametrize("text", ["", " ", "…", "؟!", "👍🏽 🇶🇦", "« » “ ”", "_", "\u200f\u2067"])
def test_a_text_without_words_has_none(text: str) -> None:
    assert tokens(text) == []


def test_a_stem_never_meets_a_surface() -> None:
    [plain] = tokens("organiz")
    [stemmed] = tokens("organizing")

    assert "~organiz" in stemmed.terms
    assert plain.surface not in stemmed.terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fled", "flee"),
        ("flown", "flew"),
        ("overthrown", "overthrow"),
        ("left", "leaving"),
        ("led", "leading"),
        ("found", "find"),
        ("women", "woman's"),
        ("Crises", "crisis"),
    ],
)
def test_irregular_forms_meet_their_base_and_keep_their_surface(one: str, other: str) -> None:
    [token] = tokens(one)

    assert token.surface == one.lower()
    assert shared(one, other) == {token.terms[1]}


@pytest.mark.parametrize(
    ("one", "other"), [("born", "bear"), ("wound", "wind"), ("founded", "find")]
)
def test_forms_that_mean_something_else_in_the_news_stay(one: str, other: str) -> None:
    assert shared(one, other) == set()


def test_the_list_of_irregular_forms_is_sorted_and_says_nothing_twice() -> None:
    rows = files("retrieval").joinpath("lexicon", "irregular.txt").read_text("utf-8").splitlines()
    words = [word for row in rows for word in row.split()]

    assert rows == sorted(rows)
    assert len(words) == len(set(words))
    assert all(len(row.split()) > 1 for row in rows)
