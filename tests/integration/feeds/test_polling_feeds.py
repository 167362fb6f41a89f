"""Polls of whole feeds on a loopback web: every good article comes out, every fault is named."""

from __future__ import annotations

import asyncio
import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from bot.sources.feeds import Feed, PollResult, poll
from bot.sources.fetching import Fetcher, Limits
from retrieval.models import Language
from tests.fakes.web import Request, Web, head, response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.fakes.web import Answer

FEEDS = 200
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENGLISH = " ".join(
    f"The truce between the two sides held for day {day}, and aid lorries crossed the border."
    for day in range(1, 9)
)
ARABIC = " ".join(
    f"صمدت الهدنة بين الطرفين في يومها رقم {day} وعبرت شاحنات المساعدات الحدود إلى المدينة."
    for day in range(1, 9)
)


def rss(*items: str, encoding: str = "utf-8", title: str = "الأخبار") -> str:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title>{''.join(items)}</channel></rss>"
    )


def item(
    url: str, title: str, text: str = "", *, summary: str = "", age: timedelta = timedelta(hours=1)
) -> str:
    full = f"<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded>" if text else ""
    return (
        f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{format_datetime(NOW - age)}</pubDate>"
        f"<description>{summary}</description>{full}</item>"
    )


def page(title: str, text: str) -> str:
    paragraphs = "".join(f"<p>{each.strip()}.</p>" for each in text.split(".") if each.strip())
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><nav>Home | News</nav><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


@pytest.fixture
async def fetcher(web: Web) -> AsyncIterator[Fetcher]:
    limits = Limits(deadline=1.0, spacing=0, largest=300_000)
    hosts = {"paper.test", *(f"feed{number}.test" for number in range(FEEDS))}
    async with Fetcher(allowed=hosts, limits=limits, resolve=web.resolve) as started:
        yield started


def bodies(result: PollResult) -> list[str]:
    return [each.submission.body for each in result.articles]


async def test_a_feed_with_whole_articles_gives_them_in_both_languages(
    web: Web, fetcher: Fetcher
) -> None:
    url = web.at(
        "paper.test/feed",
        rss(
            item("/ar/1?utm_source=rss&id=7", "هدنة في المدينة", ARABIC),
            item("/en/1", "A truce &amp;amp; aid", ENGLISH, age=timedelta(hours=2)),
        ),
        etag='"1"',
    )

    result = await poll(Feed(url, outlet="المدينة"), fetcher, NOW)

    english, arabic = (each.submission for each in result.articles)
    assert (english.body, arabic.body) == (ENGLISH, ARABIC)
    assert (english.headline, arabic.headline) == ("A truce & aid", "هدنة في المدينة")
    assert (english.language, arabic.language) == (Language.ENGLISH, Language.ARABIC)
    assert arabic.url == web.url("paper.test/ar/1?id=7")
    assert arabic.published == NOW - timedelta(hours=1)
    assert arabic.outlet == "المدينة"
    assert arabic.source == url
    assert result.refusals == ()
    assert result.outcome.new == 2
    assert result.feed.etag == '"1"'


@pytest.mark.parametrize(
    ("title", "outlet"),
    [("أخبار المدينة", "أخبار المدينة"), ("x" * 3_000, "x" * 200), ("&#8207;", None), ("", None)],
)
async def test_what_a_feed_is_called_names_the_outlet_that_nobody_named(
    web: Web, fetcher: Fetcher, title: str, outlet: str | None
) -> None:
    web.at("paper.test/2", page("A truce", ENGLISH), content_type="text/html")
    items = (item("/1", "هدنة", ARABIC), item("/2", "A truce", summary="The truce held…"))
    url = web.at("paper.test/feed", rss(*items, title=title))

    result = await poll(Feed(url), fetcher, NOW)
    named = await poll(Feed(url, outlet="The Paper"), fetcher, NOW)

    assert [each.submission.outlet for each in result.articles] == [outlet, outlet]
    assert [each.submission.outlet for each in named.articles] == ["The Paper", "The Paper"]


async def test_what_is_known_is_not_given_twice_and_a_correction_is(
    web: Web, fetcher: Fetcher
) -> None:
    url = web.at("paper.test/feed", rss(item("/1", "هدنة", ARABIC), item("/2", "Truce", ENGLISH)))
    first = await poll(Feed(url), fetcher, NOW)
    web.at(
        "paper.test/feed", rss(item("/1", "هدنة", ARABIC), item("/2", "Truce", ENGLISH + " So."))
    )

    second = await poll(first.feed, fetcher, NOW + timedelta(hours=1))
    third = await poll(second.feed, fetcher, NOW + timedelta(hours=2))

    assert bodies(second) == [ENGLISH + " So."]
    assert third.articles == ()
    assert third.outcome.new == 0


async def test_where_the_feed_has_a_summary_the_page_is_read(web: Web, fetcher: Fetcher) -> None:
    web.at("paper.test/1", page("هدنة في المدينة", ARABIC), content_type="text/html")
    web.at("paper.test/2", page("A truce", ENGLISH), content_type="text/html")
    url = web.at(
        "paper.test/feed",
        rss(
            item("/1", "هدنة في المدينة", summary="صمدت الهدنة…"),
            item("/2", "A truce", summary="The truce held…"),
        ),
    )

    result = await poll(Feed(url), fetcher, NOW)

    assert len(result.articles) == 2
    assert any("شاحنات المساعدات الحدود إلى المدينة" in each for each in bodies(result))
    assert any("aid lorries crossed the border" in each for each in bodies(result))
    assert not any("Home | News" in each for each in bodies(result))


async def test_a_page_that_is_missing_leaves_its_summary_and_one_that_is_slow_comes_later(
    web: Web, fetcher: Fetcher
) -> None:
    summary = ENGLISH.partition(".")[0] + "."
    web.at("paper.test/busy", response("", 503))
    url = web.at(
        "paper.test/feed",
        rss(
            item("/missing", "Truce", summary=summary),
            item("/bare", "هدنة", summary="صمدت."),
            item("/busy", "هدنة أخرى", summary="صمدت الهدنة…"),
        ),
        etag='"1"',
    )

    result = await poll(Feed(url), fetcher, NOW)
    web.at("paper.test/busy", page("هدنة أخرى", ARABIC), content_type="text/html")
    again = await poll(result.feed, fetcher, NOW + timedelta(hours=1))

    assert bodies(result) == [summary]
    assert {each.where: each.reason for each in result.refusals} == {
        web.url("paper.test/missing"): "page: not found; the summary is taken",
        web.url("paper.test/bare"): "page: not found",
        web.url("paper.test/busy"): "page: the server has an error, for now",
    }
    assert result.feed.etag is None
    assert len(again.articles) == 1
    assert again.feed.etag == '"1"'


async def test_broken_items_are_refused_by_name_and_the_rest_goes_in(
    web: Web, fetcher: Fetcher
) -> None:
    url = web.at(
        "paper.test/feed",
        rss(
            item("javascript:alert(1)", "Script", ENGLISH),
            item("http://10.0.0.7/admin", "Inside", summary="Short"),
            item("/1", "هدنة", ARABIC),
            "<item/>",
        ),
    )
    web.addresses["10.0.0.7"] = ["10.0.0.7"]

    result = await poll(Feed(url), fetcher, NOW)

    assert bodies(result) == [ARABIC]
    assert sorted(each.reason for each in result.refusals) == [
        "no text",
        "page: leads to an address that is not public",
        "url: not an http or https address",
    ]


async def test_a_feed_that_comes_back_after_a_month_does_not_flood(
    web: Web, fetcher: Fetcher
) -> None:
    items = [item(f"/{n}", f"خبر {n}", f"{ARABIC} {n}", age=timedelta(hours=n)) for n in range(60)]
    url = web.at("paper.test/feed", rss(*items))

    new = await poll(Feed(url), fetcher, NOW)
    back = await poll(Feed(url, answered=NOW - timedelta(days=30)), fetcher, NOW)

    assert len(new.articles) == len(back.articles) == 60
    assert all(each.silent for each in new.articles)
    loud = [each.submission.headline for each in back.articles if not each.silent]
    assert loud == [f"خبر {n}" for n in reversed(range(20))]


async def test_what_a_feed_holds_at_its_first_poll_stays_silent_however_long_it_takes(
    web: Web, fetcher: Fetcher
) -> None:
    summary = ENGLISH.partition(".")[0] + "."
    dated = [item(f"/{n}", f"خبر {n}", summary=f"{summary} {n}") for n in range(51)]
    undated = [each.replace("pubDate>", "category>") for each in dated]
    for number in range(51):
        web.at(f"paper.test/{number}", page(f"خبر {number}", ARABIC), content_type="text/html")

    for new, *there in (dated, undated):
        url = web.at("paper.test/feed", rss(*there))
        first = await poll(Feed(url), fetcher, NOW)
        web.at("paper.test/feed", rss(new, *there))
        second = await poll(first.feed, fetcher, NOW + timedelta(minutes=15))
        third = await poll(second.feed, fetcher, NOW + timedelta(minutes=30))
        fourth = await poll(third.feed, fetcher, NOW + timedelta(minutes=45))

        polls = [first, second, third, fourth]
        loud = [t.submission.headline for each in polls for t in each.articles if not t.silent]
        assert [len(each.articles) for each in polls] == [20, 20, 11, 0]
        assert loud == ["خبر 0"]
        assert fourth.feed.hushed == b""


async def test_a_feed_of_summaries_that_comes_back_does_not_flood_poll_by_poll(
    web: Web, fetcher: Fetcher
) -> None:
    items = [item(f"/{n}", f"خبر {n}", summary="صمدت…") for n in range(60)]
    for number in range(60):
        web.at(f"paper.test/{number}", page(f"خبر {number}", ARABIC), content_type="text/html")
    feed = Feed(web.at("paper.test/feed", rss(*items)), answered=NOW - timedelta(days=30))

    loud = 0
    for turn in range(3):
        result = await poll(feed, fetcher, NOW + timedelta(minutes=turn))
        feed, loud = result.feed, loud + sum(not each.silent for each in result.articles)

    assert loud == 20


async def test_a_host_that_asks_us_to_wait_is_asked_for_no_other_page(
    web: Web, fetcher: Fetcher
) -> None:
    for number in range(10):
        web.at(f"paper.test/{number}", response("", 429))
    items = [item(f"/{n}", f"خبر {n}", summary="صمدت…") for n in range(10)]

    result = await poll(Feed(web.at("paper.test/feed", rss(*items))), fetcher, NOW)

    assert len(web.asked) == 2
    assert [each.reason for each in result.refusals] == ["page: asked us to wait, for now"]


async def test_a_page_that_cannot_be_had_for_a_day_leaves_its_summary(
    web: Web, fetcher: Fetcher
) -> None:
    summary = ENGLISH.partition(".")[0] + "."
    web.at("paper.test/old", response("", 503))
    web.at("paper.test/new", response("", 503))
    url = web.at(
        "paper.test/feed",
        rss(
            item("/old", "هدنة", summary=summary, age=timedelta(hours=25)),
            item("/new", "Truce", summary=summary, age=timedelta(hours=23)),
        ),
    )

    result = await poll(Feed(url), fetcher, NOW)

    assert [each.submission.headline for each in result.articles] == ["هدنة"]
    assert sorted(each.reason for each in result.refusals) == [
        "page: the server has an error, for now",
        "page: the server has an error; the summary is taken",
    ]


async def test_undated_items_are_news_of_a_feed_that_was_read_lately(
    web: Web, fetcher: Fetcher
) -> None:
    undated = item("/1", "هدنة", ARABIC).replace("pubDate>", "category>")
    ahead = item("/2", "Truce", ENGLISH, age=-timedelta(days=400))
    url = web.at("paper.test/feed", rss(undated, ahead))

    lately = await poll(Feed(url, answered=NOW - timedelta(hours=1)), fetcher, NOW)
    long_ago = await poll(Feed(url, answered=NOW - timedelta(days=30)), fetcher, NOW)

    assert [each.submission.published for each in lately.articles] == [None, None]
    assert [each.silent for each in lately.articles] == [False, False]
    assert [each.silent for each in long_ago.articles] == [True, True]


async def test_a_feed_in_another_language_is_refused_unless_its_operator_knows_better(
    web: Web, fetcher: Fetcher
) -> None:
    french = rss("<language>fr-FR</language>", item("/1", "هدنة", ARABIC))
    url = web.at("paper.test/feed", french)

    refused = await poll(Feed(url), fetcher, NOW)
    taken = await poll(Feed(url, language=Language.ARABIC), fetcher, NOW)

    assert refused.outcome.fault == "language: only ar and en"
    assert bodies(taken) == [ARABIC]


async def test_a_poll_that_is_cancelled_leaves_nothing_behind(web: Web, fetcher: Fetcher) -> None:
    async def never(_: Request, writer: asyncio.StreamWriter) -> None:
        await writer.drain()
        await asyncio.Event().wait()

    url = web.at("paper.test/feed", never)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await poll(Feed(url), fetcher, NOW)

    assert fetcher._transport._pool.connections == []


def good(number: int, *, encoding: str = "utf-8") -> str:
    text = ARABIC if number % 2 else ENGLISH
    return rss(item(f"/a{number}", f"خبر News {number}", f"{text} {number}"), encoding=encoding)


async def _endless(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {}) + b"<rss><channel>")
    while True:
        writer.write(b"<item><title>x</title></item>" * 500)
        await writer.drain()


async def _slow(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {}))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)  # a server that is slow


def _truncated(number: int) -> Answer:
    text = ENGLISH if number % 2 else ARABIC
    whole = rss(item(f"/a{number}", "x", f"{text} {number}"), item("/cut", "y", text)).encode()

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-length": str(len(whole))}) + whole[:-200])
        await writer.drain()

    return answer


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]><rss><channel><item><title>&j;</title></item></channel></rss>"
)

# What a host answers, whether its article comes out, and what is said of it.
KINDS: list[tuple[Callable[[int], Answer | bytes | str], bool, str | None]] = [
    (good, True, None),
    (good, True, None),
    (lambda n: b"\xef\xbb\xbf" + good(n).encode(), True, None),
    (lambda n: good(n, encoding="windows-1256").encode("cp1256"), True, None),
    (lambda n: response(good(n).encode("cp1256"), content_type="text/xml; charset=utf-8"),
     True, None),
    (lambda n: response(good(n).encode(), content_type="text/xml; charset=iso-8859-1"),
     True, None),
    (lambda n: good(n, encoding="utf-16").encode("utf-16"), True, None),
    (lambda n: response(gzip.compress(good(n).encode()), content_encoding="gzip"), True, None),
    (lambda n: good(n).replace("</title>", " AT&T &nbsp; \x0b</title>"), True, None),
    (lambda n: rss(*[item(f"/a{n}", "خبر", f"{ARABIC} {n}")] * 5), True, None),
    (_truncated, True, "breaks off"),
    (lambda _: response("", 404), False, "not found"),
    (lambda _: response("", 410), False, "gone for good"),
    (lambda _: response("", 301, location="/feed"), False, "redirects that lead nowhere"),
    (lambda _: response("", 302, location="http://192.168.0.1/feed"),
     False, "leads to an address that is not public"),
    (lambda _: BOMB, False, "declares entities of its own"),
    (lambda _: response(gzip.compress(bytes(20_000_000)), content_encoding="gzip"),
     False, "too large"),
    (lambda _: response(b"\x1f\x8b\x08 no gzip", content_encoding="gzip"),
     False, "cannot be unpacked"),
    (lambda _: page("خبر", ARABIC), False, "not a feed: an HTML page"),
    (lambda _: "", False, "empty"),
    (lambda _: _endless, False, "too large"),
    (lambda _: _slow, False, "too slow"),
    (lambda _: "{" * 100_000, False,
     "not JSON: Expecting property name enclosed in double quotes"),
    (lambda _: "<a>" * 50_000, False, "not a feed"),
    (lambda _: bytes(range(256)) * 100, False, "not a feed"),
]  # fmt: skip


async def test_two_hundred_feeds_and_every_fault_at_once(web: Web, fetcher: Fetcher) -> None:
    web.addresses["192.168.0.1"] = ["192.168.0.1"]
    feeds = []
    for number in range(FEEDS):
        make, *_ = KINDS[number % len(KINDS)]
        feeds.append(Feed(web.at(f"feed{number}.test/feed", make(number))))

    with ThreadPoolExecutor(1) as thread:
        results = await asyncio.gather(*(poll(each, fetcher, NOW, thread=thread) for each in feeds))

    for number, result in enumerate(results):
        _, comes, said = KINDS[number % len(KINDS)]
        assert [each.endswith(f" {number}") for each in bodies(result)] == [True] * comes, number
        assert [each.reason for each in result.refusals] == ([said] if said else []), number
        assert (result.outcome.fault is None) == comes, number


async def test_reading_a_large_feed_leaves_the_event_loop_free(web: Web, fetcher: Fetcher) -> None:
    items = [item(f"/{n}", f"خبر {n}", f"{ARABIC} {n}") for n in range(150)]
    url = web.at("paper.test/feed", rss(*items))
    lags: list[float] = []

    async def pulse() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)  # a turn of the loop, measured
            lags.append(time.perf_counter() - before)

    beating = asyncio.create_task(pulse())
    result = await poll(Feed(url), fetcher, NOW)
    beating.cancel()

    assert len(result.articles) == 150
    # Many beats while another thread works: the loop was never held for the whole of the parse.
    assert len(lags) > 20
