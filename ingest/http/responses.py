"""REST responses: always JSON, from the one encoder."""

from typing import Any

from fastapi import Request, Response
from msgspec import UNSET, UnsetType
from starlette.requests import ClientDisconnect

from ingest.pipeline.body import read, wrong_type
from ingest.pipeline.event_id import new_id
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.rejection import Refusal
from state.applied import Applied
from state.wire.messages import encode
from state.wire.types import Shape, iso


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(encode(value), status, headers, media_type="application/json")


class EventAccepted(Shape):
    """The answer to an event that was counted, now or, with ``duplicate``, before."""

    success: bool
    event_id: str
    received_at: str
    duplicate: bool | UnsetType = UNSET


def event_response(event_id: str, applied: Applied, place: int = 0) -> EventAccepted:
    """The answer to one event, by its place in the record."""
    event_id = event_id or new_id()
    known_at = applied.duplicates.get(place)
    if known_at is None:
        return EventAccepted(True, event_id, iso(applied.at))
    return EventAccepted(True, event_id, iso(known_at), duplicate=True)


def batch_response(
    accepted: int, duplicates: int, rejected: list[dict[str, Any]]
) -> dict[str, object]:
    """The answer to a batch: events that were counted, and before, and the items rejected."""
    return {"accepted": accepted, "duplicates": duplicates, "rejected": rejected}


def refuse(ledger: Ledger, refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """The response to a refusal, which is counted."""
    ledger.count(refusal)
    headers = dict(headers or {})
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    if refusal.code == "unauthorized":
        headers["WWW-Authenticate"] = 'Bearer realm="visitors"'
    return json_response(refusal.body(), refusal.status, headers)


async def read_body(request: Request, types: tuple[str, ...], limit: int) -> bytes | Refusal:
    """The request's body, or a refusal for its type, size or end."""
    wrong = wrong_type(request.headers, types)
    if wrong is not None:
        return wrong
    length = request.headers.get("content-length", "")
    try:
        return await read(request.stream(), length, limit)
    except ClientDisconnect:
        return Refusal("invalid_json", "The body broke off.")
