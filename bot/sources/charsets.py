"""Which characters a stranger's bytes stand for, whatever the server and the document claim."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sources.characters import is_charset

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})"
    rb"|<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4_096
_LOOKED_AT = 200_000
# Servers call everything Latin-1 by default, and any bytes decode as it.
_BY_DEFAULT = frozenset({"iso8859-1", "cp1252", "ascii", "iso8859-15"})
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
# The article, as the two Arabic encodings write it; the alef is the same in both.
_ARTICLE_WINDOWS, _ARTICLE_ISO = b"\xc7\xe1", b"\xc7\xe4"
_ARABIC_RUN = 3  # letters at a stretch, on average; accents in Western prose stand alone
_ONE_DAMAGED_IN = 50


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the charset it was read in; damaged where U+FFFD stands for bytes without sense."""

    text: str
    charset: str
    damaged: bool = False


def decode(content: bytes, header: str | None = None) -> Decoded:
    """Return bytes as text; `header` is the charset that HTTP named. Never raises.

    A byte order mark comes first, then UTF-8 if it fits, then what is declared (by HTTP, by the
    document) unless it is a default that the bytes contradict, then what the bytes look like.
    """
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return _lenient(content[len(mark) :], charset)
    for opening, charset in _UNMARKED:
        if content.startswith(opening):
            return _lenient(content, charset)
    # Other encodings hardly ever make valid UTF-8, so this goes before what is claimed.
    if (text := _strict(content, "utf-8")) is not None:
        return Decoded(text, "utf-8")
    if (mended := _almost_utf8(content)) is not None:
        return mended
    return _as_claimed(content, (header, _declared(content))) or _lenient(
        content, _looks_like(content)
    )


def _as_claimed(content: bytes, names: Iterable[str | None]) -> Decoded | None:
    for name in names:
        if name is None or not is_charset(name):
            continue
        charset = codecs.lookup(name).name
        if charset not in _BY_DEFAULT and (text := _strict(content, charset)) is not None:
            return Decoded(text, charset)
    return None


def _declared(content: bytes) -> str | None:
    match = _DECLARED.search(content[:_DECLARED_WITHIN])
    return (match[1] or match[2]).decode("ascii", "replace") if match else None


def _looks_like(content: bytes) -> str:
    sample = content[:_LOOKED_AT]
    runs = _HIGH_RUNS.findall(sample)
    if sum(map(len, runs)) < _ARABIC_RUN * len(runs):
        return "cp1252"
    windows, iso = sample.count(_ARTICLE_WINDOWS), sample.count(_ARTICLE_ISO)
    return "cp1256" if windows >= iso else "iso8859-6"


def _almost_utf8(content: bytes) -> Decoded | None:
    """Return UTF-8 with a damaged character here and there, as a cut in mid-character leaves it."""
    text = content.decode("utf-8", "replace")
    good = sum(1 for each in text[:_LOOKED_AT] if each > "\x7f" and each != "\ufffd")
    bad = text.count("\ufffd", 0, _LOOKED_AT)
    if not good or bad * _ONE_DAMAGED_IN > max(good, _ONE_DAMAGED_IN):
        return None
    return Decoded(text, "utf-8", damaged=True)


def _strict(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except UnicodeError:
        return None


def _lenient(content: bytes, charset: str) -> Decoded:
    text = _strict(content, charset)
    if text is not None:
        return Decoded(text, charset)
    return Decoded(content.decode(charset, "replace"), charset, damaged=True)
