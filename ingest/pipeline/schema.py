"""Reads events from JSON: all wrong fields of one are reported together."""

from datetime import datetime
from typing import Annotated, Any, Protocol, cast

from msgspec import Meta, MsgspecError, Raw, Struct, convert
from msgspec.json import Decoder

from ingest.pipeline.body import BATCH_EVENTS
from ingest.pipeline.event_id import new_id
from ingest.pipeline.fields import METADATA_BYTES, FieldReader
from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.strict_json import Document, parse
from ingest.pipeline.timestamps import common_seconds, seconds_of
from state.event import LONGEST_COUNTRY, LONGEST_PAGE, SIGNALS, Event, EventType
from state.settings.site_names import LONGEST_SITE
from state.sites.keys import ONE_SITE

NEEDS_PAGE = (EventType.PAGEVIEW, EventType.CLICK)
NEEDS_NAME = (EventType.CUSTOM,)

LONGEST_SESSION_ID = 128
LONGEST_NAME = 64
LONGEST_EVENT_ID = 64
LONGEST_TIMESTAMP = 64
LONGEST_TAB = 32
MOST_ENGAGED_MS = 86_400_000
MOST_SCROLL = 100

_NOT_PLAIN = (MsgspecError, UnicodeDecodeError, RecursionError, ValueError)
_Key = Annotated[str, Meta(max_length=64)]
_Value = Annotated[str, Meta(max_length=256)]


class ParsedEvent(Struct, frozen=True):
    """An event, and the ingest key in its body (never stored)."""

    event: Event
    key: str | None


class PlainEvent(Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """An event as nearly all are: known fields only, nothing but texts in its metadata, and so
    little of it that, written in ASCII, it can't be too large. Also the one list of an event's
    fields on the wire and of the limits of its texts."""

    type: EventType
    session_id: Annotated[str, Meta(min_length=1, max_length=LONGEST_SESSION_ID)]
    page: Annotated[str, Meta(max_length=LONGEST_PAGE)] | None = None
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] | None = None
    timestamp: Annotated[str, Meta(max_length=LONGEST_TIMESTAMP)] | None = None
    country: Annotated[str, Meta(max_length=LONGEST_COUNTRY)] | None = None
    metadata: Annotated[dict[_Key, _Value], Meta(max_length=16)] | None = None
    event_id: Annotated[str, Meta(max_length=LONGEST_EVENT_ID)] | None = None
    key: str | None = None
    tab: Annotated[str, Meta(max_length=LONGEST_TAB)] | None = None
    engaged_ms: Annotated[int, Meta(ge=0, le=MOST_ENGAGED_MS)] | None = None
    scroll: Annotated[int, Meta(ge=0, le=MOST_SCROLL)] | None = None
    site: Annotated[str, Meta(max_length=LONGEST_SITE)] | None = None


_plain = Decoder(PlainEvent)
_plains = Decoder(Annotated[list[PlainEvent], Meta(max_length=BATCH_EVENTS)])


class SiteFinder(Protocol):
    """Finds sites: see ``state.sites.keys.SiteKeys``."""

    @property
    def allowed(self) -> str: ...

    def find(self, site: str | None, host: str = "") -> str | None: ...


def read_event(
    body: bytes | Raw, event_id: str = "", sites: SiteFinder = ONE_SITE
) -> ParsedEvent | Refusal:
    """One event from its JSON, or all that is wrong with it. ``event_id`` is for an event without
    one; if it is empty, a new id is made."""
    return read_plain(bytes(body), event_id, sites) or read_any(body, event_id, sites)


def read_any(
    body: bytes | Raw, event_id: str = "", sites: SiteFinder = ONE_SITE
) -> ParsedEvent | Refusal:
    """The same for any body, field by field."""
    document = parse(body)
    return document if isinstance(document, Refusal) else check(document, event_id, sites)


def read_plain(body: bytes, event_id: str = "", sites: SiteFinder = ONE_SITE) -> ParsedEvent | None:
    """The same for an event with nothing unusual, in a fraction of the time; None for any other,
    valid or not."""
    try:
        plain = _plain.decode(body)
        event = _plain_event(plain, _has_plain_texts(body), event_id, sites)
    except _NOT_PLAIN:
        return None
    return None if event is None else ParsedEvent(event, plain.key)


def read_plain_batch(body: bytes, sites: SiteFinder = ONE_SITE) -> list[Event] | None:
    """The events of a JSON array if all are plain; None for any other body."""
    try:
        batch = _plains.decode(body)
        are_plain = _has_plain_texts(body)
        events = [_plain_event(plain, are_plain, "", sites) for plain in batch]
    except _NOT_PLAIN:
        return None
    return None if None in events else cast(list[Event], events)


def _has_plain_texts(body: bytes) -> bool:
    """True if no text in a JSON document can have other than printable ASCII characters: the parser
    refuses control characters but DEL, and others need an escape."""
    return body.isascii() and b"\\" not in body and b"\x7f" not in body


def _plain_event(
    plain: PlainEvent, has_plain_texts: bool, event_id: str, sites: SiteFinder
) -> Event | None:
    """Texts that aren't plain must be printable, and so few characters that even as \\uXXXX they
    take less than metadata may."""
    kind, page, metadata, sent_at = plain.type, plain.page, plain.metadata, plain.timestamp
    if (not page and kind in NEEDS_PAGE) or (kind is EventType.CUSTOM and not plain.name):
        return None
    if not has_plain_texts:
        texts = f"{plain.session_id}{page}{plain.name}{plain.country}{plain.event_id}{plain.tab}"
        texts = "".join((texts, *(metadata or ()), *(metadata or {}).values()))
        if not texts.isprintable() or len(texts) > METADATA_BYTES // 6:
            return None
    site = sites.find(plain.site)
    if site is None:
        return None
    own_at = None
    if sent_at is not None:
        own_at = common_seconds(sent_at)
        if own_at is None:
            own_at = seconds_of(convert(sent_at, datetime))
    return Event(
        plain.event_id or event_id or id_for(kind),
        kind,
        plain.session_id,
        page or None,
        plain.name or None,
        own_at,
        plain.country or None,
        metadata,
        plain.tab or None,
        plain.engaged_ms,
        plain.scroll,
        site,
    )


def id_for(kind: EventType | None) -> str:
    """The id of an event without one: a new one, but none for a signal, which may count twice."""
    return "" if kind in SIGNALS else new_id()


def check(
    document: Document, event_id: str = "", sites: SiteFinder = ONE_SITE
) -> ParsedEvent | Refusal:
    """The event of a parsed JSON object, or all that is wrong with it."""
    value = document.value
    if not isinstance(value, dict):
        whole = FieldError("", "should be a JSON object")
        return Refusal("invalid_event", "An event should be a JSON object.", [whole])
    fields = FieldReader(value)
    kind = fields.type()
    event = Event(
        id=fields.text("eventId", 0, LONGEST_EVENT_ID) or event_id or id_for(kind),
        type=kind or EventType.CUSTOM,
        session_id=fields.text("sessionId", 1, LONGEST_SESSION_ID, required=True) or "",
        page=fields.optional_text("page", LONGEST_PAGE, kind, needed_by=NEEDS_PAGE),
        name=fields.optional_text("name", LONGEST_NAME, kind, needed_by=NEEDS_NAME),
        timestamp=fields.timestamp(),
        country=fields.text("country", 0, LONGEST_COUNTRY) or None,
        metadata=fields.metadata(),
        tab=fields.text("tab", 0, LONGEST_TAB) or None,
        engaged_ms=fields.whole("engagedMs", MOST_ENGAGED_MS),
        scroll=fields.whole("scroll", MOST_SCROLL),
        site=fields.site(sites.find, sites.allowed),
    )
    if fields.wrong:
        named = ", ".join(error.field for error in fields.wrong)
        return Refusal("invalid_event", f"These fields are wrong: {named}.", fields.wrong)
    if not document.strict:
        return Refusal("invalid_json", "The body holds what JSON hasn't, like NaN or a surrogate.")
    key = value.get("key")
    return ParsedEvent(event, key if isinstance(key, str) else None)


def read_name(value: dict[str, Any]) -> str | list[FieldError]:
    """The field ``name`` by the rule for events, or what is wrong with it."""
    fields = FieldReader(value)
    name = fields.text("name", 1, LONGEST_NAME, required=True)
    return fields.wrong if name is None else name
