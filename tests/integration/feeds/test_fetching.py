"""One GET against a server that misbehaves: what comes, and by name what does not."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.sources.fetching import Fetcher, Limits
from bot.sources.responses import Failed, Fault, Fetched, Unchanged
from tests.fakes.web import Request, Web, head, named, response

if TYPE_CHECKING:
    from tests.fakes.web import Answer

NEWS = "بدأت الهدنة عند الفجر. The truce began at dawn."


async def got(web: Web, url: str, **options: Any) -> Fetched | Unchanged | Failed:
    limits = options.pop("limits", Limits(deadline=0.5, spacing=0, largest=100_000))
    allowed = options.pop("allowed", web.hosts)
    async with Fetcher(allowed=allowed, limits=limits, resolve=web.resolve) as fetcher:
        return await fetcher.get(url, **options)


def closing(content: bytes, **headers: str) -> Answer:
    """An answer that ends with its connection, whatever it announced."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, named(headers)) + content)
        await writer.drain()

    return answer


async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {}))
    while True:
        writer.write(b"x" * 10_000)
        await writer.drain()


async def trickling(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {}))
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)  # a server that is slow


async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    await asyncio.Event().wait()


async def test_what_is_there_comes_with_what_the_server_says_of_it(web: Web) -> None:
    url = web.at(
        "paper.test/ar",
        NEWS,
        content_type="text/HTML; charset=UTF-8",
        etag='"7"',
        last_modified="Sat, 21 Nov 2026 10:00:00 GMT",
        cache_control="public, max-age=600",
    )

    found = await got(web, url)

    assert found == Fetched(
        url=url,
        content=NEWS.encode(),
        media_type="text/html",
        charset="utf-8",
        etag='"7"',
        modified="Sat, 21 Nov 2026 10:00:00 GMT",
        fresh=timedelta(minutes=10),
    )


async def test_what_is_known_is_not_sent_again(web: Web) -> None:
    url = web.at("paper.test/feed", response("", 304))

    found = await got(web, url, etag='"7"', modified="Sat, 21 Nov 2026 10:00:00 GMT")

    assert found == Unchanged()
    assert web.asked[0].headers["if-none-match"] == '"7"'
    assert web.asked[0].headers["if-modified-since"] == "Sat, 21 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, Fault.DENIED),
        (403, Fault.DENIED),
        (404, Fault.NOT_FOUND),
        (410, Fault.GONE),
        (429, Fault.ASKED_TO_WAIT),
        (500, Fault.SERVER),
        (503, Fault.SERVER),
        (204, Fault.UNEXPECTED),
        (418, Fault.UNEXPECTED),
    ],
)
async def test_a_status_has_a_name(web: Web, status: int, fault: Fault) -> None:
    url = web.at("paper.test/feed", response(NEWS, status))

    found = await got(web, url)

    assert found == Failed(fault, status)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (endless, Fault.TOO_LARGE),
        (trickling, Fault.TOO_SLOW),
        (silent, Fault.TOO_SLOW),
        (closing(b"", content_length="999999999999"), Fault.TOO_LARGE),
        (closing(b"", content_length="5"), Fault.BROKEN),
        (closing(gzip.compress(bytes(10_000_000)), content_encoding="gzip"), Fault.TOO_LARGE),
        (closing(zlib.compress(bytes(10_000_000)), content_encoding="deflate"), Fault.TOO_LARGE),
        (closing(gzip.compress(b"x") * 2_000, content_encoding="gzip"), Fault.BAD_PACKING),
        (closing(b"not gzip", content_encoding="gzip"), Fault.BAD_PACKING),
        (closing(b"x", content_encoding="br"), Fault.BAD_PACKING),
        (
            closing(gzip.compress(gzip.compress(b"x")), content_encoding="gzip, gzip"),
            Fault.BAD_PACKING,
        ),
    ],
)
async def test_what_is_too_much_or_broken_is_cut_by_name(
    web: Web, answer: Answer, fault: Fault
) -> None:
    url = web.at("paper.test/feed", answer)

    found = await got(web, url)

    assert found == Failed(fault)


async def test_what_is_no_http_is_named(web: Web) -> None:
    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()

    found = await got(web, web.at("paper.test/feed", answer))

    assert found == Failed(Fault.BROKEN)


@pytest.mark.parametrize(
    "packed", [gzip.compress, zlib.compress, lambda each: zlib.compress(each)[2:-4]]
)
async def test_packed_answers_are_unpacked(web: Web, packed: Any) -> None:
    coding = "gzip" if packed is gzip.compress else "deflate"
    url = web.at("paper.test/ar", closing(packed(NEWS.encode()), content_encoding=coding))

    found = await got(web, url)

    assert isinstance(found, Fetched)
    assert found.content == NEWS.encode()
    assert found.whole


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_what_breaks_off_is_kept_as_far_as_it_came_and_never_taken_for_known(
    web: Web, coding: str
) -> None:
    text = "".join(f"خبر {number}, news item {number}. " for number in range(2_000)).encode()
    content = gzip.compress(text) if coding == "gzip" else text
    cut = closing(
        content[:-500], content_length=str(len(content)), content_encoding=coding, etag='"7"'
    )

    found = await got(web, web.at("paper.test/feed", cut))

    assert isinstance(found, Fetched)
    assert len(found.content) > 1_000
    assert text.startswith(found.content)
    assert not found.whole
    assert found.etag is None


async def test_redirects_are_followed_and_a_move_for_good_is_told(web: Web) -> None:
    end = web.at("new.test/خبر", NEWS)
    web.pages["new.test/%D8%AE%D8%A8%D8%B1"] = response(NEWS)
    middle = web.at(
        "paper.test/2", response("", 308, location=web.url("new.test/%D8%AE%D8%A8%D8%B1"))
    )
    start = web.at("paper.test/1", response("", 301, location="/2"))

    found = await got(web, start)

    assert isinstance(found, Fetched)
    assert found.content == NEWS.encode()
    assert found.moved == found.url == web.url("new.test/%D8%AE%D8%A8%D8%B1")
    assert end != middle


async def test_a_detour_for_now_is_not_a_move(web: Web) -> None:
    web.at("paper.test/2", NEWS)
    start = web.at("paper.test/1", response("", 302, location="/2"))

    found = await got(web, start)

    assert isinstance(found, Fetched)
    assert found.moved is None


async def test_a_loop_of_redirects_ends(web: Web) -> None:
    web.at("paper.test/2", response("", 301, location="/1"))
    start = web.at("paper.test/1", response("", 301, location="/2"))

    found = await got(web, start)

    assert found == Failed(Fault.REDIRECTS)
    assert len(web.asked) == 2


async def test_a_chain_of_redirects_ends(web: Web) -> None:
    for number in range(20):
        web.at(f"paper.test/{number}", response("", 302, location=f"/{number + 1}"))

    found = await got(web, web.url("paper.test/0"))

    assert found == Failed(Fault.REDIRECTS)
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("http://127.0.0.1:{port}/", Fault.FORBIDDEN_ADDRESS),
        ("http://2130706433:{port}/", Fault.FORBIDDEN_ADDRESS),
        ("http://[::ffff:127.0.0.1]:{port}/", Fault.FORBIDDEN_ADDRESS),
        ("http://[::1]:{port}/", Fault.FORBIDDEN_ADDRESS),
        ("http://inside.test:{port}/", Fault.FORBIDDEN_ADDRESS),
        ("http://metadata.test/", Fault.FORBIDDEN_ADDRESS),
        ("http://half.test/", Fault.FORBIDDEN_ADDRESS),
        ("http://nowhere.test/", Fault.NO_SUCH_HOST),
        ("file:///etc/passwd", Fault.BAD_ADDRESS),
        ("gopher://paper.test/", Fault.BAD_ADDRESS),
        ("http://user:pass@paper.test:{port}/", Fault.BAD_ADDRESS),
        ("http://paper.test:22/", Fault.BAD_ADDRESS),
        ("http://[::1/", Fault.BROKEN),
    ],
)
async def test_a_redirect_leads_to_no_private_place(web: Web, target: str, fault: Fault) -> None:
    numeric = {"127.0.0.1": "127.0.0.1", "2130706433": "127.0.0.1"}
    mapped = {"::ffff:127.0.0.1": "::ffff:127.0.0.1", "::1": "::1"}
    web.addresses.update({host: [ip] for host, ip in (numeric | mapped).items()})
    web.addresses["inside.test"] = ["10.0.0.7"]
    web.addresses["metadata.test"] = ["169.254.169.254"]
    web.addresses["half.test"] = ["93.184.215.14", "127.0.0.1"]
    start = web.at("paper.test/1", response("", 302, location=target.format(port=web.port)))

    found = await got(web, start, limits=Limits(deadline=2, spacing=0))

    assert found == Failed(fault)
    assert [each.where for each in web.asked] == ["paper.test/1"]


async def test_a_name_is_looked_up_once_and_what_was_checked_is_called(web: Web) -> None:
    url = web.at("paper.test/feed", NEWS)
    answers = [["10.0.0.7"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("paper.test", web.port)
        return answers.pop()

    async with Fetcher(allowed=web.hosts, limits=Limits(spacing=0), resolve=resolve) as trusting:
        first = await trusting.get(url)
    async with Fetcher(limits=Limits(spacing=0), resolve=resolve) as fetcher:
        second = await fetcher.get(url)

    assert isinstance(first, Fetched)
    assert second == Failed(Fault.FORBIDDEN_ADDRESS)
    assert len(web.asked) == 1


async def test_nobody_listens(web: Web) -> None:
    web.addresses["paper.test"] = ["127.0.0.1"]

    found = await got(web, "http://paper.test:1025/", allowed={"paper.test"})

    assert found == Failed(Fault.NO_CONNECTION)


async def test_a_host_that_asks_for_rest_is_left_alone(web: Web) -> None:
    url = web.at("paper.test/feed", response("", 503, retry_after="120"))
    other = web.at("other.test/feed", NEWS)

    async with Fetcher(allowed=web.hosts, limits=Limits(spacing=0), resolve=web.resolve) as fetcher:
        first = await fetcher.get(url)
        second = await fetcher.get(url)
        third = await fetcher.get(other)

    assert first == Failed(Fault.SERVER, 503, timedelta(seconds=120))
    assert isinstance(second, Failed)
    assert second.fault is Fault.ASKED_TO_WAIT
    assert second.wait is not None
    assert timedelta(seconds=100) < second.wait <= timedelta(seconds=120)
    assert isinstance(third, Fetched)
    assert len(web.asked) == 2


async def test_a_date_to_come_back_is_read_by_the_servers_own_clock(web: Web) -> None:
    url = web.at(
        "paper.test/feed",
        response(
            "",
            429,
            date="Sat, 21 Nov 2026 10:00:00 GMT",
            retry_after="Sat, 21 Nov 2026 11:30:00 GMT",
        ),
    )

    found = await got(web, url)

    assert found == Failed(Fault.ASKED_TO_WAIT, 429, timedelta(minutes=90))


async def test_requests_to_one_host_keep_apart_and_others_do_not_wait(web: Web) -> None:
    times: dict[str, list[float]] = {"one.test": [], "two.test": []}

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        times[request.host].append(asyncio.get_running_loop().time())
        await response(NEWS)(request, writer)

    urls = [web.at(f"one.test/{number}", answer) for number in range(3)]
    urls.append(web.at("two.test/", answer))

    async with Fetcher(
        allowed=web.hosts, limits=Limits(spacing=0.1), resolve=web.resolve
    ) as fetcher:
        await asyncio.gather(*map(fetcher.get, urls))

    first, second, third = times["one.test"]
    assert second - first > 0.08
    assert third - second > 0.08
    assert times["two.test"][0] < second


async def test_cookies_are_not_kept(web: Web) -> None:
    url = web.at("paper.test/feed", response(NEWS, set_cookie="reader=7; Path=/"))

    async with Fetcher(allowed=web.hosts, limits=Limits(spacing=0), resolve=web.resolve) as fetcher:
        await fetcher.get(url)
        await fetcher.get(url)

    assert "cookie" not in web.asked[1].headers
    assert web.asked[1].headers["host"] == f"paper.test:{web.port}"
