"""When two submissions are the same article, and when its text is new."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from bot.sources import Submission


def digest(*parts: str | None) -> bytes:
    """Return 16 bytes that differ when any part does; None is not the empty string."""
    state = blake2b(digest_size=16)
    for part in parts:
        encoded = b"" if part is None else part.encode()
        state.update(b"%d:" % (-1 if part is None else len(encoded)))
        state.update(encoded)
    return state.digest()


def text_digest(headline: str | None, body: str) -> bytes:
    """Return what a correction changes: the digest of headline and body."""
    return digest(headline, body)


def article_digest(submission: Submission) -> bytes:
    """Return what stays the same: the URL's digest, or that of the text and its outlet."""
    if submission.url:
        return digest("url", canonical(submission.url))
    return digest("text", submission.headline, submission.body, submission.outlet)


def canonical(url: str) -> str:
    """Return the URL without its fragment, its scheme and host in lower case."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme.lower(), user + at + host.lower(), *parts[2:4], ""))
