"""The most memory that a server takes with its settings, part by part."""

from collections.abc import Mapping

from state.counting.recent import RECENT_KEPT
from state.counting.windows import MINUTES, PLACES_KEPT
from state.filtering.active import MOST_HELD
from state.model import LAST_EVENTS_KEPT
from state.sessions.people import DIMENSIONS
from state.settings.settings import Settings
from state.sizes import ID_BYTES, ORDINARY_EVENT_BYTES, SESSION_BYTES, SHORT_LABEL

SERVER_BYTES = 130 * 2**20
"""A server with its libraries after a page was opened (measured: 106 MB resident)."""

HELD_BYTES = 300
"""A session in the counts of a filter (measured: 230 to 272, and what the allocator adds)."""

LABELS_BYTES = 96 + 6 * (49 + SHORT_LABEL)
"""Six short labels that nothing else refers to."""

LAST_EVENT_BYTES = 284 + LABELS_BYTES
PLACE_BYTES = 336 + LABELS_BYTES
"""An activity of the last minute, and a place of the last ten, each with a page of 128 letters that
nothing else refers to."""

NAME_HERE_BYTES = 105
"""Of a name in the counts of the people here (a dict of 250,000 takes 105 bytes an entry)."""

COPIES = 3
"""A message in the replay buffer takes its bytes, and its event and session about as much again."""


def memory_bytes(settings: Settings) -> Mapping[str, int]:
    """The most bytes that each part takes. Open connections and their pages are not included."""
    last_minutes = LAST_EVENTS_KEPT * LAST_EVENT_BYTES + MINUTES * PLACES_KEPT * PLACE_BYTES
    running = min(settings.max_sessions, settings.sessions_bytes // SESSION_BYTES)
    return {
        "the server itself": SERVER_BYTES,
        "visits": settings.sessions_bytes,
        "labels of visits": running * LABELS_BYTES,
        "people here by name": running * len(DIMENSIONS) * NAME_HERE_BYTES,
        "the latest events": settings.recent_bytes + RECENT_KEPT * ORDINARY_EVENT_BYTES,
        "the last minutes": settings.windows_bytes + last_minutes,
        "names of the day": settings.names_bytes,
        "visitors of the day": settings.visitors_bytes,
        "event ids": min(settings.event_ids_bytes, settings.max_event_ids * ID_BYTES),
        "messages kept for a resume": COPIES * settings.history_bytes,
        "filters": (MOST_HELD + running) * HELD_BYTES,
        "requests under way": settings.max_bodies_bytes,
        "slow readers": settings.max_backlogs_bytes,
    }


def memory_sentence(settings: Settings) -> str:
    """The sum, and the parts from the largest on, as a sentence."""
    parts = memory_bytes(settings)
    largest = sorted(parts.items(), key=lambda part: -part[1])
    listed = ", ".join(f"{name} {_mb(size)}" for name, size in largest)
    whole = _mb(sum(parts.values()))
    return f"Memory: at most {whole} MB by these settings, open connections aside ({listed})."


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f}"
