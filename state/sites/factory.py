"""Builds the sites from the settings."""

from state.analytics import Analytics
from state.factory import build_analytics
from state.hub.backlogs import Backlogs
from state.hub.hub import Hub
from state.settings.settings import Settings
from state.settings.site_names import SiteNames
from state.sites.keys import SiteKeys
from state.sites.site import Site
from state.sites.sites import Sites


def build_sites(settings: Settings, epoch: str = "") -> Sites:
    """Empty sites. All have the same settings; memory is shared out equally among those that can
    be."""
    keys = SiteKeys(SiteNames.of(settings.sites, settings.max_sites))
    backlogs = Backlogs(settings.max_backlogs_bytes)
    shares = keys.names.most

    def make(key: str, name: str, hosts: tuple[str, ...]) -> Site:
        analytics: Analytics = build_analytics(settings, shares)
        history_bytes = settings.history_bytes // shares
        hub = Hub(analytics, epoch=epoch, backlogs=backlogs, history_bytes=history_bytes)
        return Site(key, name, hosts, analytics, hub)

    return Sites(keys, make)
