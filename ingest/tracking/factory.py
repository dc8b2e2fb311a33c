"""Builds the tracker's door from the settings."""

from collections.abc import Callable

from ingest.tracking.example_route import check_example
from ingest.tracking.geo import open_locator
from ingest.tracking.pipeline import Tracking, TrackingRules
from state.salts.day_salts import DaySalts
from state.salts.factory import open_salts
from state.settings.settings import Settings
from state.settings.site_names import plain_host
from state.sites.sites import Sites


def build_tracking(settings: Settings, sites: Sites, clock: Callable[[], float]) -> Tracking:
    """The door of a server.

    Raises:
        SettingsError: the file of ``geo_database`` or the example site can't be used.
    """
    if settings.example:
        check_example()
    own_hosts = {site.key: tuple(map(plain_host, site.hosts)) for site in sites}
    rules = TrackingRules(settings.honour, frozenset(settings.keep_query), own_hosts)
    salts = DaySalts(open_salts(settings.journal), settings.zone, clock)
    locate = open_locator(settings.geo_database)
    return Tracking(rules, salts, locate, sites.is_running, None if sites.is_one else sites.keys)
