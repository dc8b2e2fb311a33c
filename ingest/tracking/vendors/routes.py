"""REST: the routes that other vendors' trackers send to. Each request becomes one of our own, and
goes through the same steps."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from ingest.access.paths import COUNT, PLAUSIBLE, UMAMI, UMAMI_BATCH
from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.events import TOO_MANY, may_send
from ingest.http.responses import json_response, read_body, refuse
from ingest.pipeline.body import EVENT_TYPES
from ingest.pipeline.rejection import REFUSED, Refusal
from ingest.pipeline.strict_json import parse
from ingest.tracking.known.urls import read_url
from ingest.tracking.request import MOST_EVENTS, TRACK_BYTES
from ingest.tracking.routes import NO_SALT, TOO_LONG, Made, keep, made_of
from ingest.tracking.vendors import goatcounter, plausible, umami
from ingest.tracking.vendors.fields import Fields
from state.event import Event
from state.wire.messages import encode

NOTHING = Refusal("invalid_event", "There is no event in this request.")
DROPPED = {"x-plausible-dropped": "1"}
UNCACHED = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}


def add_vendor_routes(router: APIRouter, context: AppContext) -> None:
    """``/api/event``, ``/api/send``, ``/api/batch`` and ``/count``."""
    _add_plausible(router, context)
    _add_umami(router, context)
    _add_goatcounter(router, context)


def _add_plausible(router: APIRouter, context: AppContext) -> None:
    @router.post(PLAUSIBLE, **openapi.POST_VENDOR)
    async def post_plausible(request: Request) -> Response:
        sent = await _document(context, request)
        if isinstance(sent, Refusal):
            return refuse(context.ledger, sent)
        made = await _take(context, request, plausible.translate(sent))
        if isinstance(made, Refusal):
            return refuse(context.ledger, made, DROPPED)
        headers = {} if any(isinstance(each, Event) for each in made) else DROPPED
        return Response("ok", 202, headers, media_type="text/plain")


def _add_umami(router: APIRouter, context: AppContext) -> None:
    @router.post(UMAMI, **openapi.POST_VENDOR)
    async def post_umami(request: Request) -> Response:
        sent = await _document(context, request)
        if isinstance(sent, Refusal):
            return refuse(context.ledger, sent)
        made = await _take_umami(context, request, sent)
        return refuse(context.ledger, made) if isinstance(made, Refusal) else json_response(made)

    @router.post(UMAMI_BATCH, **openapi.POST_VENDOR)
    async def post_umami_batch(request: Request) -> Response:
        sent = await _document(context, request)
        if isinstance(sent, Refusal):
            return refuse(context.ledger, sent)
        if not isinstance(sent, list) or len(sent) > MOST_EVENTS:
            return refuse(context.ledger, TOO_LONG if isinstance(sent, list) else NOTHING)
        details: list[dict[str, Any]] = []
        for index, each in enumerate(sent):
            made = await _take_umami(context, request, each)
            if isinstance(made, Refusal):
                context.ledger.count(made)
                details.append({"index": index, "response": made.body()})
        done = len(sent) - len(details)
        answer = {"size": len(sent), "processed": done, "errors": len(details), "details": details}
        return json_response(answer)


def _add_goatcounter(router: APIRouter, context: AppContext) -> None:
    @router.api_route(COUNT, methods=["GET", "POST"], **openapi.POST_VENDOR)
    async def count(request: Request) -> Response:
        if (refusal := request.scope.get(REFUSED)) is not None:
            return refuse(context.ledger, refusal)
        fields = goatcounter.translate(request.query_params, request.headers.get("referer", ""))
        made = await _take(context, request, fields)
        if isinstance(made, Refusal):
            return refuse(context.ledger, made)
        return Response(goatcounter.GIF, 200, UNCACHED, media_type="image/gif")


async def _document(context: AppContext, request: Request) -> Any:
    """The JSON value of the body, or a refusal."""
    if (refusal := request.scope.get(REFUSED)) is not None:
        return refusal
    body = await read_body(request, EVENT_TYPES, TRACK_BYTES)
    document = body if isinstance(body, Refusal) else parse(body)
    return document if isinstance(document, Refusal) else document.value


async def _take_umami(context: AppContext, request: Request, sent: Any) -> dict[str, str] | Refusal:
    """Take one request. Returns what Umami's clients read of the answer."""
    made: Sequence[Made] | Refusal = []
    if umami.is_event(sent):
        made = await _take(context, request, umami.translate(sent), umami.agent_of(sent))
    if isinstance(made, Refusal):
        return made
    session_id = next((each.session_id for each in made if isinstance(each, Event)), "")
    return {"cache": "", "sessionId": session_id, "visitId": session_id}


async def _take(
    context: AppContext, request: Request, sent: Sequence[Fields], agent: str | None = None
) -> Sequence[Made] | Refusal:
    """Store what a request says. ``agent`` is the visitor's User-Agent, unless it is that of the
    request. Returns what was made, or why nothing was stored."""
    if not context.tracking.is_ready:
        return NO_SALT
    if not sent:
        return NOTHING
    if not may_send(context, request, len(sent), b""):
        return TOO_MANY
    headers = {**request.headers} | ({"user-agent": agent} if agent else {})
    made = [made_of(context, request, encode(_own(context, each)), headers) for each in sent]
    wrong = next((each for each in made if isinstance(each, Refusal)), None)
    if wrong is not None:
        return wrong
    kept = [each for each in made if not isinstance(each, Refusal)]
    return await keep(context, kept) or made


def _own(context: AppContext, sent: Fields) -> Fields:
    """The fields that say something, and the site by the vendor's name for it."""
    named, url = sent.get("site"), sent.get("url")
    parts = read_url(url) if isinstance(url, str) else None
    site = context.sites.keys.of_vendor(named, parts.host if parts else "")
    return {name: value for name, value in sent.items() if value is not None} | {"site": site}
