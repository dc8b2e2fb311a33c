"""Visitors who don't want to be counted."""

from collections.abc import Collection

from ingest.tracking.hit import Hit

HEADERS = {"gpc": "sec-gpc", "dnt": "dnt"}
"""By the words of the setting ``honour``."""


def honour(hit: Hit, signals: Collection[str]) -> None:
    """Keep nothing of a visitor whose browser says so by one of these signals."""
    headers = hit.caller.headers
    for each in signals:
        if headers.get(HEADERS[each]) == "1":
            hit.opted_out = True
