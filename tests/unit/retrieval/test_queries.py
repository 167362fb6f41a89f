from __future__ import annotations

import pytest

from retrieval.queries import BadQueryError, parse


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Syria Qatar", "Syria Qatar"),
        ("  Syria,  Qatar! ", "Syria Qatar"),
        ("سوريا، قطر؟", "سوريا قطر"),
        ("the war in Gaza", "war Gaza"),
        ("الحرب في غزة", "الحرب غزة"),
        ('"foreign minister"', '"foreign minister"'),
        ("«وزير الخارجية»", '"وزير الخارجية"'),
        ("“head of the army”", '"head of the army"'),
        ("Syria -Qatar", "Syria -Qatar"),
        ("سوريا \u2212قطر", "سوريا -قطر"),
        ('Syria -"peace talks"', 'Syria -"peace talks"'),
        ("Syria - Qatar", "Syria Qatar"),
        ("سوريا|Syria", "سوريا | Syria"),
        ("سوريا أو قطر", "سوريا | قطر"),
        ("Syria or Qatar", "Syria | Qatar"),
        ('"peace talks" | هدنة Doha', '"peace talks" | هدنة Doha'),
        ("| Syria |", "Syria"),
        ("al-Khulaifi", "al-Khulaifi"),
        ("cease-fire", '"cease-fire"'),
        ("*", "*"),
        ("* -football", "* -football"),
        ("* سوريا", "سوريا"),
        ("Syria Syria", "Syria"),
        ("the", '"the"'),
        ('"the" Syria', '"the" Syria'),
        ("عام ٢٠٢٤", "عام ٢٠٢٤"),
        ("\u200fسوريا \u2067-قطر\u2069", "سوريا -قطر"),
    ],
)
def test_a_query_is_read_and_written_in_one_way(written: str, canonical: str) -> None:
    query = parse(written)

    assert str(query) == canonical
    assert parse(canonical) == query


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("", "empty"),
        (" \u200f ", "empty"),
        ("...", "no_words"),
        ("،؟", "no_words"),
        ("or", "no_words"),
        ("-Syria", "only_negative"),
        ("-سوريا -قطر", "only_negative"),
        ('"peace talks', "unclosed_phrase"),
        ("«وزير الخارجية", "unclosed_phrase"),
        ("Syria | -Qatar", "negative_alternative"),
        ("-سوريا أو قطر", "negative_alternative"),
        ("a" * 201, "too_long"),
        ("س" * 65, "word_too_long"),
        (" ".join(f"كلمة{n}" for n in range(17)), "too_many_words"),
        (" ".join(f"word{n}" for n in range(17)), "too_many_words"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(written: str, key: str) -> None:
    with pytest.raises(BadQueryError) as refused:
        parse(written)

    assert refused.value.key == key


def test_a_refusal_says_what_the_limit_is() -> None:
    with pytest.raises(BadQueryError) as long:
        parse("قطر " * 51)
    with pytest.raises(BadQueryError) as mixed:
        parse("Syria | -Qatar")

    assert long.value.params == {"most": 200}
    assert mixed.value.params == {"word": "Qatar"}
