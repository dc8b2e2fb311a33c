"""Announces how many dashboards are watching, gathered while there are many."""

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable

from state.hub.fanout import Fanout
from state.hub.subscriber import Subscriber
from state.wire.messages import Message, encode

FEW = 100
GATHER_S = 0.1
GATHER_EACH_S = 0.0002


class Announcer:
    """Publishes presence messages: each at once while there are at most 100 subscribers. Beyond,
    only the latest of a moment, since each carries the whole number: a thousand newcomers would
    otherwise cost half a million frames."""

    def __init__(self, fanout: Fanout, publish: Callable[[list[Message]], None]) -> None:
        self._fanout = fanout
        self._publish = publish
        self._latest: Message | None = None
        self._timer: TimerHandle | None = None

    def announce(self, message: Message, newcomer: Subscriber | None = None) -> None:
        """Publish a message; ``newcomer`` gets it at once in any case."""
        if len(self._fanout) <= FEW:
            self._publish([message])
            return
        if newcomer is not None:
            newcomer.enqueue(encode(message))
        self._latest = message
        if self._timer is None:
            wait_s = GATHER_S + GATHER_EACH_S * len(self._fanout)
            self._timer = get_running_loop().call_later(wait_s, self._publish_latest)

    def _publish_latest(self) -> None:
        self._timer = None
        if self._latest is not None:
            self._publish([self._latest])
