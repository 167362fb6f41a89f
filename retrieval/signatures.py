"""What a story is recognised by: its opening words as codes, and two sketches of them.

A signature is bytes that a store can keep. It follows from the text alone: no seed of the
process, no random numbers, so two processes and two machines make the same one.
"""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from retrieval.furniture import is_furniture
from retrieval.text import fold, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from retrieval.text import Token

VERSION = 1  # raised with every change of the analysis, the codes or the layout
BITS = 512  # of one sketch; the standard error of a resemblance is at most 2 * .5 / sqrt(512)
LEAD = 40  # content words that tell what a story is about; the second sketch is of these alone
TITLE_WORDS, BODY_WORDS = 24, 400  # content words that are kept
CHARACTERS = 20_000  # of a body that are looked at
TEN = 10
PART = 64  # permutations computed at a time

_HEADER = 4  # version, words of the title, words of the body in two bytes
_SKETCH = BITS // 8
_WORDS = _HEADER + 2 * _SKETCH
_KIND = 0xE000  # the bits of a code that say what kind of fact it is; none in an ordinary word
_ORDINARY = 0x7FFF
_VALUE = 0x1FFF
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


class Kind(IntEnum):
    """The kinds of words that tell two reports of one make apart."""

    NUMBER = 0x8000
    COUNTRY = 0xA000
    WEEKDAY = 0xC000


@dataclass(frozen=True, slots=True)
class Signature:
    """A text's signature; `bytes(signature)` and `Signature(packed)` are each other's inverse.

    About 130 bytes, and two for each content word of title and body, at most 980. Raises
    `ValueError` for bytes of another version or of a wrong length.
    """

    packed: bytes

    def __post_init__(self) -> None:
        packed = self.packed
        if len(packed) < _WORDS or packed[0] != VERSION:
            raise ValueError(f"not a signature of version {VERSION}")
        if len(packed) != _WORDS + 2 * (packed[1] + int.from_bytes(packed[2:4], "little")):
            raise ValueError("a signature has another length than it says")

    def __bytes__(self) -> bytes:
        return self.packed

    @property
    def title(self) -> tuple[int, ...]:
        """The title's content words as codes, in order."""
        return self._codes()[: self.packed[1]]

    @property
    def body(self) -> tuple[int, ...]:
        """The body's first content words as codes, in order."""
        return self._codes()[self.packed[1] :]

    @property
    def sketches(self) -> NDArray[np.uint64]:
        """The sketches of the whole body and of its lead, one after the other: 16 words of bits."""
        return np.frombuffer(self.packed, "<u8", 2 * _SKETCH // 8, _HEADER)

    def _codes(self) -> tuple[int, ...]:
        codes = array("H", self.packed[_WORDS:])
        if sys.byteorder == "big":
            codes.byteswap()
        return tuple(codes)


def signature(title: str | None, body: str) -> Signature:
    """Return the signature of a text; one without a content word resembles nothing."""
    heading = tuple(islice(_coded(title or ""), TITLE_WORDS))
    lines = (line for line in body[:CHARACTERS].splitlines() if not is_furniture(line))
    words = tuple(islice((code for line in lines for code in _coded(line)), BODY_WORDS))
    if heading and words[: len(heading)] == heading:
        words = words[len(heading) :]  # many a body begins with its headline
    codes = array("H", (*heading, *words))
    if sys.byteorder == "big":
        codes.byteswap()
    # A body of nothing but its headline is known by that.
    whole = words or heading
    return Signature(
        bytes((VERSION, len(heading)))
        + len(words).to_bytes(2, "little")
        + _sketch(whole)
        + _sketch(whole[:LEAD])
        + codes.tobytes()
    )


def kind(code: int) -> int:
    """Return the `Kind` of a code, or 0 for an ordinary word."""
    return code & _KIND if code > _ORDINARY else 0


def shingles(codes: Sequence[int]) -> frozenset[int]:
    """Return the words and the pairs of neighbours that a text is compared by.

    Single words alone make two stories of one subject alike; longer runs do not outlive an
    editor's hand (docs/adr/0005-one-story-many-outlets.md).
    """
    return frozenset(codes) | {one << 16 | other for one, other in pairwise(codes)}


def _coded(text: str) -> Iterator[int]:
    """Yield the codes of a text; a number has one, in words or in digits."""
    held = 0  # of a number in words that may go on: twenty-five, خمسة وعشرون
    for token in tokens(text):
        value = _in_words(token.surface)
        if held and value and (held < TEN <= value or value < TEN < held):
            held += value
            continue
        if held > 1:  # "one" is seldom a number
            yield _fact(Kind.NUMBER, str(held))
        held = value
        if not value and (code := _code(token)):
            yield code
    if held > 1:
        yield _fact(Kind.NUMBER, str(held))


@lru_cache(maxsize=1 << 15)
def _code(token: Token) -> int:
    """Return 16 bits for a word, or 0 for one that carries grammar alone."""
    if figure := _FIGURE.match(token.surface):
        return _fact(Kind.NUMBER, figure.group())
    if day := _lexicon().get(token.surface):
        return _fact(Kind.WEEKDAY, day)
    if token.stop:
        return 0
    term = token.terms[-1]
    if term.startswith("="):
        return _fact(Kind.COUNTRY, term)
    return _hash(term) & _ORDINARY or 1


def _fact(kind: Kind, value: str) -> int:
    return kind | _hash(value) & _VALUE


def _hash(term: str) -> int:
    # A lone surrogate, which broken input may hold, cannot be written as UTF-8.
    return int.from_bytes(blake2b(term.encode("utf-8", "replace"), digest_size=4).digest(), "big")


def _in_words(surface: str) -> int:
    """Return the number that a folded word stands for, or 0."""
    value = _lexicon().get(surface, "")
    return int(value) if value.isdecimal() else 0


@cache
def _lexicon() -> dict[str, str]:
    """Return, by a folded word, the number or, behind `@`, the day of the week it stands for."""
    text = files("retrieval").joinpath("lexicon", "figures.txt").read_text("utf-8")
    return {
        fold(name): value for value, *names in map(str.split, text.splitlines()) for name in names
    }


def _sketch(codes: Sequence[int]) -> bytes:
    """Return `BITS` bits, of which two texts share 1/2 + resemblance/2.

    Source: Li and König, "b-Bit Minwise Hashing" (2010), with b = 1. The resemblance is the
    Jaccard similarity of the shingles; of no shingles all bits are zero.
    """
    if not codes:
        return bytes(_SKETCH)
    values = _mixed(np.fromiter(shingles(codes), np.uint32))
    least = np.concatenate(
        [(factors * values + offsets).min(axis=1) for factors, offsets in _permutations()]
    )
    # Bits of the least values themselves would depend on each other.
    return np.packbits((_mixed(least) & np.uint32(1)).astype(np.bool_)).tobytes()


@cache
def _permutations() -> list[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """Return odd factors and offsets, in parts: small products stay in the processor's cache."""
    drawn = b"".join(blake2b(b"isnad %d" % n, digest_size=8).digest() for n in range(BITS))
    pairs = np.frombuffer(drawn, "<u4").astype(np.uint32).reshape(BITS // PART, PART, 2)
    return [(part[:, :1] | np.uint32(1), part[:, 1:]) for part in pairs]


def _mixed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Spread what differs in a few bits over all of them: MurmurHash3's finalizer."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))
