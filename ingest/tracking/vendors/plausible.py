"""Requests of Plausible's trackers."""

from typing import Any

from ingest.pipeline.strict_json import parse
from ingest.tracking.vendors.fields import Fields, first, whole

ENGAGEMENT = "engagement"


def translate(sent: Any) -> list[Fields]:
    """The fields of our own request for each domain of a request. The newer tracker has short
    names, the older one long ones and its properties as a text of JSON."""
    if not isinstance(sent, dict):
        return []
    name, url = first(sent, "n", "name"), first(sent, "u", "url")
    if isinstance(url, str) and not sent.get("h"):
        url = url.partition("#")[0]
    event: Fields = {"url": url, "referrer": first(sent, "r", "referrer")}
    if name == "pageview":
        event["type"] = "pageview"
    elif name == ENGAGEMENT:
        event |= {"type": "heartbeat", "engagedMs": whole(sent.get("e"), 86_400_000)}
        event["scroll"] = whole(sent.get("sd"), 100)
    else:
        event |= {"type": "custom", "name": name}
    if name != ENGAGEMENT:
        event["metadata"] = _props(first(sent, "p", "props", "m", "meta"))
    domains = first(sent, "d", "domain")
    names = domains.split(",") if isinstance(domains, str) else [""]
    return [event | {"site": each.strip()} for each in names]


def _props(props: Any) -> Any:
    document = parse(props.encode()) if isinstance(props, str) else None
    value = props if document is None else getattr(document, "value", None)
    return value if isinstance(value, dict) else None
