from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from retrieval.duplicates import WINDOW, Signature, Stories, likeness, signature
from tests.fakes.archive import seeds

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENGLISH = (
    "Flash floods killed at least 12 people in eastern Sudan on Sunday and left 30 missing, state "
    "television reported. Water up to three metres high swept through villages near Kassala while "
    "families were asleep, and two bridges collapsed."
)
ARABIC = (
    "لقي 12 شخصًا على الأقل حتفهم وفُقد 30 آخرون في فيضانات شرقي السودان يوم الأحد، وفق التلفزيون "
    "الرسمي. واجتاحت المياه قرى قرب كسلا بينما كانت العائلات نائمة، وانهار جسران وانقطعت الطرق."
)
TEXTS = [ENGLISH, ARABIC]


def signed(body: str, title: str | None = None) -> Signature:
    return signature(title, body)


def known(*bodies: str) -> Stories:
    """Stories numbered from 1, an hour between them, the last one now."""
    stories = Stories()
    for number, body in enumerate(bodies, 1):
        stories.add(number, signed(body), NOW - timedelta(hours=len(bodies) - number))
    return stories


def test_the_two_seeds_of_one_wire_story_are_one_and_the_others_are_not() -> None:
    qatar, rebels, arabic, lavrov, iran = (signature(a.headline, a.body) for a in seeds())

    alike = [likeness(qatar, other) for other in (rebels, arabic, lavrov, iran)]

    assert alike[0] > 0.7
    assert alike[1:] == [0, 0, 0]


@pytest.mark.parametrize(("body", "story"), [(ENGLISH, 1), (ARABIC, 2)], ids=["English", "Arabic"])
def test_a_copy_finds_its_story(body: str, story: int) -> None:
    stories = known(ENGLISH, ARABIC)

    found = stories.find(signed(body + "\n\nRead more\nاقرأ أيضًا"), NOW)

    assert found == story


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("neighbours", "neighbors"),
        ("organised a programme", "organized a programme"),
        ("three metres", "3 metres"),
        ("twenty-five", "25"),
        ("مسؤول إيراني", "مسوول ايراني"),
        ("الأَحَدُ", "الاحد"),
        ("٣٠ آخرون", "30 اخرون"),
        ("خمسة عشر", "15"),
        ("خمسة وعشرين", "25"),
        ("سـوريـا", "سوريا"),
    ],
)
def test_house_styles_make_one_signature(one: str, other: str) -> None:
    assert signed(f"{one} {ENGLISH}") == signed(f"{other} {ENGLISH}")


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (ENGLISH, ("12 people", "31 people")),
        (ENGLISH, ("Sunday", "Thursday")),
        (ENGLISH, ("eastern Sudan", "eastern Chad")),
        (ENGLISH, ("three metres", "five metres")),
        (ARABIC, ("12 شخصًا", "31 شخصًا")),
        (ARABIC, ("الأحد", "الخميس")),
        (ARABIC, ("شرقي السودان", "شرقي تشاد")),
        (ARABIC, ("30 آخرون", "٤٥ آخرون")),
    ],
)
def test_another_number_day_or_country_is_another_story(
    body: str, changed: tuple[str, str]
) -> None:
    stories = known(body)

    found = stories.find(signed(body.replace(*changed)), NOW)

    assert changed[0] in body
    assert found is None


@pytest.mark.parametrize("body", TEXTS)
def test_a_story_is_found_within_the_window_alone_whichever_came_first(body: str) -> None:
    stories = known(body)

    found = {
        distance: stories.find(signed(body), NOW + distance)
        for sign in (1, -1)
        for distance in (sign * WINDOW, sign * (WINDOW + timedelta(seconds=1)))
    }

    assert found == {distance: 1 if abs(distance) <= WINDOW else None for distance in found}


@pytest.mark.parametrize("body", TEXTS)
def test_the_nearest_story_is_found_and_the_earliest_of_equals(body: str) -> None:
    cut = body.rpartition(" ")[0].rpartition(" ")[0]
    stories = known(cut, body, body)

    found = stories.find(signed(body), NOW)

    assert found == 2


@pytest.mark.parametrize("body", TEXTS)
def test_what_is_forgotten_is_not_found_and_the_rest_is(body: str) -> None:
    stories = known(ARABIC, *(f"{number} {body}" for number in range(100)))

    stories.forget(NOW - timedelta(hours=10))

    assert len(stories) == 11
    assert stories.find(signed(f"99 {body}"), NOW) == 101


@pytest.mark.parametrize("body", TEXTS)
def test_a_story_with_several_articles_is_found_by_each(body: str) -> None:
    stories = known(ENGLISH, ARABIC)
    stories.add(7, signed("An entirely different report. " + body[:100]), NOW)
    stories.add(7, signed("تقرير عن أسعار الخبز والوقود في العاصمة"), NOW)

    found = stories.find(signed("تقرير عن أسعار الخبز والوقود في العاصمة"), NOW)

    assert found == 7


def test_times_are_moments_whatever_their_zone() -> None:
    stories = known(ENGLISH)

    found = stories.find(signed(ENGLISH), NOW.astimezone(timezone(timedelta(hours=3))))

    assert found == 1


def test_a_time_without_a_zone_is_refused() -> None:
    stories, naive = Stories(), NOW.replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        stories.add(1, signed(ENGLISH), naive)
    with pytest.raises(ValueError, match="time zone"):
        stories.find(signed(ENGLISH), naive)
    with pytest.raises(ValueError, match="time zone"):
        stories.forget(naive)


@pytest.mark.parametrize("body", ["", " \n", "of the", "من في", "\u064b\u0640", "\ud800", "…"])
def test_a_text_without_a_word_is_no_story(body: str) -> None:
    stories = known(body, body)

    assert stories.find(signed(body), NOW) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Blast in Aleppo", "Blast in Aleppo", True),
        ("Blast in Aleppo", "Blast in Hama", False),
        ("انفجار في حلب", "إنفجار في حَلَب", True),
        ("انفجار في حلب", "انفجار في حماة", False),
    ],
)
def test_of_a_few_words_only_the_same_are_a_copy(one: str, other: str, *, same: bool) -> None:
    assert bool(likeness(signed(one), signed(other))) == same


@pytest.mark.parametrize("body", TEXTS)
def test_a_feeds_summary_finds_the_whole_article(body: str) -> None:
    long = "\n".join([body, *(" ".join(f"{w}{n}" for w in "abcdefghij") for n in "klmnopqrstuv")])
    stories = known(long)

    found = stories.find(signed(body), NOW)

    assert found == 1


def test_a_body_that_repeats_its_headline_or_has_nothing_else_is_known_by_it() -> None:
    headline = "قطر تبدأ اتصالات مباشرة مع هيئة تحرير الشام"

    assert signed(f"{headline}\n{ARABIC}", headline) == signed(ARABIC, headline)
    assert likeness(signed(headline, headline), signed("", headline)) == 1
