from __future__ import annotations

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.links import LONGEST, Place, decode, encode

numbers = st.integers(0, 2**32 - 1)
places = st.builds(lambda revision, start, more: Place(revision, start, start + more + 1),
                   numbers, numbers, numbers)  # fmt: skip


@given(st.lists(places, min_size=1, max_size=3))
def test_every_answer_comes_back_from_its_code(answer: list[Place]) -> None:
    code = encode(answer)

    assert decode(code) == tuple(answer)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", code)
    assert len(code) <= LONGEST


@given(st.text() | st.text(string.ascii_letters + string.digits + "-_", max_size=64))
def test_any_text_is_a_code_made_by_encode_or_refused(text: str) -> None:
    try:
        answer = decode(text)
    except UserError:
        return

    assert encode(answer) == text
