"""REST: the two routes that accept events."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from msgspec import Raw

from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.responses import batch_response, event_response, json_response, read_body, refuse
from ingest.pipeline.body import (
    BATCH_BYTES,
    BATCH_TYPES,
    EVENT_BYTES,
    EVENT_TYPES,
    events_of,
    weight,
)
from ingest.pipeline.event_id import sent_id
from ingest.pipeline.rejection import REFUSED, Refusal
from ingest.pipeline.schema import ParsedEvent, read_event
from state.event import Event

Item = tuple[bytes | Raw, str]
"""An event of a batch, and its id if it names none."""

UNAUTHORIZED = Refusal("unauthorized", "Writing needs the ingest key.")
TOO_MANY = Refusal("rate_limited", "Too many events from this address.", retry_after_s=1)
TOO_MANY_BY_KEY = Refusal("rate_limited", "Too many events by this key.", retry_after_s=1)


def add_event_routes(router: APIRouter, context: AppContext) -> None:
    """``POST /api/events`` and ``POST /api/events/batch``."""

    @router.post("/api/events", **openapi.POST_EVENT)
    async def post_event(request: Request) -> Response:
        if (refusal := request.scope.get(REFUSED)) is not None:
            return refuse(context.ledger, refusal)
        body = await read_body(request, EVENT_TYPES, EVENT_BYTES)
        sent = body if isinstance(body, Refusal) else _read_one(context, request, body)
        if isinstance(sent, Refusal):
            return refuse(context.ledger, sent)
        applied = await context.pipeline.accept([sent.event])
        if isinstance(applied, Refusal):
            return refuse(context.ledger, applied)
        answer = event_response(sent.event.id, applied)
        return json_response(answer, 200 if applied.duplicates else 201)

    @router.post("/api/events/batch", **openapi.POST_BATCH)
    async def post_batch(request: Request) -> Response:
        if (refusal := request.scope.get(REFUSED)) is not None:
            return refuse(context.ledger, refusal)
        body = await read_body(request, BATCH_TYPES, BATCH_BYTES)
        found = body if isinstance(body, Refusal) else _items(context, request, body)
        if isinstance(found, Refusal):
            return refuse(context.ledger, found)
        events, rejected = _sort(context, request, found)
        applied = await context.pipeline.accept(events)
        if isinstance(applied, Refusal):
            return refuse(context.ledger, applied)
        duplicates = len(applied.duplicates)
        return json_response(batch_response(len(events) - duplicates, duplicates, rejected))


def _items(context: AppContext, request: Request, body: bytes) -> Sequence[Item] | Refusal:
    """The items of a batch, unless it is refused as a whole. The ids of events without one begin
    with the id of the request."""
    found = events_of(body, request.headers.get("content-type", ""))
    if isinstance(found, Refusal):
        return found
    named = sent_id(request.headers)
    if isinstance(named, Refusal):
        return named
    if not may_send(context, request, len(found), body):
        return TOO_MANY
    return [(item, named and f"{named}-{index}") for index, item in enumerate(found)]


def may_send(context: AppContext, request: Request, number: int, body: bytes) -> bool:
    """A body counts as the events in it, or as one for each KiB, whichever is more; the guard has
    counted one already."""
    counted = max(number, weight(body))
    return context.limits.events.acquire(request.scope["visitors.address"], counted - 1)


def _read(
    context: AppContext, request: Request, body: bytes | Raw, event_id: str
) -> ParsedEvent | Refusal:
    """One event of a sender with the right to write; only such a sender learns what is wrong with
    it. ``event_id`` is for an event without one."""
    sent = read_event(body, event_id, context.sites.keys)
    key = sent.key if isinstance(sent, ParsedEvent) else None
    if not context.access.may_write(request.headers, key):
        return UNAUTHORIZED
    if context.access.needs_key and not context.limits.keyed.acquire("key"):
        return TOO_MANY_BY_KEY
    return sent


def _read_one(context: AppContext, request: Request, body: bytes) -> ParsedEvent | Refusal:
    named = sent_id(request.headers)
    if isinstance(named, Refusal):
        return named
    if not may_send(context, request, 1, body):
        return TOO_MANY
    return _read(context, request, body, named)


def _sort(
    context: AppContext, request: Request, found: Sequence[Item]
) -> tuple[list[Event], list[dict[str, Any]]]:
    """The accepted events, and the ``rejected`` items of the response."""
    events: list[Event] = []
    rejected: list[dict[str, Any]] = []
    for index, (item, event_id) in enumerate(found):
        sent = _read(context, request, item, event_id)
        if isinstance(sent, Refusal):
            context.ledger.count(sent)
            rejected.append({"index": index, "error": sent.code, "fields": list(sent.fields)})
        else:
            events.append(sent.event)
    return events, rejected
