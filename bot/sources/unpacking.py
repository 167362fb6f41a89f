"""Content codings of HTTP, undone within a limit: what is small on the wire may be a bomb."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip, deflate"
_GZIP = 16 + zlib.MAX_WBITS
_CODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}
_MOST_MEMBERS = 1_000


class TooLargeError(ValueError):
    """There is more inside than was allowed."""


class BrokenError(ValueError):
    """These bytes are not in the coding that they are said to be in."""


class UnknownCodingError(ValueError):
    """A coding, or a chain of them, that was not asked for."""


def unpack(content: bytes, coding: str, largest: int) -> tuple[bytes, bool]:
    """Return the bytes inside, and whether they are all there.

    `coding` is the header Content-Encoding. A stream that breaks off gives what came before.
    Raises TooLargeError beyond `largest` bytes, BrokenError, UnknownCodingError.
    """
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        if len(content) > largest:
            raise TooLargeError
        return content, True
    if coding not in _CODINGS:
        raise UnknownCodingError
    bits = _CODINGS[coding]
    # Servers that say deflate mean it with zlib's wrapping or without.
    if coding == "deflate" and not _has_zlib_header(content):
        bits = -zlib.MAX_WBITS
    return _inflate(content, bits, largest)


def _inflate(content: bytes, bits: int, largest: int) -> tuple[bytes, bool]:
    found = bytearray()
    rest = content
    for _ in range(_MOST_MEMBERS):
        stream = zlib.decompressobj(bits)
        try:
            found += stream.decompress(rest, largest - len(found) + 1)
        except zlib.error as error:
            # Padding after a whole member is common and harmless.
            if found:
                return bytes(found), rest is not content
            raise BrokenError from error
        if len(found) > largest:
            raise TooLargeError
        rest = stream.unused_data
        if not stream.eof:
            return bytes(found), False
        if not rest or bits != _GZIP:
            return bytes(found), True
    raise BrokenError


def _has_zlib_header(content: bytes) -> bool:
    return (
        len(content) > 1
        and content[0] & 15 == zlib.DEFLATED
        and (int.from_bytes(content[:2], "big") % 31 == 0)
    )
