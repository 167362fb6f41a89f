from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.sources.refusing import RefusedError
from bot.sources.syndication import Document, Entry, read_feed

URL = "https://paper.test/ar/feed"
PUBLISHED = datetime(2026, 11, 21, 10, tzinfo=UTC)


def read(text: str) -> Document:
    return read_feed(text.encode(), None, URL)


def only(text: str) -> Entry:
    (entry,) = read(text).entries
    return entry


def test_an_atom_entry_is_read() -> None:
    entry = only(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://paper.test/base/">
        <title>أخبار</title><entry><id>tag:7</id>
        <title type="html">A &lt;b&gt;truce&lt;/b&gt;</title>
        <link rel="self" href="x"/><link href="../1"/><updated>2026-11-22T10:00:00Z</updated>
        <published>2026-11-21T12:00:00+02:00</published>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>بدأت الهدنة.</p>
        <p>It <em>holds</em>.</p></div></content></entry></feed>"""
    )

    assert entry.headline == "A truce"
    assert entry.url == "https://paper.test/1"
    assert entry.published == PUBLISHED
    assert entry.text == "بدأت الهدنة.\n\nIt holds."
    assert entry.full


def test_an_item_of_rss_1_is_read() -> None:
    entry = only(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>أخبار</title></channel><item rdf:about="1"><title>هدنة</title>
        <link>/1</link><dc:date>2026-11-21T10:00:00Z</dc:date>
        <description>A truce began.</description></item></rdf:RDF>"""
    )

    assert (entry.headline, entry.url) == ("هدنة", "https://paper.test/1")
    assert entry.published == PUBLISHED
    assert (entry.text, entry.full) == ("A truce began.", False)


def test_an_item_of_json_feed_is_read() -> None:
    document = read(
        """{"version": "https://jsonfeed.org/version/1.1", "title": "أخبار", "language": "ar",
        "items": [{"id": 7, "url": "/1", "title": "هدنة", "date_published": "2026-11-21T10:00:00Z",
        "content_html": "<p>بدأت الهدنة.</p><p>A truce.</p>"}, "no item"]}"""
    )

    (entry,) = document.entries
    assert (entry.headline, entry.url) == ("هدنة", "https://paper.test/1")
    assert entry.published == PUBLISHED
    assert entry.text == "بدأت الهدنة.\n\nA truce."
    assert (document.title, document.language) == ("أخبار", "ar")


def test_other_vocabularies_titles_are_not_the_headline() -> None:
    entry = only(
        """<rss xmlns:media="http://search.yahoo.com/mrss/"
        xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><item>
        <media:title>صورة</media:title><itunes:title>Episode</itunes:title>
        <media:content url="x"><media:title>photo</media:title></media:content>
        <title>هدنة</title><guid isPermaLink="true">https://paper.test/1</guid>
        </item></channel></rss>"""
    )

    assert (entry.headline, entry.url) == ("هدنة", "https://paper.test/1")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sat, 21 Nov 2026 10:00:00 GMT", PUBLISHED),
        ("Sat, 21 Nov 2026 05:00:00 EST", PUBLISHED),
        ("21 Nov 2026 13:00 +0300", PUBLISHED),
        ("2026-11-21T10:00:00Z", PUBLISHED),
        ("2026-11-21", date(2026, 11, 21)),
        ("٢١ نوفمبر ٢٠٢٦", date(2026, 11, 21)),
        ("yesterday", None),
        ("Sat, 99 Nov 2026 10:00:00 GMT", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_are_written(written: str, meant: date | None) -> None:
    entry = only(f"<rss><channel><item><pubDate>{written}</pubDate></item></channel></rss>")

    assert entry.published == meant


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("AT&T holds", "AT&T holds"),
        ("AT&amp;T holds", "AT&T holds"),
        ("AT&amp;amp;T holds", "AT&T holds"),
        ("caf&eacute;&nbsp;ن", "café ن"),
        ("<![CDATA[<b>هدنة</b> & aid]]>", "هدنة & aid"),
        ("1 &lt; 2", "1 < 2"),
        ("\x0bهدنة\u202e", "هدنة"),
        ("هدنة &unknown; x", "هدنة &unknown; x"),
    ],
)
def test_a_headline_keeps_its_letters_and_loses_its_markup(written: str, shown: str) -> None:
    assert only(
        f"<rss><channel><item><title>{written}</title></item></channel></rss>"
    ).headline == (shown)


def test_scripts_and_captions_are_not_text() -> None:
    entry = only(
        """<rss xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel><item>
        <c:encoded><![CDATA[<h2>هدنة</h2><script>alert(1)</script><p>بدأت<br>الهدنة.</p>
        <figure><img src=x><figcaption>caption</figcaption></figure>tail<!-- no -->
        <ul><li>one</li><li>two</li></ul>]]></c:encoded></item></channel></rss>"""
    )

    assert entry.text == "هدنة\n\nبدأت\nالهدنة.\n\ntail\n\none\n\ntwo"


@pytest.mark.parametrize(
    ("text", "ttl"),
    [
        ("<ttl>30</ttl>", timedelta(minutes=30)),
        ("<ttl>9999999999</ttl>", timedelta(days=1)),
        ("<ttl>٣٠</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("<s:updatePeriod>hourly</s:updatePeriod><s:updateFrequency>4</s:updateFrequency>",
         timedelta(minutes=15)),
        ("<s:updatePeriod>daily</s:updatePeriod>", timedelta(days=1)),
        ("<s:updatePeriod>hourly</s:updatePeriod><s:updateFrequency>0</s:updateFrequency>", None),
        ("", None),
    ],
)  # fmt: skip
def test_how_often_to_ask_is_read(text: str, ttl: timedelta | None) -> None:
    document = read(
        f'<rss xmlns:s="http://purl.org/rss/1.0/modules/syndication/"><channel>{text}</channel></rss>'
    )

    assert document.ttl == ttl


def test_the_last_entry_of_a_feed_that_breaks_off_is_left_out() -> None:
    text = "<rss><channel><item><title>هدنة</title></item><item><title>half a sen"

    document = read(text)

    assert [each.headline for each in document.entries] == ["هدنة"]
    assert not document.whole


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("هدنة", "not a feed"),
        ("<html><body>هدنة</body></html>", "not a feed: an HTML page"),
        ("<!DOCTYPE html><p>هدنة", "not a feed"),
        ("<svg/>", "not a feed"),
        ('{"articles": []}', "not a feed: JSON of another kind"),
        ('{"version": "https://jsonfeed.org/version/1"}', "items: not a list"),
        ("{" * 10, "not JSON: Expecting property name enclosed in double quotes"),
        ('<!DOCTYPE r [<!ENTITY a "x">]><rss/>', "declares entities of its own"),
        ('<!-- <a> --><?x <b?><!doctype r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss/>',
         "declares entities of its own"),
        ("<rss>" + "<a/>" * 100_001 + "</rss>", "more than 100,000 elements"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^{reason}$"):
        read(text)


def test_an_old_document_type_without_declarations_is_let_in() -> None:
    entry = only(
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd">'
        "<rss><channel><item><title>هدنة Truce</title></item></channel></rss>"
    )

    assert entry.headline == "هدنة Truce"


def test_an_entry_whose_letters_are_damaged_says_so() -> None:
    good = "بدأت الهدنة عند الفجر. " * 10
    titles = "".join(f"<item><title>{each}</title></item>" for each in (good, "@"))
    text = f"<rss><channel>{titles}</channel></rss>"

    document = read_feed(text.encode().replace(b"@", b"\xd8"), None, URL)

    assert [each.damaged for each in document.entries] == [False, True]
