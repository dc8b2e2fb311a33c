"""Builds the tracker's door from the settings."""

from collections.abc import Callable

from ingest.tracking.geo import open_locator
from ingest.tracking.pipeline import Tracking, TrackingRules
from state.model import Model
from state.salts.day_salts import DaySalts
from state.salts.factory import open_salts
from state.settings.settings import Settings


def build_tracking(settings: Settings, model: Model, clock: Callable[[], float]) -> Tracking:
    """The door of a server.

    Raises:
        SettingsError: the file of ``geo_database`` can't be used.
    """
    rules = TrackingRules(settings.honour, frozenset(settings.keep_query))
    salts = DaySalts(open_salts(settings.journal), settings.zone, clock)
    locate = open_locator(settings.geo_database)
    return Tracking(rules, salts, locate, lambda id: id in model.sessions.running)
