"""All sessions: the running ones, those that ended lately, and the ids seen in the windows."""

from collections.abc import Iterator
from itertools import chain
from math import inf

from msgspec.structs import replace

from state.checkpoint_pieces import KeptEntries, KeptLeaving, KeptVisits, in_pieces
from state.event import Event
from state.sessions.browsing import Browsing
from state.sessions.ended import FOUND_AFTER_END_S, EndedSessions
from state.sessions.expiry.activity_queue import MINUTE_S, NEVER, Activity
from state.sessions.expiry.activity_queues import ActivityQueues
from state.sessions.expiry.leaving import LeavingQueue
from state.sessions.people import NO_PAGE, People, profile, profile_of
from state.sessions.pieces import KeptSessions
from state.sessions.session import EndReason, Session

SESSIONS_IN_PIECE = 500
NOT_SEEN = float("-inf")


class SessionStore:
    """Sessions by id, bounded in number, bytes and time.

    An event looks its session up once. All that depends on time is in FIFO queues
    (``ActivityQueues``, ``LeavingQueue``).

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
        leave_grace_s: float = 5.0,
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
        self.leaving = LeavingQueue(leave_grace_s)
        self.queues = ActivityQueues(timeout_s, spike_window_s)
        self._windows = self.queues.windows
        self.shortest_s = self._windows[0].window_s
        self.last_minute = self.queues.last_minute
        self.spike_window = self.queues.spike_window
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
        return self.queues.newest_first()

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
        # negative, as no activity has it: all are stale now
        before.latest_number = ~before.latest_number
        return before.last_activity_at

    def add_event(self, session: Session, event: Event, now: float, number: int) -> str | None:
        """Add an event to its running session. Returns the event's page."""
        size, entry_page = session.bytes, session.entry_page
        current_page, country, labels = session.current_page, session.country, session.labels
        page = session.add(event, now, number, self._session_bytes)
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

    def skip_to_surplus(self) -> Session | None:
        """Returns the session to end while there are more than the limits allow: the running one
        with the oldest activity, or None. Queue entries before its own are dropped or set aside."""
        return self.queues.skip_to_least_recent() if self.are_too_many else None

    def forget_for_room(self) -> None:
        """Forget ended sessions, the first ended first, while all sessions take too many bytes."""
        while self.bytes > self.most_bytes and (freed := self.ended.drop_first()):
            self.bytes -= freed

    def end(self, session: Session, now: float, reason: EndReason, at: float) -> None:
        """End a running session, which is over since ``at``."""
        session.end(at, reason)
        del self.running[session.id]
        if session.events:
            self.people.leave(profile(session))
        if now < session.last_activity_at + self.queues.window_s:
            self._left[session.id] = session
        self.bytes -= self.ended.add(session, at)

    def find_resumable(self, session_id: str, now: float) -> Session | None:
        """The session of that id that a heartbeat continues: it was left, or timed out, within the
        session timeout."""
        ended = self.ended.find(session_id, now)
        if ended is None or ended.ended_at is None or ended.end_reason == "session_end":
            return None
        is_left = ended.end_reason == "left"
        over_at = ended.ended_at if is_left else ended.last_activity_at + self.timeout_s
        return ended if now < over_at + self.timeout_s else None

    def resume(self, ended: Session) -> tuple[Session, float]:
        """Continue an ended session, by a copy that runs: the queues hold the ended one. Returns
        it, and when its id was last seen, if that is still in the windows."""
        session = replace(ended, ended_at=None, end_reason=None)
        self.bytes -= self.ended.give_up(ended)
        self.people.enter(profile(session))
        return session, self.add(session)

    def set_browsing(self, session: Session, browsing: Browsing) -> None:
        """Set what is known of a running session by its signals."""
        before = session.browsing.bytes if session.browsing else 0
        session.browsing = browsing
        session.bytes += browsing.bytes - before
        self.bytes += browsing.bytes - before

    def advance(self, now: float) -> list[Session]:
        """Expire activities up to ``now``. Returns the sessions that timed out, in order."""
        over: list[Session] = []
        idle_until, expired = NEVER, 0
        for queue, older in self.queues.pairs:
            if now >= queue.due_at:
                left = queue.pop_expired(now)
                expired += len(left)
                for entry in left:
                    session = entry.session
                    if session.ended_at is None:
                        if queue is self.queues.expiry:
                            over.append(session)
                    elif queue is self.queues.longest:
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
        self.queues.prune()
        self.leaving.prune()

    def due_at(self) -> float:
        """When time alone next changes something."""
        return min(self.leaving.next_due_at(), self.queues.next_due_at())

    def dump(self) -> Iterator[KeptSessions | KeptVisits | KeptEntries | KeptLeaving]:
        """The sessions come first: the pieces after them refer to them by number."""
        ended = self.ended.in_order(every=True)
        queued = (entry.session for queue in self.queues.all for entry in queue.live())
        everyone = chain(self.running.values(), self._left.values(), ended, queued)
        sessions = {id(session): session for session in everyone}
        for some in in_pieces(sessions.values(), SESSIONS_IN_PIECE):
            yield KeptSessions.of(some)
        number = dict(zip(sessions, range(len(sessions)), strict=True))
        yield KeptVisits(
            [number[id(session)] for session in self.running.values()],
            [number[id(session)] for session in self._left.values()],
            [number[id(session)] for session in ended],
            [queue.inside for queue in self.queues.all],
            self.ended.forgotten_until,
            self.ended.stripped_until,
        )
        for place, queue in enumerate(self.queues.all):
            for entries in in_pieces(queue.live()):
                yield KeptEntries(place, [(e.at, number[id(e.session)]) for e in entries])
        yield from self.leaving.dump(lambda session: number[id(session)])

    def load(self, kept: KeptVisits | KeptEntries | KeptLeaving, sessions: list[Session]) -> None:
        """``sessions`` in the order of their pieces."""
        if isinstance(kept, KeptLeaving):
            self.leaving.load(kept, sessions)
            return
        if isinstance(kept, KeptEntries):
            queue = self.queues.all[kept.queue]
            for at, number in kept.entries:
                session = sessions[number]
                queue.add(Activity(at, session.latest_number, session, session.place))
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
        for queue, inside in zip(self.queues.all, kept.insides, strict=True):
            queue.inside = inside
