"""The campaign that brought a visitor: the parameters of the address."""

from functools import lru_cache

from ingest.tracking.hit import Hit
from ingest.tracking.known.urls import URLS, Url

LONGEST = 128
FIELDS = {
    "utm_campaign": "campaign",
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_term": "term",
    "utm_content": "content",
}
ALSO_SOURCE = ("ref", "source")
"""Parameters that name the source where ``utm_source`` doesn't."""


def find_campaign(hit: Hit) -> None:
    """Note the fields of a campaign, in lower case, as metadata."""
    if hit.url.query:
        hit.metadata |= campaign_of(hit.url)


@lru_cache(URLS)
def campaign_of(url: Url) -> dict[str, str]:
    """The fields that an address gives. Of a parameter that comes twice the first one counts."""
    given: dict[str, str] = {}
    for name, value in url.query:
        given.setdefault(name.lower(), _plain(value).strip().lower()[:LONGEST])
    found = {field: given[name] for name, field in FIELDS.items() if given.get(name)}
    source = next((given[name] for name in ALSO_SOURCE if given.get(name)), None)
    if source and "source" not in found:
        found["source"] = source
    return found


def _plain(value: str) -> str:
    """Without control characters, and without those that turn letters round: an escape may stand
    for any."""
    return value if value.isprintable() else "".join(filter(str.isprintable, value))
