"""REST: the route that browsers send to."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from msgspec import Raw

from ingest.access.addresses import UNTRUSTED
from ingest.access.paths import TRACK
from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.events import TOO_MANY, TOO_MANY_BY_KEY, UNAUTHORIZED, may_send
from ingest.http.responses import json_response, read_body, refuse
from ingest.pipeline.body import EVENT_TYPES
from ingest.pipeline.event_id import new_id
from ingest.pipeline.rejection import REFUSED, Refusal
from ingest.pipeline.strict_json import split
from ingest.tracking.hit import Caller
from ingest.tracking.pipeline import OPTED_OUT, OptedOut
from ingest.tracking.request import MOST_EVENTS, TRACK_BYTES, TrackRequest, read_request
from state.event import BotHit, Event

TOO_LONG = Refusal("too_large", f"A request should have at most {MOST_EVENTS} events.")
NO_SALT = Refusal("unavailable", "The salt of the day can't be kept now.", retry_after_s=2)
Made = Event | BotHit | OptedOut | Refusal


def add_track_route(router: APIRouter, context: AppContext) -> None:
    """``POST /api/track``."""

    @router.post(TRACK, **openapi.POST_TRACK)
    async def post_track(request: Request) -> Response:
        if (refusal := request.scope.get(REFUSED)) is not None:
            return refuse(context.ledger, refusal)
        body = await read_body(request, EVENT_TYPES, TRACK_BYTES)
        if isinstance(body, Refusal):
            return refuse(context.ledger, body)
        if not context.tracking.is_ready:
            return refuse(context.ledger, NO_SALT)
        if body.lstrip()[:1] == b"[":
            return await _many(context, request, body)
        return await _one(context, request, body)


async def _one(context: AppContext, request: Request, body: bytes) -> Response:
    if not may_send(context, request, 1, body):
        return refuse(context.ledger, TOO_MANY)
    made = made_of(context, request, body)
    if isinstance(made, Refusal):
        return refuse(context.ledger, made)
    refusal = await keep(context, [made])
    if refusal is not None:
        return refuse(context.ledger, refusal)
    told = {"eventId": made.id or new_id()} if isinstance(made, Event) else {}
    return json_response({"success": True, **told}, 202)


async def _many(context: AppContext, request: Request, body: bytes) -> Response:
    items = split(body)
    if isinstance(items, Refusal):
        return refuse(context.ledger, items)
    if len(items) > MOST_EVENTS:
        return refuse(context.ledger, TOO_LONG)
    if not may_send(context, request, len(items), body):
        return refuse(context.ledger, TOO_MANY)
    found = [made_of(context, request, item) for item in items]
    refusal = await keep(context, [made for made in found if not isinstance(made, Refusal)])
    if refusal is not None:
        return refuse(context.ledger, refusal)
    rejected: list[dict[str, Any]] = []
    for index, made in enumerate(found):
        if isinstance(made, Refusal):
            context.ledger.count(made)
            rejected.append({"index": index, "error": made.code, "fields": list(made.fields)})
    return json_response({"success": True, "rejected": rejected}, 202)


def made_of(
    context: AppContext,
    request: Request,
    body: bytes | Raw,
    headers: Mapping[str, str] | None = None,
) -> Made:
    """What becomes of one item, sent with the ``headers`` of the request or with others. Only a
    sender with the right to write learns what is wrong."""
    sent = read_request(body)
    key = sent.key if isinstance(sent, TrackRequest) else None
    if not context.access.may_write(request.headers, key if isinstance(key, str) else None):
        return UNAUTHORIZED
    if context.access.needs_key and not context.limits.keyed.acquire("key"):
        return TOO_MANY_BY_KEY
    if isinstance(sent, Refusal):
        return sent
    address: str = request.scope["visitors.address"]
    peer: str = (request.scope.get("client") or ("", 0))[0]
    caller = Caller(
        address.removesuffix(UNTRUSTED),
        request.headers if headers is None else headers,
        context.limits.addresses.trusts(peer),
    )
    return context.tracking.event(sent, caller, context.clock())


async def keep(context: AppContext, made: list[Event | BotHit | OptedOut]) -> Refusal | None:
    """Store what was made. Returns why that failed, or None."""
    kept = [each for each in made if not isinstance(each, OptedOut)]
    if kept:
        applied = await context.pipeline.accept(kept)
        if isinstance(applied, Refusal):
            return applied
    bots = sum(isinstance(each, BotHit) for each in kept)
    context.ledger.accept(events=bots, duplicates=0)
    for _ in range(len(made) - len(kept)):
        context.ledger.count(OPTED_OUT)
    return None
