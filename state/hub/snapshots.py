"""Frames of ``initial_data``, encoded once for all viewers that need one at the same time."""

from math import inf

from msgspec import UNSET

from state.filtering.filter import EVERYTHING
from state.model import Model
from state.query import SESSIONS_SHOWN, recent_events, sessions, sessions_shown, stats
from state.wire.budget import SNAPSHOT_BYTES, fit, left_for_lists
from state.wire.messages import Snapshot, SnapshotBody, SnapshotEnd, encode, initial_data


class Snapshots:
    """Encodes snapshots. The body is encoded anew only after a number changed or a session turned
    idle. Viewers with the same frame share one bytes object: thirty slow readers hold one copy."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.clear()

    def clear(self) -> None:
        """Drop what was encoded: the model is another one."""
        self.encoded = 0
        self._version = -1
        self._from = self._until = 0.0
        self._body = self._frame = b""
        self._end: SnapshotEnd | None = None

    def frame(
        self, now: float, *, dashboards: int, epoch: str, recovered: bool | None = None
    ) -> bytes:
        """Returns the ``initial_data`` as of ``now``."""
        model = self._model
        if model.version != self._version or not self._from <= now < self._until:
            self._encode(now)
        is_recovered = UNSET if recovered is None else recovered
        end = SnapshotEnd(dashboards, epoch, model.seq, is_recovered)
        if end != self._end:
            self._end, self._frame = end, initial_data(self._body, end)
        return self._frame

    def _encode(self, now: float) -> None:
        model = self._model
        self._body, self._end = encode(snapshot_body(model, now)), None
        self._version, self._from = model.version, now
        self._until = min(self._turns(now), default=inf)
        self.encoded += 1

    def _turns(self, now: float) -> list[float]:
        """When each of the sessions turns idle that isn't."""
        idle_after_s = self._model.options.idle_after_s
        shown = sessions_shown(self._model, EVERYTHING, SESSIONS_SHOWN)
        turns = [session.last_activity_at + idle_after_s for session in shown]
        return [turn for turn in turns if turn > now]


def snapshot_body(model: Model, now: float) -> SnapshotBody:
    """The part of a snapshot that is the same for all viewers, within ``SNAPSHOT_BYTES``."""
    numbers = stats(model)
    left = left_for_lists(SNAPSHOT_BYTES, bytes(numbers.pages_visited))
    shown = sessions(model, EVERYTHING, now).sessions
    return SnapshotBody(numbers, *fit(left, shown, recent_events(model)))


def snapshot(
    model: Model, now: float, *, dashboards: int, epoch: str, recovered: bool | None = None
) -> Snapshot:
    """The state that a viewer starts from; the stream continues after ``seq``. ``recovered`` is
    False where it replaces messages that were not kept."""
    body = snapshot_body(model, now)
    return Snapshot(
        stats=body.stats,
        sessions=body.sessions,
        recent_events=body.recent_events,
        total_dashboards=dashboards,
        epoch=epoch,
        seq=model.seq,
        recovered=UNSET if recovered is None else recovered,
    )
