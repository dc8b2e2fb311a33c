"""The paths that any website uses, and the settings that give them other names."""

from collections.abc import Mapping

from state.settings.settings import Settings

TRACK = "/api/track"
TRACKER = "/tracker.js"
PLAUSIBLE = "/api/event"
UMAMI, UMAMI_BATCH = "/api/send", "/api/batch"
COUNT = "/count"
VENDORS = frozenset({PLAUSIBLE, UMAMI, UMAMI_BATCH, COUNT})
"""Of other vendors' trackers: the last one is GoatCounter's."""

FOR_ANY_WEBSITE = frozenset({"/api/events", "/api/events/batch", TRACK}) | VENDORS
"""Where any website may post."""

SHARED = frozenset({TRACK, TRACKER}) | VENDORS
"""What any website may read, too: nothing in the answers depends on who asks."""


def aliases(settings: Settings) -> Mapping[str, str]:
    """The paths by the other names that the settings give them."""
    named = {settings.tracker_path: TRACKER, settings.track_path: TRACK}
    return {name: path for name, path in named.items() if name != path}
