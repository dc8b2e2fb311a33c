"""Wire to ``Event``: every limit on a field, told all at once."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from msgspec import Raw, Struct

from ingest.refusal import FieldError, Refusal
from ingest.strict_json import Document, parse, wrong_object, wrong_text
from state.event import LONGEST_COUNTRY, LONGEST_PAGE, Event, EventType

TYPES = {kind.value: kind for kind in EventType}
NEEDS_PAGE = (EventType.PAGEVIEW, EventType.CLICK)

LONGEST_SESSION_ID = 128
LONGEST_NAME = 64
LONGEST_EVENT_ID = 64
METADATA_KEYS = 32
METADATA_LEVELS = 4
METADATA_BYTES = 8 * 1024

_ISO = re.compile(
    r"\d{4}-?(\d{2}-?\d{2}|W\d{2}-?\d|\d{3})"
    r"([T ]\d{2}(:?\d{2}(:?\d{2}([.,]\d+)?)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_FIRST_AT = datetime(1, 1, 1, tzinfo=UTC).timestamp()


class Sent(Struct, frozen=True):
    """An event as it was sent, with the key that came in its body (never stored)."""

    event: Event
    key: str | None


def read_event(body: bytes | Raw) -> Sent | Refusal:
    """One event from its JSON bytes, or all that is wrong with it."""
    document = parse(body)
    return document if isinstance(document, Refusal) else _check(document)


def _check(document: Document) -> Sent | Refusal:
    value = document.value
    if not isinstance(value, dict):
        whole = FieldError("", "should be a JSON object")
        return Refusal("invalid_event", "An event should be a JSON object.", [whole])
    fields = _Fields(value)
    kind = fields.type()
    event = Event(
        id=fields.text("eventId", 0, LONGEST_EVENT_ID) or uuid4().hex,
        type=kind or EventType.CUSTOM,
        session_id=fields.text("sessionId", 1, LONGEST_SESSION_ID, required=True) or "",
        page=fields.text("page", 1, LONGEST_PAGE, required=kind in NEEDS_PAGE),
        name=fields.text("name", 1, LONGEST_NAME, required=kind is EventType.CUSTOM),
        timestamp=fields.timestamp(),
        country=fields.text("country", 0, LONGEST_COUNTRY) or None,
        metadata=fields.metadata(),
    )
    if fields.wrong:
        named = ", ".join(error.field for error in fields.wrong)
        return Refusal("invalid_event", f"These fields are wrong: {named}.", fields.wrong)
    if not document.strict:
        return Refusal("invalid_json", "The body holds what JSON hasn't, like NaN or a surrogate.")
    key = value.get("key")
    return Sent(event, key if isinstance(key, str) else None)


class _Fields:
    """The fields of one JSON object, read one by one; what is wrong is collected, not raised."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.wrong: list[FieldError] = []
        self._value = value

    def type(self) -> EventType | None:
        value = self._value.get("type")
        kind = TYPES.get(value) if isinstance(value, str) else None
        if kind is None:
            self._refuse("type", f"should be one of {', '.join(TYPES)}")
        return kind

    def text(
        self, field: str, shortest: int, longest: int, *, required: bool = False
    ) -> str | None:
        value = self._value.get(field)
        if value is None:
            if required:
                self._refuse(field, f"is required: text of {shortest} to {longest} characters")
            return None
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            self._refuse(field, f"should be text of {shortest} to {longest} characters")
        elif message := wrong_text(value):
            self._refuse(field, message)
        else:
            return value
        return None

    def timestamp(self) -> float | None:
        """Epoch seconds, in whole milliseconds. Without a zone it is UTC."""
        value = self._value.get("timestamp")
        if value is None:
            return None
        at = _epoch_seconds(value) if isinstance(value, str) else None
        if at is None:
            self._refuse("timestamp", "should be ISO 8601, like 2025-07-20T10:30:00Z")
        return at

    def metadata(self) -> dict[str, Any] | None:
        value = self._value.get("metadata")
        if value is None:
            return None
        wrong = wrong_object(
            value, "metadata", keys=METADATA_KEYS, levels=METADATA_LEVELS, size=METADATA_BYTES
        )
        self.wrong += wrong
        return None if wrong else value

    def _refuse(self, field: str, message: str) -> None:
        self.wrong.append(FieldError(field, message))


def _epoch_seconds(value: str) -> float | None:
    if not _ISO.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    at = aware.timestamp()
    return round(at, 3) if at >= _FIRST_AT else None
