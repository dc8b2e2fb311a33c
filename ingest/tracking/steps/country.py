"""The country of a visitor, from whoever knows it best."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from ingest.tracking.hit import Hit
from ingest.tracking.known.zones import country_code_in
from state.countries import code_of, english_name
from state.event import LONGEST_COUNTRY, UNKNOWN

PROXY_HEADERS = ("cf-ipcountry", "x-vercel-ip-country", "cloudfront-viewer-country")
NOWHERE = ("", "XX", "T1")
"""What proxies say of an address that they don't know, and of Tor."""

Locate = Callable[[str], str | None]
"""The country code of an address."""


def find_country(hit: Hit, locate: Locate) -> None:
    """Note the country by its English short name, and who told it, as ``countryFrom``. A name that
    is no country's stays as the page sent it."""
    for told_by, found in _candidates(hit, locate):
        if found:
            hit.country = named(found[:LONGEST_COUNTRY])
            hit.metadata["countryFrom"] = told_by
            return
    hit.country = UNKNOWN


@lru_cache(4_096)
def named(country: str) -> str:
    """The English short name of what a code, a name or an alias stands for."""
    code = code_of(country)
    return english_name(code) if code else country


def _candidates(hit: Hit, locate: Locate) -> Iterator[tuple[str, str | None]]:
    yield "body", hit.sent.country
    if hit.caller.is_trusted:
        for name in PROXY_HEADERS:
            code = hit.caller.headers.get(name, "")
            yield "proxy", None if code in NOWHERE else code
    yield "geo database", locate(hit.caller.address)
    yield "timezone", country_code_in(hit.sent.timezone or "")
