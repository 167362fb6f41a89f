from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.characters import one_line
from bot.sources.opml import Subscription, read_opml, read_toml, write_opml, write_toml
from bot.sources.refusing import RefusedError
from bot.sources.submission import Refusal
from retrieval.models import Language

LIST = [
    Subscription("https://paper.test/ar/feed", "جريدة «المدينة» & Co", Language.ARABIC),
    Subscription("https://paper.test/en?a=1&b=2", 'The "City" <Paper>\\', Language.ENGLISH),
    Subscription("https://paper.test/bare"),
]
outlets = st.none() | st.text(st.characters(codec="utf-8"), max_size=50).map(one_line)
lists = st.lists(
    st.builds(
        Subscription,
        st.from_regex(r"https://[a-z]{1,9}\.test/[a-z?&=]{0,9}", fullmatch=True),
        outlets,
        st.none() | st.sampled_from(Language),
    ),
    unique_by=lambda each: each.url,
    max_size=9,
)


@given(lists | st.just(LIST))
def test_a_feeds_toml_is_read_as_it_was_written(subscriptions: list[Subscription]) -> None:
    assert read_toml(write_toml(subscriptions)) == (subscriptions, [])


@given(lists | st.just(LIST))
def test_an_opml_is_read_as_it_was_written(subscriptions: list[Subscription]) -> None:
    assert read_opml(write_opml(subscriptions)) == (subscriptions, [])


def test_an_opml_with_folders_other_languages_and_mistakes_is_read() -> None:
    content = """<?xml version="1.0"?><opml version="1.0"><body>
        <outline text="أخبار &amp; News">
          <outline text="المدينة" xmlUrl=" https://paper.test/1 " language="ar-SY"/>
          <outline title="Again" xmlURL="https://paper.test/1"/>
          <outline text="Le café" xmlUrl="https://paper.test/2" language="fr"/>
          <outline text="inside" xmlUrl="file:///etc/passwd"/>
        </outline></body></opml>"""

    found, refused = read_opml(content.encode())

    assert found == [
        Subscription("https://paper.test/1", "المدينة", Language.ARABIC),
        Subscription("https://paper.test/2", "Le café"),
    ]
    assert refused == [Refusal("outline 5", "xmlUrl: not an http or https address")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not XML"),
        (b"<rss/>", "not OPML"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "declares entities of its own"),
        (b" " * 5_000_001, "larger than 5 MB"),
    ],
)
def test_what_is_no_opml_is_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        read_opml(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("feeds = 1", "feeds: not a list"),
        ("[[feeds]]\nurl = 'file:///x'", "feeds.1.url: not an http or https address"),
        ("[[feeds]]\nurl = 'http://x.test'\nlanguage = 'fr'", "feeds.1.language: only ar and en"),
        ("[[feeds]]\nurl = 'http://x.test'\nname = 'المدينة'", "feeds.1.name: unknown field"),
        ("[[feeds]", "not TOML"),
        ("a = " + "[" * 10_000, "not TOML"),
    ],
)
def test_what_is_wrong_in_a_feeds_toml_is_named(content: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        read_toml(content.encode())


def test_a_list_is_bounded() -> None:
    many = [Subscription(f"https://paper.test/{number}") for number in range(5_001)]

    found, refused = read_opml(write_opml(many))

    assert found == many[:5_000]
    assert refused == [Refusal("list", "more than 5,000 feeds")]


def test_an_outlets_name_that_xml_cannot_hold_is_written_as_far_as_it_can() -> None:
    wanted = [
        Subscription("https://a.test/", "الصحيفة\ufffe"),
        Subscription("https://b.test/", "\uffff"),
    ]

    found, refused = read_opml(write_opml(wanted))

    assert found == [Subscription("https://a.test/", "الصحيفة"), Subscription("https://b.test/")]
    assert refused == []
