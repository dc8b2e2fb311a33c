"""A refusal is a value with a reason: it is answered, and it is counted."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from state.query import IngestTotals

STATUS = {
    "invalid_json": 400,
    "invalid_event": 400,
    "invalid_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "unsupported_media_type": 415,
    "upgrade_required": 426,
    "rate_limited": 429,
    "unavailable": 503,
    "unknown_type": 400,
}

REFUSED = "visitors.refused"
"""In the scope of a request: the refusal that the fast way has found already."""


class FieldError(Struct, frozen=True):
    """One wrong field and what is allowed there."""

    field: str
    message: str


class Refusal(Struct, frozen=True):
    """Why something was not taken. ``code`` is one of ``STATUS``, ``message`` a sentence."""

    code: str
    message: str
    fields: Sequence[FieldError] = ()
    retry_after_s: int | None = None

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def body(self) -> dict[str, object]:
        """The answer as the wire has it."""
        return {
            "success": False,
            "error": self.code,
            "message": self.message,
            "fields": list(self.fields),
        }


class Ledger:
    """The account of all that was offered, since the start or since the last reset: at any moment
    received = accepted + duplicates + the sum of what was refused."""

    def __init__(self) -> None:
        self.clear()

    @property
    def received(self) -> int:
        return self.accepted + self.duplicates + self._refused.total()

    def accept(self, *, events: int, duplicates: int) -> None:
        """``events`` were answered well; ``duplicates`` of them were known already."""
        self.accepted += events - duplicates
        self.duplicates += duplicates

    def count(self, refusal: Refusal) -> None:
        self._refused[refusal.code] += 1

    def rejected(self) -> dict[str, int]:
        """Refusals by code."""
        return dict(self._refused)

    def account(self) -> IngestTotals:
        return IngestTotals(self.received, self.accepted, self.duplicates, self.rejected())

    def clear(self) -> None:
        self.accepted = 0
        self.duplicates = 0
        self._refused: Counter[str] = Counter()
