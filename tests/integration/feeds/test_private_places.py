"""Ways into a private network that strangers are known to try, with the system's own resolver."""

# ruff: noqa: RUF001 - signs that look like others are among the tricks

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest

from bot.sources.feeds import Feed, poll
from bot.sources.fetching import Fetcher, Limits
from bot.sources.responses import Failed, Fault, Fetched
from tests.fakes.web import Web, response
from tests.integration.feeds.test_polling_feeds import NOW, item, rss

if TYPE_CHECKING:
    from bot.sources.responses import Unchanged

LIMITS = Limits(deadline=5, spacing=0)
NEWS = "بدأت الهدنة عند الفجر. The truce began at dawn."
REFUSED = {Fault.FORBIDDEN_ADDRESS, Fault.BAD_ADDRESS, Fault.NO_SUCH_HOST, Fault.BROKEN}

# Hosts that are this machine, its neighbours or its cloud's, in every way of writing them.
HOSTS = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.1 0x7f.0x0.0x0.0x1 017700000001
0177.0.0.1 0177.0.0.01 127.0.0.1. 127.0.0.0x1 00000000177.0.0.1 4294967297 0 0.0.0.0 0x0 00
localhost LOCALHOST localhost. ip6-localhost %31%32%37.0.0.1 127。0。0。1 127．0．0．1 127｡0｡0｡1
１２７.0.0.1 ①②⑦.⓪.⓪.① ⓛⓞⓒⓐⓛⓗⓞⓢⓣ local\u00adhost localhoſt ١٢٧.٠.٠.١
169.254.169.254 2852039166 0xA9FEA9FE 0251.0376.0251.0376 100.100.100.200 192.0.0.192
10.0.0.1 172.16.0.1 192.168.0.1 198.18.0.1 224.0.0.1 255.255.255.255 240.0.0.1
[::1] [::] [0:0:0:0:0:0:0:1] [0000::0001] [::1%25lo] [::1%lo] [fe80::1] [fe80::1%25eth0] [fe80::1%1]
[::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:127.0.0.1] [0::ffff:127.0.0.1]
[::ffff:0:127.0.0.1] [::ffff:169.254.169.254] [::ffff:10.0.0.1] [64:ff9b::127.0.0.1]
[64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:1::1]
[2001:0:7f00:1::] [2001::80ff:fffe] [fd00:ec2::254] [fc00::1] [fec0::1] [ff02::1] [ff0e::1]
[100::1] [5f00::1] [3fff::1] [v1.127.0.0.1] [127.0.0.1] [] . .. -
""".split()

ADDRESSES = [
    "http://paper.test@127.0.0.1:{port}/",
    "http://paper.test:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@paper.test/",
    "http://@127.0.0.1:{port}/",
    "http://:@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@paper.test/",
    "http://paper.test\\@127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@paper.test/",
    "http://127.0.0.1:{port}?@paper.test/",
    "http://127.0.0.1:{port}:80/",
    "http://127.0.0.1:+{port}/",
    "http://127.0.0.1: {port}/",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1\r\nHost: paper.test\r\n:{port}/",
    "http://127.0.0.1:22/",
    "http://paper.test:22/",
    "http://paper.test:25/",
    "http://paper.test:0/",
    "http://paper.test:-80/",
    "http://paper.test:65616/",
    "http://paper.test:٨٠/",
    "http://paper.test:８０/",
    "HTTP://127.0.0.1:{port}/",
    "hTTp://LocalHost:{port}/",
    "//127.0.0.1:{port}/",
    "\\\\127.0.0.1:{port}/",
    "///127.0.0.1:{port}/",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "dict://127.0.0.1:{port}/",
    "ftp://127.0.0.1/",
    "ldap://127.0.0.1/",
    "data:text/html,news",
    "jar:http://127.0.0.1!/",
    "view-source:http://127.0.0.1:{port}/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "unix:/var/run/docker.sock",
    "javascript:alert(1)",
    "ws://127.0.0.1:{port}/",
    "http://",
    "http://?",
    "",
]
# As the target of a redirect these stay on the host that was allowed: a path, however it looks.
PATHS = {
    "", "http:/127.0.0.1:{port}/", "http:127.0.0.1:{port}/", "\\\\127.0.0.1:{port}/",
    "///127.0.0.1:{port}/", "http:///127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}/",
    "http://", "http://?",
}  # fmt: skip


def refused(found: object) -> bool:
    return isinstance(found, Failed) and found.fault in REFUSED and found.status is None


async def test_no_way_of_writing_a_private_host_is_called(web: Web) -> None:
    web.pages.update({f"{each}/": response(NEWS) for each in (*HOSTS, "127.0.0.1", "localhost")})

    async with Fetcher(limits=LIMITS) as fetcher:
        found = {each: await fetcher.get(f"http://{each}:{web.port}/") for each in HOSTS}

    assert [host for host, each in found.items() if not refused(each)] == []
    assert web.asked == []


async def test_no_trick_with_an_address_gets_through(web: Web) -> None:
    web.pages["127.0.0.1/"] = response(NEWS)

    async with Fetcher(limits=LIMITS) as fetcher:
        found = {each: await fetcher.get(each.format(port=web.port)) for each in ADDRESSES}

    assert [address for address, each in found.items() if not refused(each)] == []
    assert web.asked == []


async def test_no_redirect_leads_to_a_private_place(web: Web) -> None:
    addresses = [f"http://{each}:{{port}}/" for each in HOSTS] + ADDRESSES
    targets = [each.format(port=web.port) for each in addresses if each not in PATHS]
    starts = [
        web.at(f"paper.test/{n}", response("", 302, location=each.encode().decode("latin-1")))
        for n, each in enumerate(targets)
    ]

    async with Fetcher(allowed={"paper.test"}, limits=LIMITS, resolve=looked_up) as fetcher:
        found = {
            each: await fetcher.get(start) for each, start in zip(targets, starts, strict=True)
        }

    assert [target for target, each in found.items() if not refused(each)] == []
    assert len(web.asked) == len(targets)


async def looked_up(host: str, port: int) -> list[str]:
    """Look up as the system does, but for the one host that is a stranger's."""
    if host == "paper.test":
        return ["127.0.0.1"]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@pytest.mark.parametrize("target", sorted(PATHS))
async def test_what_looks_like_a_host_and_is_a_path_stays_where_it_was(
    web: Web, target: str
) -> None:
    place = target.format(port=web.port)
    start = web.at("paper.test/1", response("", 302, location=place))

    async with Fetcher(allowed={"paper.test"}, limits=LIMITS, resolve=web.resolve) as fetcher:
        await fetcher.get(start)

    assert {each.host for each in web.asked} == {"paper.test"}


async def test_every_connection_is_checked_anew(web: Web) -> None:
    url = web.at("paper.test/feed", NEWS)
    answers = iter([["93.184.215.14", "127.0.0.1"], ["127.0.0.1"], ["::ffff:127.0.0.1"], []])

    async def resolve(_host: str, _port: int) -> list[str]:
        return next(answers)

    async with Fetcher(limits=LIMITS, resolve=resolve) as fetcher:
        found = [await fetcher.get(url) for _ in range(4)]

    assert found == [*[Failed(Fault.FORBIDDEN_ADDRESS)] * 3, Failed(Fault.NO_SUCH_HOST)]
    assert web.asked == []


@pytest.mark.parametrize("scheme", ["http", "https", "all"])
@pytest.mark.parametrize("upper", [False, True])
async def test_a_proxy_of_the_environment_is_not_used(
    web: Web, monkeypatch: pytest.MonkeyPatch, scheme: str, *, upper: bool
) -> None:
    name = f"{scheme}_proxy"
    async with Web() as proxy:
        monkeypatch.setenv(name.upper() if upper else name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        url = web.at("paper.test/feed", NEWS)
        async with Fetcher(allowed={"paper.test"}, limits=LIMITS, resolve=web.resolve) as fetcher:
            found = await fetcher.get(url)

    assert isinstance(found, Fetched)
    assert proxy.asked == []


async def test_no_password_of_a_netrc_is_sent(
    web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("default login me password secret\n", "utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    url = web.at("paper.test/feed", NEWS)

    async with Fetcher(allowed={"paper.test"}, limits=LIMITS, resolve=web.resolve) as fetcher:
        await fetcher.get(url)

    assert "authorization" not in web.asked[0].headers


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("Intranet.Example", "intranet.example"),
        ("جريدة.test", "جريدة.test"),
        ("xn--ogbfjh9j.test", "جريدة.test"),
        (" intranet.example ", "INTRANET.example"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
async def test_a_private_host_is_called_when_it_is_allowed_by_name(
    web: Web, allowed: str, host: str
) -> None:
    web.pages["127.0.0.1/"] = web.pages["intranet.example/"] = response(NEWS)
    web.pages["xn--ogbfjh9j.test/"] = response(NEWS)

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async with Fetcher(allowed={allowed}, limits=LIMITS, resolve=resolve) as fetcher:
        found = await fetcher.get(f"http://{host}:{web.port}/")
        other = await fetcher.get(f"http://x.{host}:{web.port}/")

    assert isinstance(found, Fetched)
    assert refused(other)


async def test_a_stranger_does_not_lead_to_a_host_that_is_allowed(web: Web) -> None:
    inside = web.at("intranet.test/salaries", NEWS)
    allowed = {"intranet.test", "paper.test"}

    async with Fetcher(allowed=allowed, limits=LIMITS, resolve=web.resolve) as fetcher:
        stranger = await fetcher.get(inside, via="http://stranger.test/feed")
        asked = len(web.asked)
        neighbour = await fetcher.get(inside, via="http://paper.test/feed")
        operator = await fetcher.get(inside)

    assert stranger == Failed(Fault.FORBIDDEN_ADDRESS)
    assert asked == 0
    assert isinstance(neighbour, Fetched)
    assert isinstance(operator, Fetched)


async def test_the_pages_of_a_feed_are_read_as_what_the_feed_leads_to(web: Web) -> None:
    led: list[str | None] = []

    class Listening(Fetcher):
        async def get(self, url: str, **more: Any) -> Fetched | Unchanged | Failed:
            led.append(more.get("via"))
            return await super().get(url, **more)

    url = web.at("paper.test/feed", rss(item("/1", "هدنة", summary="صمدت…")))
    async with Listening(allowed={"paper.test"}, limits=LIMITS, resolve=web.resolve) as fetcher:
        await poll(Feed(url), fetcher, NOW)

    assert led == [None, url]
