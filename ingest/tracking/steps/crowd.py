"""Sessions that view more pages than a person can."""

from ingest.tracking.hit import Hit
from state.event import EventType

MOST_A_MINUTE = 60
MOST_SESSIONS = 100_000
TOO_FAST = "too many pageviews"


class Crowd:
    """Counts the pageviews of each session in a minute of the clock. With more than 60 in one it is
    a bot for the rest of it."""

    def __init__(self) -> None:
        self._minute = 0
        self._views: dict[str, int] = {}

    def find_bot(self, hit: Hit) -> None:
        """Tell a bot by its pace."""
        minute = int(hit.at // 60)
        if minute != self._minute or len(self._views) >= MOST_SESSIONS:
            self._minute = minute
            self._views.clear()
        visitor = f"{hit.site}\n{hit.session_id}" if hit.site else hit.session_id
        views = self._views.get(visitor, 0)
        if hit.sent.type is EventType.PAGEVIEW:
            self._views[visitor] = views = views + 1
        if views > MOST_A_MINUTE:
            hit.bot = TOO_FAST
