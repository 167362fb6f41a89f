"""One key for a name in both scripts, and the vowels that tell names apart."""

from __future__ import annotations

import pytest

from retrieval.names import alike, skeleton


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Khulaifi", "الخليفي"),
        ("al-Khulaifi", "خليفي"),
        ("Araghchi", "عراقجي"),
        ("Mohammed", "محمد"),
        ("Lavrov", "لافروف"),
        ("Pezeshkian", "بزشكيان"),
        ("Erdoğan", "أردوغان"),
        ("ash-Shams", "الشمس"),
        ("Gaddafi", "القذافي"),
        ("Ghannouchi", "الغنوشي"),
        ("Smotrich", "سموتريتش"),
        ("Ali", "عليّ"),
        ("Damascus", "دمشق"),
    ],
)
def test_a_name_is_found_in_the_other_script(latin: str, arabic: str) -> None:
    keys = {skeleton(latin), skeleton(arabic)}

    assert len(keys) == 1
    assert alike(latin, arabic)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Bashir", "بشار"),
        ("Bashar", "بشير"),
        ("Mohammed", "محمود"),
        ("Hassan", "حسين"),
        ("Iran", "العراق"),
        ("Salem", "سلمان"),
        ("Ziad", "زيد"),
        ("Kamal", "كامل"),
        ("Ammar", "عمر"),
        ("Bashir", "Bashar"),
        ("Mohammed", "Mahmoud"),
        ("Ali", "Ala"),
        ("بشير", "بشار"),
        ("قلب", "كلب"),
    ],
)
def test_names_with_other_vowels_or_consonants_are_others(a: str, b: str) -> None:
    assert not alike(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mohamed", "Muhammad"),
        ("Gaddafi", "Qaddafi"),
        ("Abdurrahman", "Abdulrahman"),
        ("Ghalibaf", "Qalibaf"),
        ("Erdoğan's", "ERDOGAN"),
        ("ترامب", "ترمب"),
        ("غوغل", "جوجل"),
        ("سوريا", "سورية"),
    ],
)
def test_a_name_is_found_in_another_spelling_of_its_script(a: str, b: str) -> None:
    assert alike(a, b)


@pytest.mark.parametrize(
    "word",
    ["", "a", "في", "12", "Covid19", "aeiou", "Москва", "東京", "Lavrovلافروف", "ـــ", "x" * 41],
)
def test_what_is_no_name_has_no_skeleton_and_is_like_nothing(word: str) -> None:
    assert skeleton(word) == ""
    assert not alike(word, word)


@pytest.mark.parametrize("listed", ["Hamid", "Salim", "Syria", "سوريا"])
def test_a_listed_name_with_several_spellings_has_one_skeleton(listed: str) -> None:
    assert skeleton(listed)
    assert alike(listed, listed)


def test_a_listed_name_is_that_name_and_no_other_word() -> None:
    assert alike("Walid", "وليد")
    assert not alike("Walid", "والد")
    assert alike("Salim", "سالم")
    assert alike("Salim", "سليم")
