"""The hub: viewers, and what each is sent. A slow viewer delays no other one."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from state.analytics import Analytics
from state.hub.announcer import Announcer
from state.hub.backlogs import Backlogs
from state.hub.fanout import Fanout, Sink
from state.hub.presence import Presence
from state.hub.replay_buffer import HISTORY_BYTES, ReplayBuffer, SentMessage
from state.hub.snapshots import Snapshots
from state.hub.subscriber import Subscriber
from state.wire import messages as wire
from state.wire.messages import Message, encode
from state.wire.types import iso

BACKLOGS_BYTES = 256 * 2**20


class HubCounters(Struct):
    """Counts of what happened to viewers since the start."""

    sent: int = 0
    dropped: int = 0
    resyncs: int = 0
    resumed: int = 0
    too_slow: int = 0
    left: int = 0
    unopened: int = 0


class Hub:
    """Knows all viewers: subscribers on ``/ws`` and open pages. Broadcasts messages, sends
    snapshots and replays, announces presence."""

    def __init__(
        self,
        analytics: Analytics,
        *,
        epoch: str,
        backlogs: Backlogs | None = None,
        history_bytes: int = HISTORY_BYTES,
    ) -> None:
        self.epoch = epoch
        self.backlogs = backlogs or Backlogs(BACKLOGS_BYTES)
        self._ended: dict[str, int] = {}
        self.replay_buffer = ReplayBuffer(most_bytes=history_bytes)
        self.counts = HubCounters()
        self._model = analytics.model
        self.snapshots = Snapshots(analytics.model)
        self._fanout = Fanout()
        self.presence = Presence()
        self._listeners: list[Callable[[], None]] = []
        self._close_code: int | None = None
        self._announcer = Announcer(self._fanout, self.publish)

    @property
    def total_dashboards(self) -> int:
        return self.presence.total

    @property
    def subscribers(self) -> list[Subscriber]:
        return list(self._fanout)

    @property
    def sent(self) -> int:
        """Messages sent to subscribers since the start."""
        return self.counts.sent + self._fanout.sent

    def has_audience(self, now: float) -> bool:
        """False while there is no dashboard, nor one that could come back and ask what it missed:
        then no messages need to be made."""
        return not self.presence.is_unwatched(now, for_s=self.replay_buffer.most_s)

    def forget_messages(self) -> None:
        """Drop the messages kept for a resume."""
        self.replay_buffer.clear()

    def close(self, code: int) -> None:
        """Close all connections of subscribers; later ones are closed at once."""
        self._close_code = code
        self._fanout.flush()
        for subscriber in self._fanout:
            subscriber.close(code)

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have ``changed`` called whenever something was published. It must be fast."""
        self._listeners.append(changed)

    def subscribe(self, subscriber: Subscriber, now: float) -> None:
        """Add a subscriber: send it a snapshot, and announce it. No message is lost between
        snapshot and stream, since nothing is awaited between the two calls."""
        self.presence.enter(subscriber.id)
        subscriber.replay([self.snapshot(now)])
        self._fanout.add(subscriber)
        if self._close_code is not None:
            subscriber.close(self._close_code)
        self._announcer.announce(self._arrival(now), subscriber)

    def use_direct_writes(self, subscriber: Subscriber, sink: Sink) -> None:
        """Write directly to a subscriber that has an empty queue and no filter."""
        if subscriber.wants_everything and not subscriber.is_behind:
            self._fanout.promote(subscriber, sink)

    def use_queue(self, subscriber: Subscriber) -> None:
        """Send through the subscriber's queue from now on. Call it before a message for this one
        alone, or a new filter: so all its messages come in one order."""
        self._fanout.demote(subscriber)

    def unsubscribe(self, subscriber: Subscriber, now: float) -> None:
        self._fanout.remove(subscriber)
        subscriber.discard()
        self.counts.dropped += subscriber.dropped
        self.leave(subscriber.id, now)

    def join(self, dashboard_id: str, now: float) -> None:
        """Add an open page. Again makes no difference."""
        if dashboard_id not in self.presence:
            self.presence.enter(dashboard_id)
            self._announcer.announce(self._arrival(now))

    def leave(self, dashboard_id: str, now: float) -> None:
        if dashboard_id in self.presence:
            self.presence.leave(dashboard_id, now)
            self.counts.left += 1
            gone = wire.UserDisconnected(self.total_dashboards)
            self._announcer.announce(Message(gone))

    def count_sent(self) -> None:
        """Count a message that a connection sent by itself."""
        self.counts.sent += 1

    def count_too_slow(self) -> None:
        """Count a connection that was closed since its peer took nothing."""
        self.counts.too_slow += 1

    def count_unopened(self) -> None:
        """Count a page that was built and never opened its socket."""
        self.counts.left += 1
        self.counts.unopened += 1

    def publish_action(
        self, dashboard_id: str, action: str, details: dict[str, Any], now: float
    ) -> None:
        """Send an action of one dashboard to all others, on all nodes."""
        done = wire.DashboardAction(action, details, dashboard_id, iso(now))
        self.deliver_action(done)
        if self.presence.other_nodes is not None:
            self.presence.other_nodes.publish_action(done)

    def deliver_action(self, done: wire.DashboardAction) -> None:
        """Send an action to the dashboards of this node, its own aside."""
        frame = encode(Message(done))
        self._fanout.send_to_others(done.dashboard_id, frame)

    def set_elsewhere_count(self, watching: int, now: float) -> None:
        """Set how many dashboards other nodes have, and announce a change."""
        before = self.presence.elsewhere
        self.presence.set_elsewhere(watching, now)
        if watching > before:
            self._announcer.announce(self._arrival(now))
        elif watching < before:
            gone = wire.UserDisconnected(self.total_dashboards)
            self._announcer.announce(Message(gone))

    def publish(self, messages: Iterable[Message]) -> None:
        """Encode each message once, and send the same bytes to each viewer it is for."""
        for message in messages:
            self._fanout.send(self._encode(message), message.about)
        for changed in self._listeners:
            changed()

    def fill_replay_buffer(self, messages: Iterable[Message]) -> None:
        """Keep messages of the past for viewers that resume."""
        for message in messages:
            self._encode(message)

    def end_epoch(self, epoch: str) -> None:
        """Note that an earlier epoch of the same numbers ends with the present ``seq``."""
        self._ended[epoch] = self._model.seq

    def forget_epochs(self) -> None:
        """Drop the earlier epochs: other numbers follow."""
        self._ended.clear()

    def begin_epoch(self, epoch: str, now: float) -> None:
        """Continue with the numbers of another epoch. Subscribers get a snapshot."""
        self.epoch = epoch
        self.snapshots.clear()
        if self.replay_buffer:
            self.presence.expect(now)
        for subscriber in list(self._fanout):
            self.use_queue(subscriber)
            subscriber.replay([self.snapshot(now, recovered=False)])
        self.publish([])

    def missed(self, epoch: str, seq: int, now: float) -> list[SentMessage] | None:
        """The numbered messages after ``seq``; None unless all of them are kept."""
        newest = self._model.seq if epoch == self.epoch else self._ended.get(epoch, -1)
        return self.replay_buffer.after(seq, self._model.seq, now) if seq <= newest else None

    def resume(self, subscriber: Subscriber, epoch: str, seq: int, now: float) -> None:
        """Send a subscriber the messages after ``seq``, or a snapshot unless all are kept."""
        self.use_queue(subscriber)
        missed = self.missed(epoch, seq, now)
        if missed is None:
            subscriber.replay([self.snapshot(now, recovered=False)])
            return
        self.counts.resumed += 1
        frames = [each.frame for each in missed if subscriber.filter.matches(each.about)]
        found = wire.Resumed(True, len(frames), self.total_dashboards)
        subscriber.replay([encode(Message(found)), *frames])

    def resync(self, now: float) -> bytes:
        """Returns the snapshot that replaces a dropped backlog."""
        self.counts.resyncs += 1
        return self.snapshot(now, recovered=False)

    def snapshot(self, now: float, *, recovered: bool | None = None) -> bytes:
        """Returns the frame of an ``initial_data`` as of ``now``."""
        return self.snapshots.frame(
            now, dashboards=self.total_dashboards, epoch=self.epoch, recovered=recovered
        )

    def _encode(self, message: Message) -> bytes:
        frame = encode(message)
        if message.seq is not None:
            self.replay_buffer.add(message.seq, self._model.now, frame, message)
        return frame

    def _arrival(self, now: float) -> Message:
        return Message(wire.UserConnected(self.total_dashboards, iso(now)))
