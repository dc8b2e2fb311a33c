"""Applies journal records: first to the model, then to the viewers. At a start it begins with a
checkpoint or the first record."""

from collections.abc import Callable
from time import perf_counter

from msgspec import Struct

from ingest.pipeline.ledger import Ledger
from state.alerts import Alert
from state.analytics import Analytics
from state.applied import Applied
from state.checkpoint import CheckpointLoader
from state.event import Logout, Reset
from state.hub.hub import Hub
from state.journal.base import Journal, Record, RecordHandler
from state.model import Model


class Timing(Struct):
    """The cost of records, in seconds."""

    records: int = 0
    apply_s: float = 0.0
    publish_s: float = 0.0
    longest_s: float = 0.0

    def add(self, apply_s: float, publish_s: float) -> None:
        self.records += 1
        self.apply_s += apply_s
        self.publish_s += publish_s
        self.longest_s = max(self.longest_s, apply_s + publish_s)


class Applier(RecordHandler[Applied]):
    """Applies each record and publishes its messages. While ``is_live`` is False records are of the
    past: their messages are only kept for viewers that resume. ``logged_out`` is called with each
    login that an entry ends, ``alerted`` with each alert of a live record."""

    def __init__(
        self,
        journal: Journal[Applied],
        analytics: Analytics,
        hub: Hub,
        ledger: Ledger,
        clock: Callable[[], float],
        logged_out: Callable[[str], None],
        alerted: Callable[[Alert], None],
    ) -> None:
        self.is_live = False
        self._since_checkpoint = 0
        self.timing = Timing()
        self._ended: dict[str, int] = {}
        self._journal = journal
        self._analytics = analytics
        self._hub = hub
        self._ledger = ledger
        self._clock = clock
        self._logged_out = logged_out
        self._alerted = alerted

    def apply(self, record: Record) -> Applied:
        self._since_checkpoint += len(record.what)
        if not self.is_live:
            return self._replay(record)
        began = perf_counter()
        has_audience = self._hub.has_audience(record.at)
        if has_audience is not self._analytics.has_audience:
            self._set_audience(has_audience)
        applied = self._analytics.apply(record)
        applied_at = perf_counter()
        for entry in record.what:
            if isinstance(entry, Reset):
                self._ledger.clear()
            elif isinstance(entry, Logout):
                self._logged_out(entry.login)
        self._hub.publish(applied.messages)
        raised = self._analytics.model.raised
        while raised:
            self._alerted(raised.popleft())
        self.timing.add(applied_at - began, perf_counter() - applied_at)
        return applied

    @property
    def since_checkpoint(self) -> int:
        """Journal entries since the latest checkpoint."""
        return self._since_checkpoint

    def count_checkpoint(self, entries: int) -> None:
        """Note that a checkpoint holds the first ``entries`` of ``since_checkpoint``."""
        self._since_checkpoint -= entries

    def start_over(self) -> None:
        self.is_live = False
        self._since_checkpoint = 0
        self._ended.clear()
        self._hub.forget_messages()
        self._analytics.replace_model(Model(self._analytics.model.options))

    def checkpoint_loader(self) -> CheckpointLoader:
        return CheckpointLoader(self._analytics)

    def caught_up(self) -> None:
        self.is_live = True
        self._analytics.model.raised.clear()
        self._hub.begin_epoch(self._epoch(self._journal.life), self._clock(), ended=self._ended)

    def life_ended(self, life: str) -> None:
        self._ended[self._epoch(life)] = self._analytics.model.seq

    def _set_audience(self, has_audience: bool) -> None:
        """Make messages from now on, or don't. Without them the replay buffer would have a gap, so
        it is cleared."""
        self._analytics.has_audience = has_audience
        if not has_audience:
            self._hub.forget_messages()

    def _epoch(self, life: str) -> str:
        """The epoch on the wire: with other settings the same records have other messages."""
        return f"{life}-{self._analytics.meaning:016x}"

    def _replay(self, record: Record) -> Applied:
        """Apply a record of the past. Messages are made only if it is late enough for the replay
        buffer: each record has one message at least."""
        buffer, progress = self._hub.replay_buffer, self._journal.progress
        has_audience = (
            progress.total - progress.done <= buffer.most
            and record.at > self._clock() - buffer.most_s
        )
        if has_audience is not self._analytics.has_audience:
            self._set_audience(has_audience)
        applied = self._analytics.apply(record)
        self._hub.fill_replay_buffer(applied.messages)
        return applied
