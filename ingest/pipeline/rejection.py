"""Refusals: values with a reason, which are answered and counted."""

from collections.abc import Sequence

from msgspec import Struct

STATUS = {
    "opted_out": 202,
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
"""Key in a request's scope: the refusal that the fast path found already."""


class FieldError(Struct, frozen=True):
    """One wrong field and what is allowed there."""

    field: str
    message: str


class Refusal(Struct, frozen=True):
    """Why a request or event was refused. ``code`` is one of ``STATUS``, ``message`` a sentence."""

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
