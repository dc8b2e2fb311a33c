"""The page that a request is about."""

from functools import lru_cache
from urllib.parse import urlencode

from ingest.tracking.hit import Hit
from ingest.tracking.known.urls import URLS, Url
from state.event import LONGEST_PAGE


def find_page(hit: Hit, kept: frozenset[str]) -> None:
    """The path, without the query but for the ``kept`` names in it. The fragment is there if the
    tracker sent it, which it does where pages are told apart by it alone."""
    hit.page = page_of(hit.url, kept)


@lru_cache(URLS)
def page_of(url: Url, kept: frozenset[str]) -> str:
    asked = [parameter for parameter in url.query if parameter[0] in kept]
    query = f"?{urlencode(asked)}" if asked else ""
    fragment = f"#{url.fragment}" if url.fragment else ""
    return f"{url.path}{query}{fragment}"[:LONGEST_PAGE]
