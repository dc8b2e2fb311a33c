"""The events that one record counts, on their way into the queues and windows."""

from state.counting.recent import Received
from state.model import Model
from state.sessions.activity_queue import Activity
from state.sessions.place import Place


class Arrivals:
    """Gathers what the events of a record add to the queues and windows, which get it together.

    ``places`` are those that the running minute may not know, ``in_minute`` of them with a session
    id that it hasn't seen. ``has_long`` is False unless a session id or page is long."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.activities: list[Activity] = []
        self.places: list[Place] = []
        self.in_minute = 0
        self.has_long = False

    def enter(self, model: Model, now: float) -> None:
        """Enter all into the model, in order. Call it before anything looks at the queues or
        windows."""
        activities, places = self.activities, self.places
        if not activities:
            return
        model.day.events += len(activities)
        has_long, self.has_long = self.has_long, False
        if places:
            model.minutes.extend(places, now, self.in_minute, has_long)
            self.places = []
            self.in_minute = 0
        model.sessions.extend(activities)
        model.last_events.extend(activities, has_long)
        model.recent.extend(self.received)
        self.received, self.activities = [], []
