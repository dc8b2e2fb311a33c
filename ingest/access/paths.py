"""The paths that any website uses, and the settings that give them other names."""

from collections.abc import Mapping

from state.settings.settings import Settings

TRACK = "/api/track"
TRACKER = "/tracker.js"
FOR_ANY_WEBSITE = frozenset({"/api/events", "/api/events/batch", TRACK})
"""Where any website may post."""

SHARED = frozenset({TRACK, TRACKER})
"""What any website may read, too: nothing in the answers depends on who asks."""


def aliases(settings: Settings) -> Mapping[str, str]:
    """The paths by the other names that the settings give them."""
    named = {settings.tracker_path: TRACKER, settings.track_path: TRACK}
    return {name: path for name, path in named.items() if name != path}
