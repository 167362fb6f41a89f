from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.addresses import is_public, is_web


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800::1", "2a00:1450::1"])
def test_public_addresses_may_be_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 192.0.0.8
    192.0.2.1
    192.88.99.1 192.168.1.1 198.18.0.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255
    :: ::1 ::8.8.8.8 ::ffff:8.8.8.8 ::ffff:127.0.0.1 64:ff9b::8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1
    100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0
    fec0::1 ff02::1 ff0e::1 paper.test ٢٧.٢.٢.٢""".split(),
)
def test_other_addresses_may_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_nothing_is_public_that_the_library_calls_otherwise(ip: IPv4Address | IPv6Address) -> None:
    if is_public(str(ip)):
        assert ip.is_global
        assert not any((ip.is_multicast, ip.is_loopback, ip.is_link_local, ip.is_private))


@given(st.ip_addresses(v=4))
def test_no_address_that_carries_another_is_public(ip: IPv4Address) -> None:
    inside = int(ip)

    for prefix in (0, 0xFFFF << 32, 0x64FF9B << 96):
        assert not is_public(str(IPv6Address(prefix | inside)))
    assert not is_public(str(ip_address((0x2002 << 112) | (inside << 80))))


@pytest.mark.parametrize(
    "url", ["http://paper.test/", "https://paper.test:8443/خبر?x=1#y", "http://جريدة.test/"]
)
def test_web_addresses_are_let_through(url: str) -> None:
    assert is_web(url)


@pytest.mark.parametrize(
    "url",
    ["", "paper.test", "ftp://paper.test/", "file:///etc/passwd", "javascript:alert(1)", "http://",
     "http://me@paper.test/", "http://me:pw@paper.test/", "http://@paper.test/",
     "http://paper.test:22/", "http://paper.test:99999/", "http://paper.test:x/", "http://[::1/",
     "http://paper.test/a b", "http://paper.test/\r\nX: y", "http://paper.test/\u202e",
     "https://paper.test/" + "x" * 2_000],
)  # fmt: skip
def test_other_urls_are_not(url: str) -> None:
    assert not is_web(url)
