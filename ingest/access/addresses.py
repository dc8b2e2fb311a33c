"""The client address of a request: the peer's, or the one that a trusted proxy names."""

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from state.settings.rules import is_loopback

FORWARDED_FOR = "x-forwarded-for"
FORWARDING = frozenset(
    {
        *(FORWARDED_FOR, "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"),
        *("forwarded", "x-real-ip", "via", "cf-connecting-ip", "true-client-ip"),
    }
)
"""Headers that proxies add."""

_FORWARDING = frozenset(name.encode() for name in FORWARDING)
IPV6_PREFIX = 64
"""One customer has a network of this size, and may use any address in it."""

ADDRESSES_KEPT = 4_096
"""Addresses that are parsed once: behind a proxy each event names its sender."""

LONGEST_HOP = 128

UNTRUSTED = " by a proxy that is not trusted"
"""Appended to the peer's address, so that it doesn't count as a program on this machine."""


class Addresses:
    """Finds the address that limits count by: an IPv4 address, or an IPv6 network (/64)."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        trusted = [ip_network(each, strict=False) for each in trusted_proxies]
        self._trusted = lru_cache(ADDRESSES_KEPT)(partial(_is_in, trusted)) if trusted else None

    def of_request(self, scope: Scope, headers: Headers) -> str:
        peer: str = (scope.get("client") or ("unknown", 0))[0]
        is_forwarded = any(name in _FORWARDING for name, _ in scope["headers"])
        forwarded_for = headers.getlist(FORWARDED_FOR) if is_forwarded else ()
        return self.client(peer, forwarded_for, is_forwarded=is_forwarded)

    def client(self, peer: str, forwarded_for: Sequence[str], *, is_forwarded: bool) -> str:
        """Returns the name that limits count by. ``forwarded_for`` are the lines of that header.
        They are read from the right while a trusted proxy wrote them; what is further left may be
        forged.
        """
        if not is_forwarded:
            return bucket(peer)
        if not self.trusts(peer):
            return bucket(peer) + UNTRUSTED
        hops = [hop for line in forwarded_for for hop in line.split(",")]
        while hops and self.trusts(peer):
            named = address_in(hops.pop())
            if named is None:
                break
            peer = named
        return bucket(peer)

    def says_https(self, scope: Scope) -> bool:
        """True if the browser uses https, directly or to a trusted proxy."""
        if scope["scheme"] in ("https", "wss"):
            return True
        peer: str = (scope.get("client") or ("", 0))[0]
        return self.trusts(peer) and Headers(scope=scope).get("x-forwarded-proto") == "https"

    def trusts(self, address: str) -> bool:
        """True for a proxy that is trusted."""
        return self._trusted is not None and self._trusted(address)


def _is_in(networks: Sequence[IPv4Network | IPv6Network], address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def is_untrusted(address: str) -> bool:
    """True for an address behind a proxy that ``trusted_proxies`` doesn't name."""
    return address.endswith(UNTRUSTED)


def address_in(hop: str) -> str | None:
    """The address of one hop: ``1.2.3.4``, ``1.2.3.4:80``, ``::1`` or ``[::1]:80``; None for what
    is none (``unknown``, ``_hidden``)."""
    return _address_in(hop) if len(hop) <= LONGEST_HOP else None


@lru_cache(ADDRESSES_KEPT)
def _address_in(hop: str) -> str | None:
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ip_address(hop))
    except ValueError:
        return None


@lru_cache(ADDRESSES_KEPT)
def bucket(address: str) -> str:
    """The name that limits count an address under."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    if is_loopback(str(parsed)):
        return str(parsed)
    return str(ip_network((parsed, IPV6_PREFIX), strict=False))
