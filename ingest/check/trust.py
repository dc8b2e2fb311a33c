"""Findings about trust: origins, proxies, and addresses without rate limits."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from ingest.check.exposure import is_behind_proxy
from ingest.check.finding import Finding, Findings, Level, Topic
from ingest.notify.notifier import build_notifier
from state.settings.settings import Settings, SettingsError

RATES = ("max_events_per_s", "max_pages_per_s", "max_reads_per_s", "max_messages_per_s")
WIDEST = {4: 8, 6: 16}
"""Prefix lengths: a wider network is no proxy, it is the Internet."""


def trust_findings(settings: Settings) -> Findings:
    yield from _origins(settings)
    yield from _proxies(settings)
    yield _rates(settings)
    yield from _notify(settings)


def _origins(settings: Settings) -> Findings:
    own = "its own page" + (" and any page of this machine" if settings.on_loopback else "")
    if not settings.allowed_origins:
        yield _trusts(
            Level.NOTE, "allowed_origins", f"In a browser, {own} may read; no other web page may."
        )
        return
    names = ", ".join(settings.allowed_origins)
    yield _trusts(
        Level.NOTE,
        "allowed_origins",
        f"In a browser, {own} may read, and pages of {names}.",
    )
    if plain := [each for each in settings.allowed_origins if each.startswith("http://")]:
        yield _trusts(
            Level.WARNING,
            "allowed_origins",
            f"Pages of {', '.join(plain)} come without TLS: an attacker in between can add a "
            "script to them that reads here.",
        )


def _notify(settings: Settings) -> Findings:
    if not settings.notify:
        return
    try:
        targets = [each.target for each in build_notifier(settings).status()]
    except SettingsError as error:
        yield _trusts(Level.UNSAFE, "notify", f"The server refuses to start: {error}")
        return
    yield _trusts(
        Level.NOTE,
        "notify",
        f"Sends alerts, with numbers of visitors, to {', '.join(targets)}. Whether they can be "
        "reached is known to a running server: /healthz has the last error of each.",
    )


def _proxies(settings: Settings) -> Findings:
    if not is_behind_proxy(settings):
        yield _no_proxy(settings)
        return
    yield _trusts(
        Level.NOTE,
        "trusted_proxies",
        f"Believes X-Forwarded-For and X-Forwarded-Proto from {', '.join(settings.trusted_proxies)}"
        " and from no other address; limits by address mean the address that these name.",
    )
    networks = [ip_network(each, strict=False) for each in settings.trusted_proxies]
    for network in networks:
        if _is_too_wide(network):
            yield _trusts(
                Level.UNSAFE,
                "trusted_proxies",
                f"{network} is no proxy but a part of the Internet: every client there can "
                "name any address and so escape every limit. Name the proxy's own address.",
            )


def _no_proxy(settings: Settings) -> Finding:
    """A token, a key or an origin on loopback hint at a proxy, since nothing else would need
    them; without any of these it is most likely just a look."""
    sentence = (
        "Trusts no proxy. Behind one, every visitor would have the proxy's address and share its "
        "limits"
    )
    if not settings.on_loopback:
        return _trusts(Level.NOTE, "trusted_proxies", f"{sentence}.")
    hints = settings.token or settings.ingest_key or settings.allowed_origins
    return _trusts(
        Level.WARNING if hints else Level.NOTE,
        "trusted_proxies",
        f"{sentence}; behind one on this machine no client would be limited, since loopback is "
        "spared. Then set --trusted-proxies 127.0.0.1,::1.",
    )


def _rates(settings: Settings) -> Finding:
    spared = [name for name in RATES if name not in settings.model_fields_set]
    limits = (
        f"One address may send {settings.max_events_per_s:,.0f} events and load "
        f"{settings.max_pages_per_s:g} pages a second, ask {settings.max_reads_per_s:g} times for "
        f"something else, and a /ws client {settings.max_messages_per_s:g} messages"
    )
    if not spared:
        return _trusts(Level.NOTE, "max_events_per_s", f"{limits}; loopback, too.")
    return _trusts(
        Level.NOTE,
        spared[0],
        f"{limits}. This machine's own addresses are spared by {', '.join(spared)} "
        "(unless these are set).",
    )


def _is_too_wide(network: IPv4Network | IPv6Network) -> bool:
    return network.prefixlen < WIDEST[network.version]


def _trusts(level: Level, setting: str, sentence: str) -> Finding:
    return Finding(Topic.TRUSTS, level, setting, sentence)
