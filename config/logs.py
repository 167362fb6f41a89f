"""Logging: one line each on standard error, and the bot's token on none of them."""

from __future__ import annotations

import copy
import logging
import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Collection

_TOKEN_IN_URL = re.compile(r"(?<=/bot)\d+:[\w-]+", re.ASCII)
_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Redacting(logging.Formatter):
    """Takes secrets out of finished lines, tracebacks included.

    An exception of the Bot API is an answer of Telegram's, not a fault of ours: its message joins
    the line and its traceback is left out.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__(_LINE)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole record as text."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and type(error).__module__ == "telegram.error":
            record = copy.copy(record)
            record.msg, record.args = f"{record.getMessage()} ({error!r})", ()
            record.exc_info = record.exc_text = None
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[token]")
        return _TOKEN_IN_URL.sub("[token]", text)


def configure(level: str, secrets: Collection[str] = (), stream: TextIO | None = None) -> None:
    """Send every log record of `level` and above to `stream`, standard error unless given.

    httpx and httpcore stay at WARNING whatever the level: their INFO lines are Bot API addresses.
    So do alembic, which announces itself at every start, and watchfiles, which counts every change
    in a watched folder. The readers of HTML are all but silent:
    they call any odd page an error, and what is refused is named by `add`.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Redacting(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("httpx", "httpcore", "alembic", "watchfiles"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("trafilatura", "htmldate", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
