"""A refusal is a value with a reason: it is answered, and it is counted."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

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
    "rate_limited": 429,
    "unavailable": 503,
    "unknown_type": 400,
}


class FieldError(Struct, frozen=True):
    """One wrong field and what is allowed there."""

    field: str
    message: str


class Refusal(Struct, frozen=True):
    """Why something was not taken. ``code`` is one of ``STATUS``, ``message`` a sentence."""

    code: str
    message: str
    fields: Sequence[FieldError] = ()

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
    """Refusals by code since the start, or since the last reset."""

    def __init__(self) -> None:
        self._refused: Counter[str] = Counter()

    def count(self, refusal: Refusal) -> None:
        self._refused[refusal.code] += 1

    def rejected(self) -> dict[str, int]:
        return dict(self._refused)

    def clear(self) -> None:
        self._refused.clear()
