"""What applying a record gives: messages, and an outcome for each of its events."""

from msgspec import Struct

from state.wire.messages import Message


class Outcome(Struct, frozen=True, gc=False):
    """The result of one event: counted at ``received_at``, or a duplicate of one counted then."""

    event_id: str
    received_at: float
    duplicate: bool = False


class Applied(Struct, gc=False):
    """The result of one record: messages for viewers, and an outcome for each of its events."""

    messages: list[Message]
    outcomes: list[Outcome]
