"""Whatever a server sends, no step of fetching it holds the event loop for 5 ms of CPU."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.sources.fetching import Fetcher, Limits
from bot.sources.responses import Failed, Fault, Fetched
from tests.fakes.holding import as_, held

if TYPE_CHECKING:
    from tests.fakes.web import Answer, Request, Web

MOST = 0.010  # seconds: twice what is aimed at, as a neighbour on the core slows the CPU down
HEAD = b"HTTP/1.1 200 OK\r\n"
ONE = b"content-length: 1\r\n\r\nx"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
LONG = "خبر ".encode() * 600_000


def raw(content: bytes) -> Answer:
    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(content)
            await writer.drain()

    return answer


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(HEAD + b"content-length: %d\r\n\r\n" % len(LONG) + LONG, None, id="long"),
        pytest.param(CHUNKED + b"1\r\nx\r\n" * 100_000, Fault.TOO_LARGE, id="chunks"),
        pytest.param(CHUNKED + b"1\r\nx\r\n" * 5_000 + b"0\r\n\r\n", None, id="some chunks"),
        pytest.param(
            CHUNKED + b"1\r\nx\r\n0\r\n" + b"a:b\r\n" * 18_000 + b"\r\n", None, id="trailers"
        ),
        pytest.param(b"HTTP/1.1 100 x\r\n\r\n" * 9_000 + HEAD + ONE, Fault.BROKEN, id="interim"),
        pytest.param(HEAD + b"a:b\r\n" * 18_000 + ONE, Fault.BROKEN, id="headers"),
        pytest.param(HEAD + b"a:b\r\n" * 12_000 + ONE, Fault.BROKEN, id="fewer headers"),
        pytest.param(
            CHUNKED + b"1\r\nx\r\n0\r\n" + b"a:b\r\n" * 12_000 + b"\r\n", None, id="fewer trailers"
        ),
        pytest.param(HEAD + b"a:" + b"b" * 90_000 + b"\r\n" + ONE, Fault.BROKEN, id="header"),
        pytest.param(HEAD + b"set-cookie: a=b\r\n" * 150 + ONE, None, id="cookies"),
        pytest.param(HEAD + b"expires: " + b"1 " * 30_000 + b"\r\n" + ONE, None, id="date"),
        pytest.param(
            HEAD + b"content-type: text/html;" + b'"' * 60_000 + b"\r\n" + ONE, None, id="type"
        ),
        pytest.param(
            HEAD + b"content-type: text/html;" + b"a=b;" * 15_000 + b"\r\n" + ONE, None, id="types"
        ),
        pytest.param(HEAD + b"cache-control: " + b"a," * 30_000 + b"\r\n" + ONE, None, id="cache"),
        pytest.param(
            b"HTTP/1.1 302 x\r\nlocation: /" + "خ".encode() * 30_000 + b"\r\n" + ONE,
            Fault.UNEXPECTED,
            id="location",
        ),
        pytest.param(
            b"HTTP/1.1 302 x\r\nlocation: http://" + b"a." * 990 + b"\r\n" + ONE,
            Fault.NO_SUCH_HOST,
            id="host",
        ),
    ],
)
async def test_no_answer_holds_the_loop(web: Web, content: bytes, fault: Fault | None) -> None:
    url = web.at("paper.test/feed", raw(content))
    limits = Limits(deadline=10, spacing=0)

    holds = []
    async with Fetcher(allowed={"paper.test"}, limits=limits, resolve=web.resolve) as fetcher:
        for _ in range(3):
            gc.collect()  # what others left is not ours to pay for
            with held() as found, as_("fetching"):
                result = await asyncio.create_task(fetcher.get(url))
            holds.append(found.longest["fetching"])

    assert min(holds) < MOST
    assert fault == (result.fault if isinstance(result, Failed) else None)
    assert fault is not None or isinstance(result, Fetched)
