"""What a GET came to, and what a server's headers ask of us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_WAIT = timedelta(days=1)  # whatever a server asks for
LONGEST_VALIDATOR = 500
LONGEST_HEADER = 2_000
_OF_USE = frozenset(
    b"cache-control content-encoding content-length content-type date etag expires last-modified "
    b"location retry-after".split()
)


class Fault(StrEnum):
    """Why nothing came, in a few words."""

    BAD_ADDRESS = "not an http or https address"
    FORBIDDEN_ADDRESS = "leads to an address that is not public"
    NO_SUCH_HOST = "no such host"
    NO_CONNECTION = "cannot be reached"
    NO_TRUST = "its certificate is not to be trusted"
    TOO_SLOW = "too slow"
    TOO_LARGE = "too large"
    BROKEN = "broken answer"
    BAD_PACKING = "cannot be unpacked"
    REDIRECTS = "redirects that lead nowhere"
    DENIED = "access denied"
    NOT_FOUND = "not found"
    GONE = "gone for good"
    ASKED_TO_WAIT = "asked us to wait"
    SERVER = "the server has an error"
    UNEXPECTED = "unexpected answer"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `url` is where it was in the end, `moved` where it now is for good.

    `whole` is False when the connection or the packing broke off; then there are no validators.
    """

    url: str
    content: bytes
    moved: str | None = None
    media_type: str = ""
    charset: str | None = None
    etag: str | None = None
    modified: str | None = None
    fresh: timedelta | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing new since the validators that were sent."""

    fresh: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing came, and how long the server wants to be left alone."""

    fault: Fault
    status: int | None = None
    wait: timedelta | None = None


def fault_of(status: int) -> Fault:
    """Return what a status other than 200, 304 and the redirects means."""
    named = {
        401: Fault.DENIED,
        402: Fault.DENIED,
        403: Fault.DENIED,
        404: Fault.NOT_FOUND,
        410: Fault.GONE,
        429: Fault.ASKED_TO_WAIT,
        451: Fault.DENIED,
    }
    if status in named:
        return named[status]
    return Fault.SERVER if httpx.codes.is_server_error(status) else Fault.UNEXPECTED


def of_use(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers that are read here, but for those so long that reading takes its time."""
    return [
        (name, value)
        for name, value in headers
        if name.lower() in _OF_USE and len(value) <= LONGEST_HEADER
    ]


def media_type_of(headers: httpx.Headers) -> str:
    """Return the media type in lower case, empty when there is none."""
    stated: str = headers.get("content-type", "")
    return stated.partition(";")[0].strip().lower()


def charset_of(headers: httpx.Headers) -> str | None:
    """Return the charset that the server names."""
    message = Message()
    message["content-type"] = headers.get("content-type", "")
    try:
        return message.get_content_charset()
    except (ValueError, LookupError):
        return None


def validator(value: str | None) -> str | None:
    """Return a header that will be sent back, unless it is too long to be kept."""
    return value if value and len(value) <= LONGEST_VALIDATOR and value.isprintable() else None


def wait_of(headers: httpx.Headers) -> timedelta | None:
    """Return Retry-After, which is a number of seconds or a date; dates by the server's clock."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return min(timedelta(seconds=int(value[:9])), LONGEST_WAIT) or None
    return _until(value, headers)


def fresh_of(headers: httpx.Headers) -> timedelta | None:
    """Return how long the answer stays good, by Cache-Control or else by Expires."""
    directives = [each.strip() for each in headers.get("cache-control", "").lower().split(",")]
    if {"no-cache", "no-store"} & {*directives}:
        return None
    for each in directives:
        name, _, value = each.partition("=")
        if name == "max-age" and value.strip('"').isdecimal() and value.isascii():
            return min(timedelta(seconds=int(value.strip('"')[:9])), LONGEST_WAIT) or None
    return _until(headers.get("expires", ""), headers)


def _until(value: str, headers: httpx.Headers) -> timedelta | None:
    try:
        apart = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(apart, LONGEST_WAIT) if apart > timedelta(0) else None
