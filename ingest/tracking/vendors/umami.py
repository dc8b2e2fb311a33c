"""Requests of Umami's trackers."""

from typing import Any

from ingest.tracking.vendors.fields import UNKNOWN_HOST, Fields


def translate(sent: Any) -> list[Fields]:
    """The fields of our own request. ``identify`` tells of a person and is no event."""
    payload = sent.get("payload") if isinstance(sent, dict) else None
    if not isinstance(payload, dict) or sent.get("type") != "event":
        return []
    name, url = payload.get("name"), payload.get("url")
    host = payload.get("hostname")
    if url is None or (isinstance(url, str) and "://" not in url):
        named = host if isinstance(host, str) and host else UNKNOWN_HOST
        url = f"https://{named}/{(url or '').removeprefix('/')}"
    data = payload.get("data")
    event: Fields = {
        "type": "custom" if name else "pageview",
        "url": url,
        "referrer": _address(payload.get("referrer")),
        "site": payload.get("website"),
        "metadata": data if isinstance(data, dict) else None,
    }
    return [event | {"name": name} if name else event]


def agent_of(sent: Any) -> str | None:
    """The visitor's User-Agent, where a server tells it."""
    payload = sent.get("payload") if isinstance(sent, dict) else None
    agent = payload.get("userAgent") if isinstance(payload, dict) else None
    return agent if isinstance(agent, str) and agent else None


def is_event(sent: Any) -> bool:
    """False for what is understood, and counts nothing."""
    return not (isinstance(sent, dict) and sent.get("type") == "identify")


def _address(referrer: Any) -> Any:
    """A path is a page of the same website."""
    return None if isinstance(referrer, str) and referrer.startswith("/") else referrer
