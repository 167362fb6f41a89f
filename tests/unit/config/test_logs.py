from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest
from telegram.error import InvalidToken, NetworkError
from watchfiles import awatch

from config import logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "123456:AAsecret-token_x"  # noqa: S105 - opens nothing


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    written = io.StringIO()
    logs.configure("INFO", [TOKEN], written)
    yield written
    root.handlers[:], root.level = before


def test_the_token_is_taken_out_of_lines_arguments_and_tracebacks(stream: io.StringIO) -> None:
    log = logging.getLogger("test")

    log.info("polling %s", f"https://api.example/bot{TOKEN}/getUpdates")
    log.error("failed", exc_info=ValueError(f"bad {TOKEN}"))

    assert TOKEN not in stream.getvalue()
    assert "secret" not in stream.getvalue()
    assert "ValueError: bad [token]" in stream.getvalue()


def test_a_token_that_nobody_declared_is_taken_out_of_addresses(stream: io.StringIO) -> None:
    logging.getLogger("test").warning("https://api.example/bot999:other-secret/getMe failed")

    assert "other-secret" not in stream.getvalue()


def test_an_answer_of_the_bot_api_is_one_line(stream: io.StringIO) -> None:
    log = logging.getLogger("telegram.ext.Updater")

    log.error("while polling", exc_info=NetworkError("no route"))
    log.error("while starting", exc_info=InvalidToken(f"The token `{TOKEN}` was rejected"))

    assert len(stream.getvalue().splitlines()) == 2
    assert "no route" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


@pytest.mark.parametrize("name", ["trafilatura.core", "htmldate.extractors", "courlan.urlutils"])
def test_the_readers_of_html_do_not_complain_of_pages(stream: io.StringIO, name: str) -> None:
    logging.getLogger(name).error("empty HTML tree: None")

    assert stream.getvalue() == ""


def test_the_http_clients_addresses_are_not_logged_at_any_level() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    written = io.StringIO()
    logs.configure("DEBUG", [], written)

    logging.getLogger("httpx").info("HTTP Request: POST https://api.example/bot1:x/getMe")
    root.handlers[:], root.level = before

    assert written.getvalue() == ""


async def test_a_change_in_a_watched_folder_is_not_counted_in_the_log(
    stream: io.StringIO, tmp_path: Path
) -> None:
    (tmp_path / "story.txt").touch()
    async for changes in awatch(tmp_path, step=10, rust_timeout=10, yield_on_timeout=True):
        if changes:
            break
        (tmp_path / "story.txt").write_text("A truce began.")

    assert stream.getvalue() == ""
