"""Feeds and pages from the command line, against a paper on loopback."""

from __future__ import annotations

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

TRUCE = " ".join(["The truce in Homs held on Friday, the mayor said, and lorries came in."] * 8)
HUDNA = " ".join(["صمدت الهدنة في حمص يوم الجمعة كما قال رئيس البلدية ودخلت الشاحنات."] * 8)
OPML = """<opml version="2.0"><body><outline text="News">
  <outline type="rss" text="The Paper" xmlUrl="https://paper.test/rss" language="en-gb"/>
  <outline type="rss" text="الصحيفة" xmlUrl="https://sahifa.test/rss" language="ar"/>
  <outline type="rss" text="Files" xmlUrl="file:///etc/passwd"/>
</outline></body></opml>"""


class Paper:
    """A server of pages, each at its path; anything else is not found."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str]] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = pages.get(self.path, ("", ""))
                body = content.encode()
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def at(self, path: str, content: str, kind: str = "text/html; charset=utf-8") -> str:
        self.pages[path] = kind, content
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server.server_address[1]}{path}"


@pytest.fixture
def paper() -> Iterator[Paper]:
    paper = Paper()
    thread = Thread(target=paper.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield paper
    paper.server.shutdown()
    paper.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def environment(own_settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds alone, from a server on this machine."""
    assert not own_settings.exists()
    monkeypatch.setenv("ISNAD_SEEDS", "false")
    monkeypatch.setenv("ISNAD_PRIVATE_HOSTS", "127.0.0.1, localhost")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>P</title>{''.join(items)}</channel></rss>"


def item(link: str, title: str, text: str) -> str:
    return (
        f"<item><title>{title}</title><link>{link}</link><description>{text}</description></item>"
    )


def page(title: str, text: str) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"<p>{text}</p></article></body></html>"
    )


def quiet_revisions(data: Path) -> tuple[int, int]:
    """Return how many texts there are, and how many of them nobody is told of."""

    async def look() -> tuple[int, int]:
        async with Store.open(data) as store:
            last = await store.articles.last_revision()
            return last, len(await store.announcements.quiet(range(1, last + 1)))

    return asyncio.run(look())


def test_a_feed_is_added_once_listed_and_removed() -> None:
    url = "https://paper.test/rss"
    first = run("feeds", "add", url, "--outlet", "الصحيفة", "--language", "ar")
    second = run("feeds", "add", url)

    listed = run("feeds", "list")
    record = json.loads(run("feeds", "list", "--json").stdout)
    gone, gone_already = run("feeds", "remove", url), run("feeds", "remove", url)

    assert (first.stdout, second.stdout) == ("added\n", "already there\n")
    assert listed.stdout == f"{url} · الصحيفة · ar · not polled yet\n"
    assert (record["url"], record["language"], record["dead"]) == (url, "ar", False)
    assert gone.stdout == "removed\n"
    assert (gone_already.exit_code, gone_already.stderr) == (1, "isnad: no such feed\n")
    assert "feeds add URL" in run("feeds", "list").stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["add", "ftp://paper.test/rss"], "not an http or https address"),
        (["add", "https://anna:secret@paper.test/"], "not an http or https address"),
        (["add", "https://paper.test/rss", "--language", "fr"], "only ar and en"),
        (["import", "feeds.csv"], ".opml or .toml"),
        (["export", "feeds.csv"], ".opml or .toml"),
        (["import", "none.opml"], "none.opml"),
    ],
)
def test_what_is_no_feed_and_no_list_is_named(arguments: list[str], reason: str) -> None:
    result = run("feeds", *arguments)

    assert result.exit_code == 2
    assert reason in " ".join(result.stderr.replace("│", " ").split())


def test_a_list_is_imported_and_exported_both_ways(tmp_path: Path) -> None:
    (tmp_path / "in.opml").write_text(OPML, "utf-8")
    came = run("feeds", "import", str(tmp_path / "in.opml"))
    again = run("feeds", "import", str(tmp_path / "in.opml"))

    shown = run("feeds", "export").stdout
    written = run("feeds", "export", str(tmp_path / "out.toml"))
    run("feeds", "export", str(tmp_path / "out.opml"))
    known = [run("feeds", "import", str(tmp_path / f"out.{kind}")) for kind in ("toml", "opml")]

    assert came.stdout == "2 added, 0 already there, 1 refused\n"
    assert "refused: outline 4: " in came.stderr
    assert again.stdout == "0 added, 2 already there, 1 refused\n"
    assert shown == (tmp_path / "out.toml").read_text("utf-8")
    assert 'outlet = "الصحيفة"' in shown
    assert written.stdout.startswith("2 written to ")
    assert [each.stdout for each in known] == ["0 added, 2 already there, 0 refused\n"] * 2
    assert sorted(each.name for each in tmp_path.glob("*.*")) == ["in.opml", "out.opml", "out.toml"]


def test_outlet_and_language_of_a_feed_can_be_changed(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(
        '[[feeds]]\nurl = "https://paper.test/rss"\noutlet = "الصحيفة"\n', "utf-8"
    )
    run("feeds", "add", "https://paper.test/rss", "--outlet", "The Paper", "--language", "en")

    again = run("feeds", "add", "https://paper.test/rss")
    changed = run("feeds", "add", "https://paper.test/rss", "--language", "ar")
    came = run("feeds", "import", str(tmp_path / "feeds.toml"))

    assert again.stdout == "already there\n"
    assert changed.stdout == "changed\n"
    assert came.stdout == "0 added, 1 changed, 0 already there, 0 refused\n"
    assert "https://paper.test/rss · الصحيفة · ar · " in run("feeds", "list").stdout


def test_a_list_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text("feeds = 7")

    result = run("feeds", "import", str(tmp_path / "feeds.toml"))

    assert result.exit_code == 1
    assert result.stderr == f"isnad: {tmp_path}/feeds.toml: feeds: not a list\n"


def test_a_poll_says_of_each_feed_what_came_or_what_is_wrong(paper: Paper) -> None:
    entries = (
        item("https://p.test/1", "Truce", TRUCE * 4),
        item("https://p.test/2", "هدنة", HUDNA * 4),
    )
    good = paper.at("/rss", rss(*entries), "application/rss+xml")
    lost = paper.url("/none", host="localhost")
    run("feeds", "add", good)
    run("feeds", "add", lost)

    first, second = run("feeds", "poll"), run("feeds", "poll")
    listed = run("feeds", "list").stdout

    assert f"{good}: 2 new\n" in first.stdout
    assert f"{lost}: not found\n" in first.stdout
    assert first.stdout.endswith("2 polled: 2 new, 0 refused, 1 failing\n")
    assert second.stdout.endswith("2 polled: 0 new, 0 refused, 1 failing\n")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"{lost} · failing: not found" in listed
    assert "held on Friday" in run("ask", "Who said that the truce in Homs held?").stdout


def test_a_feed_at_a_private_address_is_refused_unless_its_host_is_named(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISNAD_PRIVATE_HOSTS", "")
    run("feeds", "add", paper.at("/rss", rss(), "application/rss+xml"))

    result = run("feeds", "poll")

    assert result.exit_code == 1
    assert result.stdout.endswith("1 polled: 0 new, 0 refused, 1 failing\n")


def test_a_page_is_added_by_its_address_beside_files(paper: Paper, tmp_path: Path) -> None:
    url = paper.at("/truce?utm_source=x", page("A truce", TRUCE))
    (tmp_path / "a.txt").write_text(HUDNA, "utf-8")

    result = run("add", url, str(tmp_path / "a.txt"), paper.url("/none", host="localhost"))
    answer = json.loads(run("ask", "--json", "Who said that the truce in Homs held?").stdout)

    assert result.stdout == "2 added, 0 updated, 0 already known, 1 refused\n"
    assert "/none: not found" in result.stderr
    assert answer["quotes"][0]["article"]["url"] == paper.url("/truce")
    assert answer["quotes"][0]["article"]["title"] == "A truce"


def test_nobody_is_told_of_what_is_added_quietly(paper: Paper, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HUDNA, "utf-8")
    url = paper.at("/truce", page("A truce", TRUCE))

    run("add", "--quiet", url, str(tmp_path / "a.txt"))
    quiet = quiet_revisions(tmp_path / "data")
    (tmp_path / "b.txt").write_text("It rained in Doha.", "utf-8")
    run("add", str(tmp_path / "b.txt"))

    assert quiet == (2, 2)
    assert quiet_revisions(tmp_path / "data") == (3, 2)
