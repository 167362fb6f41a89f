from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.links import Place, decode, encode


def test_three_usual_places_take_forty_characters_at_most() -> None:
    far = Place(2**28 - 1, 2**28 - 1, 2**28 + 2**14 - 1)

    code = encode([far, far, far])

    assert len(code) == 40
    assert decode(code) == (far, far, far)


def test_the_farthest_places_still_fit_a_button_and_a_link() -> None:
    far = Place(2**32 - 1, 2**32 - 1, 2**33 - 1)

    code = encode([far, far, far])

    assert len(f"c:{code}".encode()) <= 64
    assert len(f"q_{code}") <= 64


@pytest.mark.parametrize(
    "places",
    [[], [Place(1, 0, 1)] * 4, [Place(1, 5, 5)], [Place(-1, 0, 1)], [Place(2**32, 0, 1)]],
)
def test_what_is_no_answer_has_no_code(places: list[Place]) -> None:
    with pytest.raises(ValueError, match="place"):
        encode(places)


@pytest.mark.parametrize(
    "code",
    ["", "A", "AAA", "AAAAA", "AAAB AAA", "gICAgICAgICAgA", "AAAA" * 100, "\u0627" * 8, "AAAA\n",
     "gAAA", "____", "AAAAAAAAAAAAAAAA"],
)  # fmt: skip
def test_a_text_that_is_no_code_is_an_answer_that_is_gone(code: str) -> None:
    with pytest.raises(UserError) as raised:
        decode(code)

    assert raised.value.key == "answer_gone"
