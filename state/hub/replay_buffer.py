"""The replay buffer: the latest numbered messages, for subscribers that resume."""

from collections import deque
from itertools import islice
from typing import NamedTuple

from state.counting.recent import Received
from state.sessions.session import Session
from state.wire.messages import Message

HISTORY_BYTES = 64 * 2**20


class SentMessage(NamedTuple):
    """One message as it was sent: its frame, and what filters look at."""

    seq: int
    at: float
    type: str
    frame: bytes
    about: Received | Session | None


class ReplayBuffer:
    """Holds at most ``most`` messages of ``most_bytes``, none older than ``most_s``."""

    def __init__(
        self, *, most: int = 10_000, most_bytes: int = HISTORY_BYTES, most_s: float = 300.0
    ) -> None:
        self.most = most
        self._most_bytes = most_bytes
        self.most_s = most_s
        self._messages: deque[SentMessage] = deque()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, seq: int, at: float, frame: bytes, message: Message) -> None:
        """Keep a message; its ``seq`` follows that of the one before."""
        sent = SentMessage(seq, at, message.data.message_type, frame, message.about)
        self._messages.append(sent)
        self.bytes += len(frame)
        while len(self._messages) > self.most or self.bytes > self._most_bytes:
            self._drop()
        while self._messages[0].at < at - self.most_s:
            self._drop()

    def clear(self) -> None:
        self._messages.clear()
        self.bytes = 0

    def after(self, seq: int, newest: int, now: float) -> list[SentMessage] | None:
        """The messages after ``seq`` up to ``newest``, the latest there is; None unless all of
        them are kept, and none is too old at ``now``."""
        missing = newest - seq
        if missing < 0 or missing > len(self._messages):
            return None
        found = list(islice(self._messages, len(self._messages) - missing, None))
        return None if found and found[0].at < now - self.most_s else found

    def _drop(self) -> None:
        self.bytes -= len(self._messages.popleft().frame)
