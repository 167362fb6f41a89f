"""Whatever the bytes: submissions and refusals come out, and nothing is raised."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources import Refusal, Submission, dates, read

KINDS = ["txt", "md", "html", "json", "jsonl"]
PIECES = [
    b"---\n", b"# ", b"\n\n", b"\r", b"Title: ", b"Date: 2024-12-07\n", b"URL: http://x.org\n",
    b"Language: ar\n", b"<html>", b"<p>", b"</p>", b"<meta charset=cp1256>", b"<!--", b"&#0;",
    b'{"text": "', b'"}', b"[", b"]", b"{", b"}", b'"articles":', b"\\ud800", b"NaN", b",", b"\0",
    b"\xef\xbb\xbf", b"\xff", b"- a\n", b"> ", b"```\n", b"![x](y)", b"[x](y)", b"word ",
    "هدنة ".encode(), "٢٠٢٤".encode(), "\u2067".encode(),
]  # fmt: skip
messy = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")),
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
fields = st.sampled_from(["url", "title", "outlet", "published", "language", "text", "articles"])


def found_in(kind: str, content: bytes) -> list[Submission | Refusal]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"a.{kind}").write_bytes(content)
        return list(read([Path(folder)]))


def check(found: list[Submission | Refusal]) -> None:
    for each in found:
        if isinstance(each, Refusal):
            assert each.reason
            assert len(each.reason) < 200
        else:
            assert each.body == each.body.strip() != ""
            assert each.headline is None or each.headline == " ".join(each.headline.split())
            for text in (each.body, each.headline or "", each.outlet or "", each.url or ""):
                assert "\0" not in text.encode().decode()
            if isinstance(each.published, datetime):
                assert each.published.tzinfo is not None


@pytest.mark.parametrize("kind", KINDS)
def test_any_bytes_are_taken_or_refused(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(messy)
    def read_them(content: bytes) -> None:
        check(found_in(kind, content))

    read_them()


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_any_json_is_taken_or_refused(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(st.dictionaries(fields, anything) | anything)
    def read_it(value: object) -> None:
        check(found_in(kind, json.dumps(value).encode()))

    read_it()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["[articles]\n", '[["articles"]]\nfile = "a.txt"\n', ""]), messy)
def test_any_manifest_is_used_or_refused(start: str, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "manifest.toml").write_bytes(start.encode() + rest)
        (Path(folder) / "a.txt").write_bytes(b"A truce.")

        found = list(read([Path(folder)]))

    assert [each.body for each in found if isinstance(each, Submission)] == ["A truce."]


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="0123456789٠٢-/.: ,TZ+pmAMdecديسمبر", max_size=30)
    | st.datetimes().map(str)
    | st.dates().map(str)
)
def test_a_date_is_understood_or_refused(text: str) -> None:
    try:
        understood = dates.parse(text)
    except ValueError:
        assert dates.standing_alone(text) is None
    else:
        assert understood.year in dates.YEARS
        assert dates.parse(understood.isoformat()) == understood
