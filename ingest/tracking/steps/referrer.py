"""Where a visitor comes from: the referrer, its source, and the channel."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ingest.tracking.hit import Hit
from ingest.tracking.known.sources import LABELS, Source, source_named, source_of
from ingest.tracking.known.urls import read_url
from state.sessions.labels import DIRECT

PAID = frozenset({"cpc", "ppc", "cpm", "cpv", "paid", "display", "paidsearch", "paidsocial"})
CHANNELS = {"email": "email", "newsletter": "email", "social": "social", "organic": "search"}
"""Channels of the media that campaigns name."""


def find_referrer(hit: Hit, own_hosts: Mapping[str, Sequence[str]]) -> None:
    """Note the host of the referrer; the site's own hosts are none."""
    url = read_url(hit.sent.referrer) if hit.sent.referrer else None
    is_own = url is None or url.host == hit.url.host or url.host in own_hosts.get(hit.site, ())
    hit.metadata["referrer"] = DIRECT if url is None or is_own else url.host


def find_source(hit: Hit) -> None:
    """Note the source by its name, and the channel: by the campaign where it names them, else by
    the referrer."""
    metadata = hit.metadata
    source = judge(
        metadata["referrer"],
        metadata.get("source"),
        metadata.get("medium"),
        is_campaign="campaign" in metadata,
    )
    metadata["source"], metadata["channel"] = source


@lru_cache(LABELS)
def judge(referrer: str, named: str | None, medium: str | None, *, is_campaign: bool) -> Source:
    """The source and channel of a referrer, and of what a campaign says."""
    known = source_named(named) if named else None
    by_host = None if named or referrer == DIRECT else source_of(referrer)
    source = known or by_host or Source(named or DIRECT, "direct")
    return Source(
        source.name, _channel(medium or "", source, is_campaign=is_campaign or bool(named))
    )


def _channel(medium: str, source: Source, *, is_campaign: bool) -> str:
    if medium.replace("-", "").replace("_", "") in PAID:
        return "paid"
    if medium in CHANNELS:
        return CHANNELS[medium]
    if is_campaign and source.channel in ("direct", "referral"):
        return "campaign"
    return source.channel
