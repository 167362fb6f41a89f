"""Which addresses of strangers may be called: on the web, in public, without a password."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

LONGEST = 2_000
_WELL_KNOWN_PORTS = 1_024
# What the standard library's tables call global in one release and not in another.
_SPECIAL_4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4")))
_PUBLIC_6 = IPv6Network("2000::/3")
# Protocols and Teredo, documentation, 6to4: some of these carry an IPv4 address inside. Mapped and
# NAT64 addresses do too, and lie outside 2000::/3 as loopback, link-local and multicast do.
_SPECIAL_6 = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2001:10::/28"))
)


def is_public(address: str) -> bool:
    """Return whether an IP address, as the resolver gave it, is one that anybody may call."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in each for each in _SPECIAL_4)
    return ip.scope_id is None and ip in _PUBLIC_6 and not any(ip in each for each in _SPECIAL_6)


def is_web(url: str) -> bool:
    """Return whether a URL is http or https, names a host, and carries no user or password.

    Of the ports below 1024 only 80 and 443 are let through: the others speak something else.
    """
    if len(url) > LONGEST or any(each.isspace() or not each.isprintable() for each in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return may_be_called(parts.scheme, parts.hostname, port, parts.netloc.rpartition("@")[1])


def may_be_called(scheme: str, host: str | None, port: int | None, user: str | bytes) -> bool:
    """Return whether the parts of a URL, whoever took it apart, are those of an address on the web.

    Parsers differ, and what one calls a host is a password to another; so each has to agree.
    """
    if scheme not in {"http", "https"} or not host or user:
        return False
    return port is None or port in {80, 443} or port >= _WELL_KNOWN_PORTS
