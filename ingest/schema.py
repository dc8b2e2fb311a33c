"""Wire to ``Event``: every limit on a field, told all at once."""

import re
from datetime import UTC, datetime
from itertools import count
from secrets import token_hex
from typing import Annotated, Any

from msgspec import Meta, MsgspecError, Raw, Struct
from msgspec.json import Decoder

from ingest.body import BATCH_EVENTS
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
_LIFE = token_hex(10)
_numbers = count(1)


def new_id() -> str:
    """32 hexadecimal digits, for an event that came without an id: 80 random bits for the life of
    this process, and a number."""
    return f"{_LIFE}{next(_numbers):012x}"


class Sent(Struct, frozen=True):
    """An event as it was sent, with the key that came in its body (never stored)."""

    event: Event
    key: str | None


class _Plain(Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """An event as nearly all are: the fields that are known, and nothing but texts in them."""

    type: EventType
    session_id: Annotated[str, Meta(min_length=1, max_length=LONGEST_SESSION_ID)]
    page: Annotated[str, Meta(min_length=1, max_length=LONGEST_PAGE)] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)] | None = None
    timestamp: str | None = None
    country: Annotated[str, Meta(max_length=LONGEST_COUNTRY)] | None = None
    metadata: Annotated[dict[str, str], Meta(max_length=METADATA_KEYS)] | None = None
    event_id: Annotated[str, Meta(max_length=LONGEST_EVENT_ID)] | None = None
    key: str | None = None


_plain = Decoder(_Plain)
_plains = Decoder(Annotated[list[_Plain], Meta(max_length=BATCH_EVENTS)])


def read_event(body: bytes | Raw) -> Sent | Refusal:
    """One event from its JSON bytes, or all that is wrong with it."""
    return read_plain(body) or read_any(body)


def read_any(body: bytes | Raw) -> Sent | Refusal:
    """Field by field, whatever it is."""
    document = parse(body)
    return document if isinstance(document, Refusal) else _check(document)


def read_plain(body: bytes | Raw) -> Sent | None:
    """The same for an event that has nothing odd about it, in a fraction of the time; None for any
    other, be it good or not."""
    try:
        told = _plain.decode(body)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    event = _plain_event(told)
    return None if event is None else Sent(event, told.key)


def read_plain_batch(body: bytes) -> list[Event] | None:
    """The events of a JSON array that are plain, all of them; None for any other body."""
    try:
        batch = _plains.decode(body)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    events: list[Event] = []
    for told in batch:
        event = _plain_event(told)
        if event is None:
            return None
        events.append(event)
    return events


def _plain_event(told: _Plain) -> Event | None:
    """So few characters that even as \\uXXXX they take less than metadata may need no look at the
    size of these."""
    kind, page, metadata, at = told.type, told.page, told.metadata, None
    if told.timestamp is not None and (at := _epoch_seconds(told.timestamp)) is None:
        return None
    texts = f"{told.session_id}{page}{told.name}{told.country}{told.event_id}"
    if metadata:
        texts = "".join((texts, *metadata, *metadata.values()))
    if (
        not texts.isprintable()
        or (page is None and kind in NEEDS_PAGE)
        or (kind is EventType.CUSTOM and told.name is None)
        or len(texts) > METADATA_BYTES // 6
    ):
        return None
    return Event(
        told.event_id or new_id(),
        kind,
        told.session_id,
        page,
        told.name,
        at,
        told.country or None,
        metadata,
    )


def _check(document: Document) -> Sent | Refusal:
    value = document.value
    if not isinstance(value, dict):
        whole = FieldError("", "should be a JSON object")
        return Refusal("invalid_event", "An event should be a JSON object.", [whole])
    fields = _Fields(value)
    kind = fields.type()
    event = Event(
        id=fields.text("eventId", 0, LONGEST_EVENT_ID) or new_id(),
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
