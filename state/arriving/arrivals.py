"""The events that one record counts, on their way into the queues and windows."""

from state.counting.recent import Received
from state.event import Event, EventType
from state.model import Model
from state.sessions.expiry.activity_queue import Activity, without_place
from state.sessions.place import Place

PAGEVIEW = EventType.PAGEVIEW


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

    def add(
        self,
        model: Model,
        activity: Activity,
        seen_at: float,
        event: Event | None,
        has_moved: bool,
    ) -> None:
        """Count what viewers are told at once; the rest enters with the record's other events. An
        activity without an ``event`` is a heartbeat. ``seen_at`` is when its session's id was last
        seen, ``has_moved`` is True if it has a new place."""
        at = activity.at
        if at >= seen_at + model.sessions.shortest_s:
            model.sessions.enter_windows(at, seen_at)
        is_new_id = seen_at < model.minutes.begins_at
        if has_moved or is_new_id:
            self.places.append(activity.place)
            self.in_minute += is_new_id
        self.has_long |= activity.session.long_bytes > 0
        self.activities.append(activity)
        if event is not None:
            self.received.append(Received(event, at, model.seq + 1, activity.place))
        if not model.filters.is_empty:
            is_pageview = event is not None and event.type is PAGEVIEW
            model.filters.add(activity, is_pageview=is_pageview)

    def enter(self, model: Model, now: float) -> None:
        """Enter all into the model, in order. Call it before anything looks at the queues or
        windows."""
        activities, places = self.activities, self.places
        if not activities:
            return
        events = len(self.received)
        model.day.events += events
        has_long, self.has_long = self.has_long, False
        if places:
            model.minutes.extend(places, now, self.in_minute, has_long)
            self.places = []
            self.in_minute = 0
        queued = [without_place(each) for each in activities] if has_long else activities
        model.sessions.queues.extend(queued, len(model.sessions.running))
        model.last_events.extend(activities, has_long, len(activities) - events)
        if events:
            model.recent.extend(self.received)
            self.received = []
        self.activities = []
