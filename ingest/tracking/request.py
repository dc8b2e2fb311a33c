"""The body of a request of the tracker: its fields, and what is wrong with them."""

from typing import Annotated, Any

from msgspec import Meta, MsgspecError, Raw, Struct, convert
from msgspec.json import Decoder

from ingest.pipeline.body import KIB
from ingest.pipeline.fields import FieldReader
from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.schema import (
    LONGEST_EVENT_ID,
    LONGEST_NAME,
    LONGEST_SESSION_ID,
    LONGEST_TAB,
    MOST_ENGAGED_MS,
    MOST_SCROLL,
    NEEDS_NAME,
)
from ingest.pipeline.strict_json import parse
from state.event import LONGEST_COUNTRY, LONGEST_LABEL, EventType

TRACK_BYTES = 16 * KIB
MOST_EVENTS = 20
LONGEST_URL = 4_096
LONGEST_TITLE = 512
LONGEST_ZONE = 64
LONGEST_SITE = 64
TEXTS = {
    **{"url": LONGEST_URL, "referrer": LONGEST_URL, "title": LONGEST_TITLE, "name": LONGEST_NAME},
    **{"element": LONGEST_LABEL, "sessionId": LONGEST_SESSION_ID, "eventId": LONGEST_EVENT_ID},
    **{"tab": LONGEST_TAB, "timezone": LONGEST_ZONE, "language": LONGEST_ZONE},
    **{"screen": LONGEST_ZONE, "site": LONGEST_SITE, "country": LONGEST_COUNTRY},
}
"""The texts of a request, and the most characters of each."""


class TrackRequest(Struct, rename="camel", gc=False):
    """What a page tells of a visitor. Fields that aren't known are ignored."""

    type: EventType
    url: Annotated[str, Meta(max_length=LONGEST_URL)]
    referrer: Annotated[str, Meta(max_length=LONGEST_URL)] | None = None
    title: Annotated[str, Meta(max_length=LONGEST_TITLE)] | None = None
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] | None = None
    element: Annotated[str, Meta(max_length=LONGEST_LABEL)] | None = None
    metadata: dict[str, Any] | None = None
    session_id: Annotated[str, Meta(max_length=LONGEST_SESSION_ID)] | None = None
    event_id: Annotated[str, Meta(max_length=LONGEST_EVENT_ID)] | None = None
    tab: Annotated[str, Meta(max_length=LONGEST_TAB)] | None = None
    timezone: Annotated[str, Meta(max_length=LONGEST_ZONE)] | None = None
    language: Annotated[str, Meta(max_length=LONGEST_ZONE)] | None = None
    screen: Annotated[str, Meta(max_length=LONGEST_ZONE)] | None = None
    country: Annotated[str, Meta(max_length=LONGEST_COUNTRY)] | None = None
    site: Annotated[str, Meta(max_length=LONGEST_SITE)] | None = None
    key: Any = None
    automated: bool = False
    dnt: Any = None
    gpc: Any = None
    engaged_ms: Annotated[int, Meta(ge=0, le=MOST_ENGAGED_MS)] | None = None
    scroll: Annotated[int, Meta(ge=0, le=MOST_SCROLL)] | None = None


_decode = Decoder(TrackRequest).decode
_NOT_PLAIN = (MsgspecError, UnicodeDecodeError, RecursionError)


def read_request(body: bytes | Raw) -> TrackRequest | Refusal:
    """One request of the tracker, or all that is wrong with it."""
    try:
        sent = _decode(body)
    except _NOT_PLAIN:
        return _refusal(body)
    return sent if _is_plain(sent) else _checked(body, sent)


def _is_plain(sent: TrackRequest) -> bool:
    """True if no text can hold what isn't allowed."""
    if sent.metadata or not sent.url or (sent.type in NEEDS_NAME and not sent.name):
        return False
    texts = (sent.url, sent.referrer, sent.title, sent.name, sent.element, sent.session_id)
    more = (sent.event_id, sent.tab, sent.timezone, sent.language, sent.screen, sent.country)
    return "".join([text for text in (*texts, *more, sent.site) if text]).isprintable()


def _checked(body: bytes | Raw, sent: TrackRequest) -> TrackRequest | Refusal:
    wrong = _wrong_fields(parse(body).value)  # type: ignore[union-attr]  # it was read before
    return _refused(wrong) if wrong else sent


def _refusal(body: bytes | Raw) -> TrackRequest | Refusal:
    document = parse(body)
    if isinstance(document, Refusal):
        return document
    value = document.value
    if not isinstance(value, dict):
        whole = FieldError("", "should be a JSON object")
        return Refusal("invalid_event", "An event should be a JSON object.", [whole])
    wrong = _wrong_fields(value)
    if wrong:
        return _refused(wrong)
    if document.strict:  # whole numbers like 2.0
        return convert(value, TrackRequest, strict=False)
    return Refusal("invalid_json", "The body holds what JSON hasn't, like NaN or a surrogate.")


def _refused(wrong: list[FieldError]) -> Refusal:
    named = ", ".join(error.field for error in wrong)
    return Refusal("invalid_event", f"These fields are wrong: {named}.", wrong)


def _wrong_fields(value: dict[str, Any]) -> list[FieldError]:
    fields = FieldReader(value)
    kind = fields.type()
    for name, longest in TEXTS.items():
        needed = name == "url" or (name == "name" and kind in NEEDS_NAME)
        fields.text(name, int(needed), longest, required=needed)
    fields.metadata()
    fields.whole("engagedMs", MOST_ENGAGED_MS)
    fields.whole("scroll", MOST_SCROLL)
    wrong = fields.wrong
    if not isinstance(value.get("automated", False), bool):
        wrong.append(FieldError("automated", "should be true or false"))
    return wrong
