"""Bytes to characters, and which characters are let in."""

from __future__ import annotations

import codecs
import re

from bot.sources.refusing import RefusedError

# UTF-8 was tried before; the others are encodings of code points, some in quadratic time.
_NOT_TRIED = {
    "idna",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
    "utf-7",
    "utf-8",
}
_NEWLINE = re.compile(r"\r\n|\r|\n")
_SPACE = re.compile(r"\s+")
_SURROGATE = re.compile("[\ud800-\udfff]")
# C0 and C1 controls, marks and overrides of direction, the byte order mark.
# Those without a line's end, a tab or a mark that letters around it need.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def decode(content: bytes) -> str:
    """Return UTF-8 as text, without its byte order mark. Raises RefusedError."""
    return _decode(content, "utf-8-sig", "UTF-8")


def decode_as(content: bytes, charset: str | None) -> str:
    """Return text that is UTF-8 or, failing that, in the charset it says. Raises RefusedError."""
    try:
        return decode(content)
    except RefusedError:
        if charset is None or not is_charset(charset):
            raise
    return _decode(content, charset, charset)


def check(text: str) -> str:
    """Return the text when every character of it can be stored. Raises RefusedError."""
    if "\0" in text:
        raise RefusedError("holds a NUL character")
    if _SURROGATE.search(text):
        raise RefusedError("holds an unpaired surrogate")
    return text


def one_line(text: str) -> str | None:
    """Return the text on one line, without controls of any kind; None when nothing is left."""
    # A control between two spaces leaves them side by side.
    return " ".join(_INVISIBLE.sub("", _SPACE.sub(" ", text)).split()) or None


def clean(text: str) -> str:
    """Return the text without controls and overrides of direction; a break stays a break.

    Tabs and ends of lines are kept, and so are joiners and left-to-right or right-to-left marks.
    """
    return _CONTROL.sub(lambda match: "\n" if match[0].isspace() else "", text)


def lines(text: str) -> list[tuple[str, int]]:
    """Return each line without its end, and where the next one starts."""
    found = []
    start = 0
    for newline in _NEWLINE.finditer(text):
        found.append((text[start : newline.start()], newline.end()))
        start = newline.end()
    found.append((text[start:], len(text)))
    return found


def is_charset(name: str) -> bool:
    """Return whether a name is that of a charset which strangers' text may be in."""
    try:
        if codecs.lookup(name).name in _NOT_TRIED:
            return False
        "<".encode(name)  # or it turns bytes into bytes, as "hex" does
    except (LookupError, ValueError):
        return False
    return True


def _decode(content: bytes, codec: str, shown: str) -> str:
    try:
        return check(content.decode(codec))
    except UnicodeDecodeError as error:
        raise RefusedError(f"not {shown} (byte {error.start + 1})") from error
    except UnicodeError as error:
        raise RefusedError(f"not {shown}") from error
