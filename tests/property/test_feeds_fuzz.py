"""Whatever strangers send as a feed: entries or a refusal come out, soon, and nothing is raised."""

from __future__ import annotations

import contextlib
import gzip
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.charsets import decode
from bot.sources.markup import text_of
from bot.sources.opml import read_opml
from bot.sources.refusing import RefusedError
from bot.sources.syndication import read_feed
from bot.sources.unpacking import BrokenError, TooLargeError, UnknownCodingError, unpack

URL = "https://paper.test/feed"
PIECES = [
    b"<?xml version='1.0' encoding='windows-1256'?>", b"<rss>", b"<channel>", b"<item>",
    b"<title>",
    b"</title>", b"</item>", b"<![CDATA[", b"]]>", b"<feed xmlns='http://www.w3.org/2005/Atom'>",
    b"<entry>", b"<link href='//[::1'/>", b"<link>http://[</link>", b"</entry>", b"<!--", b"-->",
    b"<!DOCTYPE x", b"<!ENTITY", b"[", b">", b"&amp;", b"&#0;", b"&#x110000;", b"&nbsp;", b"&a;",
    b"<pubDate>Sat, 99 Nov 99999</pubDate>", b"<content type='xhtml'>", b"<?x", b"?>",
    b"\0", b"\xff",
    b"\xef\xbb\xbf", b"\xff\xfe", b"xml:base='http://['",
    b'{"version":"https://jsonfeed.org/version/1"',
    b',"items":[{"title":"', b'"}]}', b"\\ud800", "هدنة".encode(), "هدنة".encode("cp1256"),
]  # fmt: skip
messy = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")),
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.lists(st.sampled_from(PIECES), max_size=20).map(
        lambda each: b"<rss><item>" + b"".join(each)
    ),
)


def raw(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]


@settings(max_examples=500, deadline=None)
@given(messy, st.none() | st.sampled_from(["utf-8", "windows-1256", "utf-16", "x"]), st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, charset: str | None, whole: bool) -> None:  # noqa: FBT001 - Hypothesis
    try:
        document = read_feed(content, charset, URL, whole=whole)
    except RefusedError as error:
        said = str(error)
    else:
        said = "read"
        for entry in document.entries:
            assert len(entry.key) == 16
            assert entry.headline is None or entry.headline == " ".join(entry.headline.split())
    assert 0 < len(said) < 200


@settings(max_examples=200, deadline=None)
@given(messy)
def test_any_list_of_feeds_is_read_or_refused(content: bytes) -> None:
    try:
        found, _ = read_opml(content)
    except RefusedError:
        return
    assert len({each.url for each in found}) == len(found)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200))
def test_utf_8_is_always_itself(text: str) -> None:
    assert decode(text.encode(), "windows-1256").text in {text, text.removeprefix("\ufeff")}


@given(st.text(max_size=200))
def test_text_of_anything_is_text(markup: str) -> None:
    assert text_of(markup) == text_of(markup).strip()


@given(
    st.binary(max_size=2_000), st.sampled_from(["gzip", "deflate", "raw", "identity"]), st.data()
)
def test_what_is_packed_is_unpacked_within_the_limit_or_refused(
    content: bytes, coding: str, data: st.DataObject
) -> None:
    pack = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw": lambda each: zlib.compress(each)[2:-4],
    }
    packed = pack.get(coding, bytes)(content)
    named = "deflate" if coding == "raw" else coding
    limit = data.draw(st.integers(0, 3_000))
    cut = data.draw(st.integers(0, len(packed)))

    if len(content) <= limit:
        assert unpack(packed, named, limit) == (content, True)
    else:
        with pytest.raises(TooLargeError):
            unpack(packed, named, limit)
    try:
        found, _ = unpack(packed[:cut], named, limit)
    except (BrokenError, TooLargeError):
        return
    assert content.startswith(found)


@given(st.binary(max_size=300), st.text(max_size=8) | st.sampled_from(["gzip", "deflate", "br"]))
def test_any_packing_is_undone_or_refused(content: bytes, coding: str) -> None:
    try:
        found, _ = unpack(content, coding, 1_000)
    except (BrokenError, TooLargeError, UnknownCodingError):
        return
    assert len(found) <= 1_000


@pytest.mark.parametrize(
    "piece",
    ["<a ", "&a ", "&", "<", "<![CDATA[", "<!-- ", "<?x ", "<!x ", "<a>", '<a b="', "<item>",
     "<title>", "</a>", "<!DOCTYPE ", "<content type='xhtml'><div>", "<a xmlns:b='c'>", "&amp;",
     "هدنة ",
     "&lt;p&gt;", "&lt;!--", "<item><title>x</title></item>"],
)  # fmt: skip
@pytest.mark.parametrize("opening", ["", "<rss><channel><item><description>"])
def test_a_feed_ten_times_as_long_takes_no_more_than_in_proportion(
    opening: str, piece: str
) -> None:
    times = []
    for size in (40_000, 400_000):
        content = (opening + piece * (size // len(piece))).encode()
        started = time.thread_time()
        with contextlib.suppress(RefusedError):
            read_feed(content, None, URL)
        times.append(time.thread_time() - started)

    assert times[1] < 0.1 + 25 * times[0]
