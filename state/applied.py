"""What applying a record gives: messages for viewers, and what became of its events."""

from msgspec import Struct

from state.wire.messages import Message


class Applied(Struct, gc=False):
    """The result of one record: messages for viewers; ``events`` were in it, received ``at``. The
    ``duplicates`` among them were not counted: by their place, when each was first received."""

    messages: list[Message]
    at: float
    events: int
    duplicates: dict[int, float]
