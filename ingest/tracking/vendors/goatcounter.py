"""Requests of GoatCounter's count.js: all is in the query."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ingest.tracking.vendors.fields import UNKNOWN_HOST, Fields

GIF = bytes.fromhex(
    "47494638396101000100800100000000ffffff21f90401000001002c00000000010001000002024c01003b"
)
"""One transparent pixel."""


def translate(query: Mapping[str, str], referer: str) -> list[Fields]:
    """The fields of our own request. The host is that of the page, which the browser names in
    ``Referer``; ``p`` is a path, or the name of an event."""
    page = urlsplit(referer)
    host = page.netloc or UNKNOWN_HOST
    is_event = query.get("e", "") in ("1", "true")
    path = page.path if is_event else query.get("p", "")
    rest = query.get("q", "").removeprefix("?")
    if rest and "?" not in path:  # count.js has it in both
        path += f"?{rest}"
    event: Fields = {
        "type": "custom" if is_event else "pageview",
        "url": f"https://{host}/{path.removeprefix('/')}",
        "referrer": query.get("r"),
        "automated": query.get("b", "") not in ("", "0"),
    }
    return [event | {"name": query.get("p")} if is_event else event]
