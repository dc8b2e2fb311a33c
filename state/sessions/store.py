"""All sessions: the running ones, those that ended lately, and the ids seen in the windows."""

from collections.abc import Iterator
from itertools import chain, zip_longest
from math import inf

from state.checkpoint_pieces import KeptEntries, KeptVisits, in_pieces
from state.event import Event
from state.sessions.activity_queue import MINUTE_S, NEVER, Activity, ActivityQueue
from state.sessions.ended import FOUND_AFTER_END_S, EndedSessions
from state.sessions.people import NO_PAGE, People, profile, profile_of
from state.sessions.pieces import KeptSessions
from state.sessions.session import EndReason, Session

SESSIONS_IN_PIECE = 500
SWEEP_EVERY = 64
SWEEP_STEPS = 256
NOT_SEEN = float("-inf")


class SessionStore:
    """Sessions by id, bounded in number, bytes and time.

    An event looks its session up once. All that depends on time is a chain of FIFO queues by last
    activity, one for each window: the head expires first, and an activity that is still the latest
    of its session then moves on to the next queue. Nothing is ever scanned. A session times out
    when it leaves the queue of ``timeout_s`` seconds.

    ``last_minute`` and ``spike_window`` count distinct ids, not sessions: the id of an ended
    session stays in the queues until it is too old for both. ``bytes`` estimates all sessions;
    beyond ``most_bytes`` ended ones are forgotten first (``forget_for_room``), then
    ``skip_to_surplus`` finds the running session to end. After ``advance`` no queue is due before
    ``idle_until``, and ``expired`` is the number of activities that left a queue. ``people`` counts
    the running sessions, ``ended`` has those that ended lately."""

    def __init__(
        self,
        *,
        timeout_s: float,
        most: int,
        most_bytes: float = inf,
        session_bytes: int = 384 * 1024,
        spike_window_s: float = MINUTE_S,
        ended_kept_s: float = FOUND_AFTER_END_S,
    ) -> None:
        self.timeout_s = timeout_s
        self.most = most
        self.most_bytes = most_bytes
        self._session_bytes = session_bytes
        self.bytes = 0
        self.people = People()
        self.running: dict[str, Session] = {}
        self._left: dict[str, Session] = {}
        self.ended = EndedSessions(most, ended_kept_s)
        self._window_s = max(MINUTE_S, spike_window_s)
        queues = {
            window_s: ActivityQueue(window_s, keeps_ended=window_s <= self._window_s)
            for window_s in sorted({MINUTE_S, spike_window_s, timeout_s})
        }
        self.queues = tuple(queues.values())
        self._chain = tuple(zip_longest(self.queues, self.queues[1:]))
        self._windows = tuple(queue for queue in self.queues if queue.window_s <= self._window_s)
        self._longest = self._windows[-1]
        self._expiry = queues[timeout_s]
        self._youngest = self.queues[0]
        self.shortest_s = self._windows[0].window_s
        self.last_minute = queues[MINUTE_S]
        self.spike_window = queues[spike_window_s]
        self._unswept = 0
        self.idle_until = NEVER
        self.expired = 0

    def __len__(self) -> int:
        """Sessions that are active now."""
        return len(self.running)

    @property
    def are_too_many(self) -> bool:
        return len(self.running) > self.most or self.bytes > self.most_bytes

    def newest_first(self) -> Iterator[Session]:
        """Active sessions, the most recently active one first."""
        for queue in self.queues:
            yield from queue.active()

    def find(self, session_id: str, now: float) -> Session | None:
        """The running session of that id, else its last one if that ended within 30 minutes."""
        return self.running.get(session_id) or self.ended.find(session_id, now)

    def add(self, session: Session) -> float:
        """Add a session that begins, or the mark of an event without one, which has ended already.
        Returns when its id was last seen, if that is still in the windows. What the queues held of
        the id becomes stale, so that it counts once."""
        before = self._left.pop(session.id, None)
        if session.ended_at is None:
            self.running[session.id] = session
            self.bytes += session.bytes
        else:
            self._left[session.id] = session
        if before is None:
            return NOT_SEEN
        before.last_seq = ~before.last_seq  # negative, as no activity has it: all are stale now
        return before.last_activity_at

    def add_event(self, session: Session, event: Event, now: float, seq: int) -> str | None:
        """Add an event to its running session. Returns the event's page."""
        size, entry_page = session.bytes, session.entry_page
        current_page, country, labels = session.current_page, session.country, session.labels
        page = session.add(event, now, seq, self._session_bytes)
        self.bytes += session.bytes - size
        if session.events == 1:
            self.people.enter(profile(session))
        elif session.labels is labels and session.country is country and entry_page is not None:
            if session.current_page is not current_page:
                self.people.pages.move(current_page or NO_PAGE, page or NO_PAGE)
        else:
            before = profile_of(current_page, entry_page, country, labels)
            self.people.change(before, profile(session))
        return page

    def enter_windows(self, now: float, seen_at: float) -> None:
        """Count an id inside the windows that have let it out since ``seen_at``, when it had its
        event before. Within ``shortest_s`` there are none, and the call may be left out."""
        for queue in self._windows:
            if now < seen_at + queue.window_s:
                break
            queue.inside += 1

    def extend(self, entries: list[Activity]) -> None:
        """Enqueue the activities of a record."""
        youngest = self._youngest
        if youngest.due_at == NEVER:
            youngest.due_at = entries[0].at + youngest.window_s
        youngest.newest += entries
        self._unswept += len(entries)
        while self._unswept >= SWEEP_EVERY:
            self._unswept -= SWEEP_EVERY
            self._sweep()

    def skip_to_surplus(self) -> Session | None:
        """Returns the session to end while there are more than the limits allow: the running one
        with the oldest activity, or None. Queue entries before its own are dropped or set aside."""
        if not self.are_too_many:
            return None
        oldest = (queue.skip_to_least_recent() for queue in reversed(self.queues))
        return next((session for session in oldest if session is not None), None)

    def forget_for_room(self) -> None:
        """Forget ended sessions, the first ended first, while all sessions take too many bytes."""
        while self.bytes > self.most_bytes and (freed := self.ended.drop_first()):
            self.bytes -= freed

    def end(self, session: Session, at: float, reason: EndReason) -> None:
        session.end(at, reason)
        del self.running[session.id]
        if session.events:
            self.people.leave(profile(session))
        if at < session.last_activity_at + self._window_s:
            self._left[session.id] = session
        self.bytes -= self.ended.add(session, at)

    def advance(self, now: float) -> list[Session]:
        """Expire activities up to ``now``. Returns the sessions that timed out, in order."""
        over: list[Session] = []
        idle_until, expired = NEVER, 0
        for queue, older in self._chain:
            if now >= queue.due_at:
                left = queue.pop_expired(now)
                expired += len(left)
                for entry in left:
                    session = entry.session
                    if session.ended_at is None:
                        if queue is self._expiry:
                            over.append(session)
                    elif queue is self._longest:
                        del self._left[session.id]
                        continue
                    if older is not None:
                        older.add(entry)
            if queue.due_at < idle_until:
                idle_until = queue.due_at
        self.idle_until, self.expired = idle_until, expired
        if now >= self.ended.forget_at:
            self.bytes -= self.ended.drop_expired(now)
        return over

    def prune(self) -> None:
        """Drop the stale entries at the heads of the queues."""
        for queue in self.queues:
            queue.prune()

    def due_at(self) -> float:
        """When time alone next changes something."""
        return min(queue.next_due_at() for queue in self.queues)

    def dump(self) -> Iterator[KeptSessions | KeptVisits | KeptEntries]:
        """The sessions come first: the pieces after them refer to them by number."""
        ended = self.ended.in_order(every=True)
        queued = (entry.session for queue in self.queues for entry in queue.live())
        everyone = chain(self.running.values(), self._left.values(), ended, queued)
        sessions = {id(session): session for session in everyone}
        for some in in_pieces(sessions.values(), SESSIONS_IN_PIECE):
            yield KeptSessions.of(some)
        number = dict(zip(sessions, range(len(sessions)), strict=True))
        yield KeptVisits(
            [number[id(session)] for session in self.running.values()],
            [number[id(session)] for session in self._left.values()],
            [number[id(session)] for session in ended],
            [queue.inside for queue in self.queues],
            self.ended.forgotten_until,
            self.ended.stripped_until,
        )
        for place, queue in enumerate(self.queues):
            for entries in in_pieces(queue.live()):
                yield KeptEntries(place, [(e.at, number[id(e.session)]) for e in entries])

    def load(self, kept: KeptVisits | KeptEntries, sessions: list[Session]) -> None:
        """``sessions`` in the order of their pieces."""
        if isinstance(kept, KeptEntries):
            queue = self.queues[kept.queue]
            for at, number in kept.entries:
                session = sessions[number]
                queue.add(Activity(at, session.last_seq, session, session.place))
            return
        self.running = {sessions[number].id: sessions[number] for number in kept.running}
        for session in self.running.values():
            self.people.enter(profile(session))
        self._left = {sessions[number].id: sessions[number] for number in kept.left}
        self.ended.load(
            (sessions[number] for number in kept.ended),
            forgotten_until=kept.forgotten_until,
            stripped_until=kept.stripped_until,
        )
        self.bytes = sum(session.bytes for session in self.running.values()) + self.ended.bytes
        for queue, inside in zip(self.queues, kept.insides, strict=True):
            queue.inside = inside

    def _sweep(self) -> None:
        for queue in self.queues:
            live = queue.inside if queue in self._windows else len(self.running)
            queue.sweep(live, SWEEP_STEPS)
