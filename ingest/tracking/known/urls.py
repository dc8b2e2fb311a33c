"""Addresses of pages, taken apart once each."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

URLS = 2_048
MOST_PARAMETERS = 100
SCHEMES = ("http", "https")
LONGEST_HOST = 253


class Url(NamedTuple):
    """``host`` is in lower case and without ``www.``; ``query`` has the parameters in their order,
    decoded."""

    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    fragment: str


@lru_cache(URLS)
def read_url(text: str) -> Url | None:
    """The parts of an address with http:// or https://; None for any other."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not host:
        return None
    query = tuple(parse_qsl(parts.query)[:MOST_PARAMETERS]) if parts.query else ()
    name = host.removeprefix("www.").rstrip(".")[:LONGEST_HOST]
    return Url(name, parts.path or "/", query, parts.fragment)
