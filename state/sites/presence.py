"""Presence of all sites in a cluster."""

from collections.abc import Callable

from state.hub.hub import Hub
from state.hub.redis_presence import RedisPresence
from state.journal.redis.url import RedisAddress
from state.sites.sites import Sites


def presence_of(sites: Sites, address: RedisAddress, clock: Callable[[], float]) -> RedisPresence:
    """What exchanges the dashboards of all sites with the other nodes, once it runs."""

    def hubs() -> dict[str, Hub]:
        first = sites.first
        return {first.key: first.hub} | {site.key: site.hub for site in sites}

    presence = RedisPresence(hubs, address, clock)
    for site in sites:
        presence.watch(site.key, site.hub)
    sites.on_begin(lambda site: presence.watch(site.key, site.hub))
    return presence
