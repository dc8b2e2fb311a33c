"""Visitors who don't want to be counted."""

from collections.abc import Collection

from ingest.tracking.hit import Hit

HEADERS = {"gpc": "sec-gpc", "dnt": "dnt"}
"""By the words of the setting ``honour``."""

YES = ("1", "yes", True)
"""What ``navigator.doNotTrack`` and ``navigator.globalPrivacyControl`` have been in browsers."""


def honour(hit: Hit, signals: Collection[str]) -> None:
    """Keep nothing of a visitor whose browser says so by one of these signals: by its header, or by
    the property that the tracker's script reads."""
    headers, sent = hit.caller.headers, hit.sent
    told = {"gpc": sent.gpc, "dnt": sent.dnt}
    for each in signals:
        if headers.get(HEADERS[each]) == "1" or told[each] in YES:
            hit.opted_out = True
