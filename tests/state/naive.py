"""protocol.md's numbers, written down as slowly and plainly as possible: a list of all that was
accepted, and every number counted anew from it."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from msgspec import UNSET

from state.event import SIGNALS, BotHit, Event, Reset
from state.filtering.filter import Filter
from state.journal.base import Record

GRACE_S = 5.0


class Taken(NamedTuple):
    at: float
    event: Event

    def matches(self, wanted: Filter, visit: "Visit | None") -> bool:
        """By its own country and page, and by what its visit was known by then."""
        country = wanted.country in (None, self.event.country or "Unknown")
        page = wanted.page in (None, self.event.page) and wanted.on in (None, self.event.page)
        return country and page and labels_match(wanted, visit.until(self) if visit else None)


class Visit(list[Taken]):
    """The events of one visit, in journal order. ``is_returning``: its visitor had an event before
    it on the same day."""

    is_returning = False

    def __init__(self, events: Iterable[Taken] = ()) -> None:
        super().__init__(events)
        self.times: list[Taken] = []
        self.signs: list[tuple[Taken, Taken]] = []
        self.tabs: set[str] = set()
        self.left_since: float | None = None
        self.engaged_ms = 0
        self.gaps: list[tuple[float, float]] = []

    def see(self, taken: Taken) -> None:
        """An event, or a heartbeat: which happens where the latest event did."""
        self.signs.append((taken, self[-1]))
        self.times.append(taken)
        if taken.event.tab is not None:
            self.tabs.add(taken.event.tab)
            self.left_since = None
        elif self.left_since is not None:
            self.left_since = taken.at

    def leave(self, taken: Taken) -> None:
        self.times.append(taken)
        if taken.event.tab in self.tabs:
            self.tabs.remove(taken.event.tab)
            if not self.tabs:
                self.left_since = taken.at

    @property
    def last_at(self) -> float:
        return self.signs[-1][0].at

    def over_at(self, timeout_s: float) -> float:
        timed_out_at = self.last_at + timeout_s
        if self.left_since is None:
            return timed_out_at
        return min(timed_out_at, self.left_since + GRACE_S)

    def goes_on(self, taken: Taken, timeout_s: float) -> bool:
        """Whether a heartbeat continues it although it is over, or an event after it was left."""
        over_at = self.over_at(timeout_s)
        ends = "session_end" in (self[-1].event.type, taken.event.type)
        if ends or taken.event.type == "leave" or taken.at >= over_at + timeout_s:
            return False
        return taken.event.type == "heartbeat" or over_at < self.last_at + timeout_s

    def until(self, last: Taken) -> "Visit":
        """The same up to an event."""
        place = next(place for place, taken in enumerate(self) if taken is last)
        earlier = Visit(self[: place + 1])
        earlier.is_returning = self.is_returning
        return earlier

    def is_over(self, now: float, timeout_s: float) -> bool:
        return self[-1].event.type == "session_end" or now >= self.over_at(timeout_s)

    def pages(self) -> list[str]:
        return [t.event.page or "" for t in self if t.event.type == "pageview"]

    def last(self, of: Callable[[Event], str | None]) -> str | None:
        return next((of(t.event) for t in reversed(self) if of(t.event)), None)

    def source(self) -> str | None:
        """The latest source that is one; "Direct" where there was no other."""
        return latest([source_of(t.event) for t in self], but="Direct")

    def label(self, key: str) -> str | None:
        """The latest text under a key of the metadata."""
        told = [text_of(t.event, key) for t in self]
        return latest(told, but="direct" if key == "channel" else None)

    def first(self, of: Callable[[Event], str | None]) -> str | None:
        return next((of(t.event) for t in self if of(t.event)), None)

    def own_millis(self) -> list[int]:
        """An own time too far in the future is the receive time."""
        return [
            round((t.at if own is None or own > t.at + 300 else own) * 1000)
            for t in self.times
            for own in [t.event.timestamp]
        ]

    def matches(self, wanted: Filter) -> bool:
        country = wanted.country in (None, self.last(lambda e: e.country) or "Unknown")
        viewed = wanted.page is None or wanted.page in self.pages()
        is_on = wanted.on in (None, self.last(lambda e: e.page))
        return country and viewed and is_on and labels_match(wanted, self)

    def shape(self) -> dict[str, Any]:
        folded: list[str] = []
        for page in self.pages():
            folded += [page] if folded[-1:] != [page] else []
        own = self.own_millis()
        return {
            "session_id": self[0].event.session_id,
            "country": self.last(lambda e: e.country) or "Unknown",
            "device": self.last(lambda e: e.device),
            "referrer": self.source(),
            "current_page": self.last(lambda e: e.page),
            "journey": tuple(folded[-50:]),
            "journey_truncated": len(folded) > 50,
            "pageviews": len(self.pages()),
            "events": len(self),
            "engaged_seconds": self.engaged_ms // 1000 or UNSET,
            "duration": (max(own) - min(own)) // 1000,
        }


def text_of(event: Event, key: str) -> str | None:
    value = (event.metadata or {}).get(key)
    return value if value and isinstance(value, str) else None


def goal_of(event: Event, names: Iterable[str]) -> str | None:
    told = {"custom": event.name, "pageview": event.page}.get(event.type)
    fits = (name for name in names if name.startswith("/") == (event.type == "pageview"))
    return next((name for name in fits if told is not None and fnmatchcase(told, name)), None)


def source_of(event: Event) -> str | None:
    return text_of(event, "source") or text_of(event, "referrer")


def latest(told: list[str | None], but: str | None) -> str | None:
    known = [each for each in told if each]
    return next((each for each in reversed(known) if each != but), known[0] if known else None)


def labels_match(wanted: Filter, visit: Visit | None) -> bool:
    known = {
        "device": visit and visit.last(lambda e: e.device),
        "source": visit and visit.source(),
        "channel": visit and visit.label("channel"),
        "browser": visit and visit.label("browser"),
        "system": visit and visit.label("os"),
        "campaign": visit and visit.label("campaign"),
        "returning": visit and ("returning" if visit.is_returning else "new"),
    }
    asked = {name: value for name, value in wanted.values().items() if name in known}
    return all((known[name] or "Unknown") == value for name, value in asked.items())


class Naive:
    def __init__(self, journal: Iterable[Record], zone: tzinfo, timeout_s: float = 300) -> None:
        self.zone = zone
        self.timeout_s = timeout_s
        self.now = 0.0
        self.sent: list[Taken] = []
        self.bot_hits: list[tuple[float, str]] = []
        known: set[tuple[str, object]] = set()
        for record in journal:
            self.now = record.at
            for entry in record.what:
                if isinstance(entry, Reset):
                    self.sent, self.bot_hits = [], []
                elif isinstance(entry, BotHit):
                    self.bot_hits.append((record.at, entry.name))
                elif isinstance(entry, Event) and (
                    not entry.id or (entry.id, self.day(record.at)) not in known
                ):
                    known.add((entry.id, self.day(record.at)))
                    self.sent.append(Taken(record.at, entry))
        self.taken = [t for t in self.sent if t.event.type not in SIGNALS]

    def day(self, at: float) -> object:
        return datetime.fromtimestamp(at, self.zone).date()

    def today(self) -> list[Taken]:
        return [t for t in self.taken if self.day(t.at) == self.day(self.now)]

    def bots_today(self) -> Counter[str]:
        today = self.day(self.now)
        return Counter(name for at, name in self.bot_hits if self.day(at) == today)

    def bots_last_minute(self) -> int:
        """Of whole seconds."""
        return sum(int(at) > int(self.now) - 60 for at, _ in self.bot_hits)

    def goals(self, names: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Completions and visitors of today. An event completes the first goal that it fits."""
        done = [(goal_of(t.event, names), t.event.session_id) for t in self.today()]
        return {
            name: (
                sum(goal == name for goal, _ in done),
                len({visitor for goal, visitor in done if goal == name}),
            )
            for name in names
        }

    def visits(self) -> list[Visit]:
        all_of_them: list[Visit] = []
        running: dict[str, Visit] = {}
        for taken in self.sent:
            visit = running.get(taken.event.session_id)
            is_over = visit is None or visit.is_over(taken.at, self.timeout_s)
            if visit is not None and is_over and visit.goes_on(taken, self.timeout_s):
                visit.gaps.append((visit.over_at(self.timeout_s), taken.at))
                is_over = False
            if taken.event.type in SIGNALS:
                if visit is not None and not is_over:
                    visit.engaged_ms += taken.event.engaged_ms or 0
                    visit.see(taken) if taken.event.type == "heartbeat" else visit.leave(taken)
                continue
            if visit is None or is_over:
                if taken.event.type == "session_end":
                    continue
                visit = running[taken.event.session_id] = Visit()
                visit.is_returning = self.was_here(taken)
                all_of_them.append(visit)
            visit.append(taken)
            visit.see(taken)
        return all_of_them

    def was_here(self, now: Taken) -> bool:
        """Whether the visitor had an event earlier that day."""
        before = self.taken[: next(n for n, taken in enumerate(self.taken) if taken is now)]
        same = [t for t in before if t.event.session_id == now.event.session_id]
        return any(self.day(t.at) == self.day(now.at) for t in same)

    def matching(self, wanted: Filter) -> list[Taken]:
        visits = {id(taken): visit for visit in self.visits() for taken in visit}
        return [t for t in self.taken if t.matches(wanted, visits.get(id(t)))]

    def active(self, wanted: Filter) -> list[Visit]:
        """The most recent activity first."""
        """With ``within_s``, the latest visit of an id counts so long after its last event."""
        visits, timeout_s = self.visits(), self.timeout_s
        if wanted.within_s is not None:
            timeout_s = wanted.within_s
            visits = list({v[0].event.session_id: v for v in visits}.values())
        active = [v for v in visits if not v.is_over(self.now, timeout_s) and v.matches(wanted)]
        order = {id(taken): place for place, taken in enumerate(self.sent)}
        return sorted(active, key=lambda visit: -order[id(visit.signs[-1][0])])

    def named_today(self, key: str) -> Counter[str]:
        """Without those of which it isn't known."""
        counts = self.begun_today(lambda event: text_of(event, key))
        return Counter({name: n for name, n in counts.items() if name != "Unknown"})

    def begun_today(self, of: Callable[[Event], str | None]) -> Counter[str]:
        first = (visit[0] for visit in self.visits())
        return Counter(of(t.event) or "Unknown" for t in first if t in self.today())

    def pages(self, wanted: Filter) -> Counter[str] | None:
        if wanted.within_s is not None:
            return None
        if wanted:
            return Counter(page for visit in self.active(wanted) for page in visit.pages())
        return Counter(t.event.page or "" for t in self.today() if t.event.type == "pageview")

    def total_today(self, wanted: Filter) -> int | None:
        """Whatever the window of the people is."""
        if set(wanted.values()) - {"country"}:
            return None
        today = [t for t in self.matching(wanted) if self.day(t.at) == self.day(self.now)]
        return len({t.event.session_id for t in today})

    def visitors_last_minute(self, wanted: Filter) -> int:
        return self.visitors_within(60, wanted)

    def visitors_within(self, window_s: float, wanted: Filter) -> int:
        recent = [t for t in self.seen(wanted) if self.now < t.at + window_s]
        return len({t.event.session_id for t in recent})

    def seen(self, wanted: Filter) -> list[Taken]:
        """Events that match, and heartbeats of visits whose latest event matches."""
        signs = [each for visit in self.visits() for each in visit.signs]
        matching = {id(taken) for taken in self.matching(wanted)}
        beats = [sign for sign, event in signs if sign is not event and id(event) in matching]
        return [*self.matching(wanted), *beats]

    def visitors_per_minute(self, wanted: Filter) -> list[int]:
        matching = [(t.at // 60, t.event.session_id) for t in self.seen(wanted)]
        last = self.now // 60
        return [
            len({session for minute, session in matching if minute == last - ago})
            for ago in range(9, -1, -1)
        ]

    def recent(self, wanted: Filter) -> list[str]:
        return [t.event.id for t in reversed(self.matching(wanted))][:50]

    def history(self, wanted: Filter) -> dict[float, int]:
        """Visits that match now, at each ten seconds of half an hour: those with an event before,
        until their time was over at that moment, or their last event was before it."""
        visits = [v for v in self.visits() if v.matches(wanted)]
        last = self.now // 10 * 10
        boundaries = [last - ago * 10 for ago in range(181)]
        return {
            at: sum(
                v[0].at < at
                and not self.was_over(v, at)
                and (bool(wanted) or not any(over <= at <= again for over, again in v.gaps))
                for v in visits
            )
            for at in boundaries
        }

    def was_over(self, visit: Visit, at: float) -> bool:
        has_left = visit[-1].event.type == "session_end" and visit[-1].at < at
        return has_left or at >= visit.over_at(self.timeout_s)

    def here_by(self, wanted: Filter) -> dict[str, Counter[Any]]:
        """The active visits that match, by each dimension."""
        active = self.active(wanted)
        return {
            "pages": Counter(v.last(lambda e: e.page) or "" for v in active),
            "entries": Counter(v.first(lambda e: e.page) or "" for v in active),
            "countries": Counter(v.last(lambda e: e.country) or "Unknown" for v in active),
            "devices": Counter(v.last(lambda e: e.device) or "Unknown" for v in active),
            "sources": Counter(v.source() or "Unknown" for v in active),
            "channels": Counter(v.label("channel") for v in active if v.label("channel")),
            "browsers": Counter(v.label("browser") for v in active if v.label("browser")),
            "systems": Counter(v.label("os") for v in active if v.label("os")),
            "campaigns": Counter(v.label("campaign") for v in active if v.label("campaign")),
            "returning": Counter("returning" if v.is_returning else "new" for v in active),
        }
