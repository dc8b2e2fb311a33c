"""The country of a visitor, from whoever knows it best."""

from collections.abc import Callable
from functools import lru_cache

from ingest.tracking.hit import Caller, Hit
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
    sent, caller = hit.sent, hit.caller
    if sent.country:
        found, told_by = sent.country, "body"
    elif caller.is_trusted and (code := _code_of_proxy(caller)):
        found, told_by = code, "proxy"
    elif code := locate(caller.address):
        found, told_by = code, "geo database"
    elif sent.timezone and (code := country_code_in(sent.timezone)):
        found, told_by = code, "timezone"
    else:
        hit.country = UNKNOWN
        return
    hit.country = named(found[:LONGEST_COUNTRY])
    hit.metadata["countryFrom"] = told_by


@lru_cache(4_096)
def named(country: str) -> str:
    """The English short name of what a code, a name or an alias stands for."""
    code = code_of(country)
    return english_name(code) if code else country


def _code_of_proxy(caller: Caller) -> str | None:
    for name in PROXY_HEADERS:
        code = caller.headers.get(name, "")
        if code not in NOWHERE:
            return code
    return None
