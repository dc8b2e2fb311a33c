"""REST: the two doors for events."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from msgspec import Raw

from ingest import openapi
from ingest.answer import json_response, read_body, refuse
from ingest.body import BATCH_BYTES, BATCH_TYPES, EVENT_BYTES, EVENT_TYPES, events_of
from ingest.parts import Parts
from ingest.refusal import Refusal
from ingest.schema import Sent, read_event
from state.analytics import Outcome
from state.event import Event
from state.shapes import iso

UNAUTHORIZED = Refusal("unauthorized", "Writing needs the ingest key.")


def add_doors(router: APIRouter, parts: Parts) -> None:
    """``POST /api/events`` and ``POST /api/events/batch``."""

    @router.post("/api/events", **openapi.POST_EVENT)
    async def post_event(request: Request) -> Response:
        body = await read_body(request, EVENT_TYPES, EVENT_BYTES)
        sent = body if isinstance(body, Refusal) else _read(parts, request, body)
        if isinstance(sent, Refusal):
            return refuse(parts.ledger, sent)
        [outcome] = await parts.pipeline.accept([sent.event])
        return _taken(outcome)

    @router.post("/api/events/batch", **openapi.POST_BATCH)
    async def post_batch(request: Request) -> Response:
        body = await read_body(request, BATCH_TYPES, BATCH_BYTES)
        found = body if isinstance(body, Refusal) else events_of(body, _content_type(request))
        if isinstance(found, Refusal):
            return refuse(parts.ledger, found)
        events, rejected = _sort(parts, request, found)
        outcomes = await parts.pipeline.accept(events) if events else []
        duplicates = sum(outcome.duplicate for outcome in outcomes)
        accepted = len(outcomes) - duplicates
        return json_response({"accepted": accepted, "duplicates": duplicates, "rejected": rejected})


def _taken(outcome: Outcome) -> Response:
    answer: dict[str, Any] = {
        "success": True,
        "eventId": outcome.event_id,
        "receivedAt": iso(outcome.received_at),
    }
    if outcome.duplicate:
        return json_response(answer | {"duplicate": True})
    return json_response(answer, 201)


def _read(parts: Parts, request: Request, body: bytes | Raw) -> Sent | Refusal:
    """One event whose sender may write. What is wrong with a body is told to those alone."""
    sent = read_event(body)
    key = sent.key if isinstance(sent, Sent) else None
    return sent if parts.access.may_write(request.headers, key) else UNAUTHORIZED


def _sort(
    parts: Parts, request: Request, found: Sequence[bytes | Raw]
) -> tuple[list[Event], list[dict[str, Any]]]:
    """The good ones, and what is to be said of the others."""
    events: list[Event] = []
    rejected: list[dict[str, Any]] = []
    for index, item in enumerate(found):
        sent = _read(parts, request, item)
        if isinstance(sent, Refusal):
            parts.ledger.count(sent)
            rejected.append({"index": index, "error": sent.code, "fields": list(sent.fields)})
        else:
            events.append(sent.event)
    return events, rejected


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "")
