"""An answer as a short code: the places it quotes, and nothing else.

Buttons and deep links carry the code, so that an answer can be opened again although nothing was
stored about the reader who saw it.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_PLACES = 3
LONGEST = 60  # characters; Telegram allows 64 bytes in a button and 64 characters in /start
_LARGEST = 2**32 - 1
_CODE = re.compile(r"[A-Za-z0-9_-]{4,60}", re.ASCII)
_LOW, _MORE = 0x7F, 0x80


class Place(NamedTuple):
    """Characters `start` up to, not including, `end` of one stored revision."""

    revision: int
    start: int
    end: int


def encode(places: Sequence[Place]) -> str:
    """Return a code of `A-Za-z0-9_-`: 40 characters for three usual places, never above 60.

    Raises ValueError for no place, more than three, an empty one, or a number past 32 bits.
    """
    if not 1 <= len(places) <= MOST_PLACES:
        raise ValueError("an answer has one to three places")
    packed = bytearray()
    for revision, start, end in places:
        for number in (revision, start, end - start - 1):
            if not 0 <= number <= _LARGEST:
                raise ValueError("not a place in a stored text")
            packed += _varint(number)
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode(code: str) -> tuple[Place, ...]:
    """Return the places of a code; raise UserError("answer_gone") for any other text."""
    places = _places(code)
    if places is None or encode(places) != code:
        raise UserError("answer_gone")
    return places


def _places(code: str) -> tuple[Place, ...] | None:
    if not _CODE.fullmatch(code):
        return None
    try:
        packed = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except binascii.Error:
        return None
    numbers = list(_numbers(packed))
    if not numbers or len(numbers) % 3 or len(numbers) > 3 * MOST_PLACES:
        return None
    if max(numbers) > _LARGEST:
        return None
    triples = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    return tuple(Place(revision, start, start + more + 1) for revision, start, more in triples)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the least first, the high bit set on all but the last (LEB128)."""
    packed = bytearray()
    while number > _LOW:
        packed.append(number & _LOW | _MORE)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & _LOW) << shift
        shift += 7
        if byte <= _LOW:
            yield number
            number = shift = 0
