"""Findings about the address: where the server listens, and what can reach it."""

from ipaddress import ip_address

from ingest.check.finding import Finding, Findings, Level, Topic
from state.settings.settings import Settings


def exposure_findings(settings: Settings) -> Findings:
    yield Finding(Topic.OPENS, Level.NOTE, "host", _listening(settings))
    if not settings.on_loopback:
        yield _transport(settings)


def is_behind_proxy(settings: Settings) -> bool:
    """True if the settings name a proxy: requests come from all networks that reach it."""
    return bool(settings.trusted_proxies)


def is_reachable(settings: Settings) -> bool:
    """True if others than this machine's own processes can send requests."""
    return not settings.on_loopback or is_behind_proxy(settings)


def _listening(settings: Settings) -> str:
    port = f"port {settings.port}" if settings.port else "any free port"
    if not settings.on_loopback:
        place = "every address" if _is_every_address(settings.host) else settings.host
        return f"Listens on {port} of {place}: every machine that the network lets through."
    reach = f"Listens on {port} of {settings.host}: only processes on this machine"
    if is_behind_proxy(settings):
        return f"{reach}, and through the proxy all that the proxy lets through."
    return f"{reach}."


def _transport(settings: Settings) -> Finding:
    """The server has no TLS; a proxy may. On a private address that is only a warning, since a home
    or office network is a fair place for plain HTTP."""
    if is_behind_proxy(settings):
        return Finding(
            Topic.OPENS,
            Level.WARNING,
            "host",
            "The server speaks no TLS: see that the trusted proxy does, and that a firewall lets "
            f"nothing but the proxy reach port {settings.port}.",
        )
    clear = (
        "The server speaks no TLS and no proxy is trusted: token, login cookie and all numbers "
        "travel in clear text"
    )
    if _is_private(settings.host):
        return Finding(Topic.OPENS, Level.WARNING, "host", f"{clear} through the local network.")
    return Finding(
        Topic.OPENS,
        Level.UNSAFE,
        "host",
        f"{clear}. Listen on --host 127.0.0.1 behind a proxy that speaks TLS, and name it by "
        "--trusted-proxies.",
    )


def _is_every_address(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return not host


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
