"""Checkpoints: the model as of one record, to continue from without the records before.

A checkpoint is a sequence of pieces in msgpack. A model that is loaded from it equals one that has
applied the records, to the last message of the records that follow."""

from collections.abc import Iterable, Iterator

from msgspec import DecodeError, ValidationError
from msgspec.msgpack import Decoder, Encoder

from state.alerts import Alert
from state.analytics import Analytics
from state.changes.newcomers import KeptSources
from state.changes.tops import KeptTops
from state.checkpoint_pieces import (
    KeptActivities,
    KeptClock,
    KeptCountry,
    KeptDay,
    KeptEntries,
    KeptIds,
    KeptLeaving,
    KeptLogouts,
    KeptMinute,
    KeptNames,
    KeptVisits,
    Piece,
    in_pieces,
)
from state.counting.bots import KeptBots
from state.counting.day import DayPiece
from state.counting.engagement import KeptEngagement
from state.counting.goals import KeptGoal
from state.counting.recent import Received
from state.model import Model
from state.sessions.departures import KeptDepartures
from state.sessions.pieces import KeptSessions
from state.sessions.session import Session
from state.usual.pieces import KeptPeople, KeptPeopleMinutes
from state.watching.watches import KeptWatches

FORMAT = 5
RECENT_IN_PIECE = 1_000


class CheckpointMismatch(ValueError):
    """A checkpoint that can't be loaded: it is of other options and rules, of another version, or
    broken."""


class KeptModel(Piece):
    """The first piece. ``meaning`` is the fingerprint of options and rules; ``rested`` are the rule
    states."""

    format: int
    meaning: int
    now: float
    seq: int
    activities: int
    cleared_seq: int
    version: int
    day_number: int
    rested: list[tuple[int, float]]
    alerts: list[Alert]


class KeptRecent(Piece):
    """The latest events."""

    events: list[Received]


class KeptEnd(Piece):
    """The last piece, after ``pieces`` others."""

    pieces: int


_encode = Encoder().encode
_decode = Decoder(
    KeptModel
    | KeptSessions
    | KeptVisits
    | KeptEntries
    | KeptLeaving
    | KeptActivities
    | DayPiece
    | KeptClock
    | KeptMinute
    | KeptIds
    | KeptLogouts
    | KeptDepartures
    | KeptRecent
    | KeptPeople
    | KeptPeopleMinutes
    | KeptTops
    | KeptSources
    | KeptBots
    | KeptWatches
    | KeptEnd
).decode


def dump(analytics: Analytics) -> Iterator[bytes]:
    """The pieces of a checkpoint. No record may be applied before the last one is read."""
    pieces = 0
    for piece in _pieces(analytics):
        yield _encode(piece)
        pieces += 1
    yield _encode(KeptEnd(pieces))


class CheckpointLoader:
    """Loads a checkpoint piece by piece. With the last one ``analytics`` gets the new model, or, if
    it ``waits``, with ``use``.

    Raises:
        CheckpointMismatch: the checkpoint can't be used; nothing has changed then.
    """

    def __init__(self, analytics: Analytics, *, waits: bool = False) -> None:
        self._analytics = analytics
        self._waits = waits
        self._model = Model(analytics.model.options)
        self._head: KeptModel | None = None
        self._sessions: list[Session] = []
        self._by_id: dict[str, Session] = {}
        self._loaded = 0
        self.is_done = False

    def load(self, piece: bytes) -> None:
        try:
            self._load(_decode(piece))
        except (DecodeError, ValidationError, LookupError, ValueError) as error:
            raise CheckpointMismatch(f"the checkpoint is broken: {error}") from None
        self._loaded += 1

    def _load(self, piece: Piece) -> None:
        model = self._model
        match piece:
            case KeptModel():
                self._begin(piece)
            case KeptSessions():
                self._sessions += piece.back()
            case KeptVisits() | KeptEntries() | KeptLeaving():
                model.sessions.load(piece, self._sessions)
            case KeptActivities():
                self._by_id = self._by_id or {each.id: each for each in self._sessions}
                model.last_events.load(piece, self._by_id)
            case KeptClock() | KeptMinute():
                model.minutes.load(piece)
            case KeptDay() | KeptCountry() | KeptNames() | KeptEngagement() | KeptGoal():
                model.day.load(piece)
            case KeptIds():
                model.event_ids.load(piece)
            case KeptEnd():
                self._end(piece)
            case _:
                _extend(model, piece)

    def _begin(self, head: KeptModel) -> None:
        if not _fits(head, self._analytics):
            raise CheckpointMismatch("the checkpoint is of other settings, or another version")
        self._head, model = head, self._model
        model.now, model.seq, model.version = head.now, head.seq, head.version
        model.activities = head.activities
        model.cleared_seq, model.day_number = head.cleared_seq, head.day_number
        model.alerts.extend(head.alerts)

    def _end(self, end: KeptEnd) -> None:
        if self._head is None or self._loaded != end.pieces:
            raise CheckpointMismatch(
                f"{end.pieces} pieces should come before the last one, not {self._loaded}"
            )
        self.is_done = True
        if not self._waits:
            self.use()

    def use(self) -> None:
        """Give ``analytics`` the model of the checkpoint, all of whose pieces are loaded."""
        assert self._head is not None
        self._analytics.replace_model(self._model, self._head.rested)


def restore(analytics: Analytics, pieces: Iterable[bytes]) -> None:
    """Load all pieces of a checkpoint at once.

    Raises:
        CheckpointMismatch: it can't be used; nothing has changed then.
    """
    loader = CheckpointLoader(analytics)
    for piece in pieces:
        loader.load(piece)
    if not loader.is_done:
        raise CheckpointMismatch("the checkpoint has no end")


def _extend(model: Model, piece: Piece) -> None:
    match piece:
        case KeptRecent():
            model.recent.extend(piece.events)
        case KeptLogouts():
            model.logouts.update(piece.until)
        case KeptDepartures():
            model.departures.load(piece)
        case KeptTops():
            model.tops.load(piece)
        case KeptSources():
            model.newcomers.load(piece)
        case KeptBots():
            model.bots.load(piece)
        case KeptPeople() | KeptPeopleMinutes():
            model.people.load(piece)
        case KeptWatches():
            model.watches.load(piece)


def _pieces(analytics: Analytics) -> Iterator[Piece]:
    model = analytics.model
    yield KeptModel(
        FORMAT,
        analytics.meaning,
        model.now,
        model.seq,
        model.activities,
        model.cleared_seq,
        model.version,
        model.day_number,
        analytics.rules.dump(),
        list(model.alerts),
    )
    yield from model.sessions.dump()
    yield from model.last_events.dump()
    yield from model.minutes.dump()
    yield from model.day.dump()
    yield from model.event_ids.dump()
    if model.logouts:
        yield KeptLogouts(model.logouts)
    yield from map(KeptRecent, in_pieces(model.recent, RECENT_IN_PIECE))
    yield from model.departures.dump()
    yield from model.people.dump()
    yield from model.tops.dump()
    yield from model.newcomers.dump()
    yield from model.bots.dump()
    yield model.watches.dump()


def _fits(head: KeptModel, analytics: Analytics) -> bool:
    return (head.format, head.meaning) == (FORMAT, analytics.meaning)
