"""The OpenAPI document: bodies, responses and refusals of all routes."""

from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from ingest.access.paths import FOR_ANY_WEBSITE
from ingest.access.policy import Access
from ingest.http.openapi_schemas import (
    ACKNOWLEDGE,
    ALERT_RULES,
    BATCH_TAKEN,
    EVENT,
    HEALTH,
    REFUSED,
    RESET,
    TAKEN,
    TRACK,
    Json,
)
from ingest.http.query_params import IS_RETURNING, KINDS, MOST_SESSIONS
from ingest.pipeline.body import BATCH_EVENTS, LINES_TYPES
from ingest.pipeline.event_id import LONGEST_SENT_ID
from ingest.pipeline.rejection import STATUS
from ingest.tracking.request import MOST_EVENTS
from state.filtering.filter import FIELDS
from state.query import SESSIONS_SHOWN
from state.sites.sites import Sites
from state.wire.alerts import AlertList
from state.wire.messages import SessionPage, Summary
from state.wire.sites import SiteList
from state.wire.types import SessionShape

VERSION = "0.1.0"
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "ingestKey": {"type": "apiKey", "in": "header", "name": "X-Ingest-Key"},
}
WRITING = ("ingestKey", "token")
READING = ("token",)


def describe(app: FastAPI, access: Access, sites: Sites) -> None:
    """Add the OpenAPI document to the app, made once. With secrets it has their security schemes,
    and the sites that there are then."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            names = ["", *(site.name for site in sites)]
            _SITE["schema"] = {"type": "string", "enum": names}
            app.openapi_schema = get_openapi(
                title="Real-Time Visitor Analytics",
                version=VERSION,
                summary="Events in by REST, live numbers out; the stream is the socket at /ws.",
                routes=app.routes,
            )
            components = app.openapi_schema.setdefault("components", {})
            components["schemas"] = _components()
            _add_security(
                app.openapi_schema, has_token=access.needs_token, has_key=access.needs_key
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _add_security(document: Json, *, has_token: bool, has_key: bool) -> None:
    used = {"token": has_token, "ingestKey": has_key}
    schemes = {name: scheme for name, scheme in SECURITY_SCHEMES.items() if used[name]}
    if not schemes:
        return
    document["components"]["securitySchemes"] = schemes
    for path, operations in document["paths"].items():
        needed = WRITING if path in FOR_ANY_WEBSITE else READING
        if path == "/healthz" or needed[0] not in schemes:
            continue
        for operation in operations.values():
            operation["security"] = [{name: []} for name in needed if name in schemes]


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(of: Json) -> Json:
    return {"application/json": {"schema": of}}


def _body(content: Json) -> Json:
    return {"requestBody": {"required": True, "content": content}}


def _query(name: str, of: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": of, "description": description}


def _operation(
    summary: str, answers: dict[int, Json], refusals: tuple[int, ...] = (), **extra: Any
) -> Json:
    codes = {status: [c for c, s in STATUS.items() if s == status] for status in refusals}
    responses = {
        status: {"description": "done", "content": _json(of)} for status, of in answers.items()
    }
    responses |= {
        status: {"description": ", ".join(codes[status]), "content": _json(_ref("Refusal"))}
        for status in refusals
    }
    first = min(answers)
    return {
        "summary": summary,
        "status_code": first,
        "responses": responses,
        "response_class": Response,
        "openapi_extra": extra,
    }


def _components() -> Json:
    _, shapes = msgspec.json.schema_components(
        (Summary, SessionPage, SessionShape, AlertList, SiteList),
        ref_template="#/components/schemas/{name}",
    )
    return shapes | {"Event": EVENT, "Taken": TAKEN, "Refusal": REFUSED, "BatchTaken": BATCH_TAKEN}


_EVENT_ID = {
    "name": "X-Event-Id",
    "in": "header",
    "description": "the id of an event that names none, and the beginning of those of a batch",
    "schema": {"type": "string", "maxLength": LONGEST_SENT_ID, "pattern": "^[!-~]*$"},
}
_FILTER = [
    _query(name, {"type": "string", "maxLength": longest}, "filter")
    for name, longest in FIELDS
    if name != IS_RETURNING
] + [_query(IS_RETURNING, {"type": "string", "enum": ["", *KINDS]}, "filter")]
_LIMIT = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_SESSIONS,
    "default": SESSIONS_SHOWN,
}
_LINES = {kind: {"schema": {"type": "string"}} for kind in LINES_TYPES}
_SITE = _query("site", {"type": "string"}, "the key of a site; without one the first")
_EVENTS = {
    "type": "array",
    "maxItems": BATCH_EVENTS,
    "items": {"description": "an Event; a wrong one is rejected, and the others count"},
    "example": [EVENT["example"]],
}
_TRACKED = _EVENTS | {"maxItems": MOST_EVENTS, "example": [TRACK["example"]]}
_WRITE = (400, 401, 413, 415, 429, 503)

POST_EVENT = _operation(
    "Send one event, also as text/plain (what sendBeacon sends)",
    {201: _ref("Taken"), 200: _ref("Taken")},
    _WRITE,
    parameters=[_EVENT_ID],
    **_body(_json(_ref("Event"))),
) | {"status_code": 201}
POST_BATCH = _operation(
    f"Send up to {BATCH_EVENTS} events, as an array or as lines",
    {200: _ref("BatchTaken")},
    _WRITE,
    parameters=[_EVENT_ID],
    **_body(_json(_EVENTS) | _LINES),
)
POST_TRACK = _operation(
    "Send what a page tells of a visitor, as the tracker does: one event, or up to"
    f" {MOST_EVENTS} in an array",
    {202: {"type": "object", "required": ["success"]}},
    _WRITE,
    **_body(_json({"oneOf": [TRACK, _TRACKED]})),
)
POST_VENDOR: dict[str, Any] = {"include_in_schema": False}
POST_RESET = _operation(
    "Start all numbers at zero",
    {200: {"type": "object", "properties": {"success": {"const": True}}}},
    (*_WRITE, 403),
    parameters=[_SITE],
    **_body(_json(RESET)),
)
GET_ALERTS = _operation(
    "Alerts that last, the latest ones, their rules, and what is usual now",
    {200: _ref("AlertList")},
    (400, 401, 403, 429),
    parameters=[_SITE],
)
PUT_ALERT_RULES = _operation(
    "Replace all rules of alerts about what is usual",
    {200: {"type": "object", "properties": {"success": {"const": True}}}},
    (*_WRITE, 403),
    parameters=[_SITE],
    **_body(_json(ALERT_RULES)),
)
POST_ACKNOWLEDGE = _operation(
    "Mark an alert as seen, for all viewers",
    {200: {"type": "object", "properties": {"success": {"const": True}}}},
    (*_WRITE, 403, 404),
    parameters=[
        _SITE,
        {"name": "alert_id", "in": "path", "required": True, "schema": {"type": "integer"}},
    ],
    requestBody={"required": False, "content": _json(ACKNOWLEDGE)},
)
GET_SUMMARY = _operation(
    "All numbers and the newest events",
    {200: _ref("Summary")},
    (400, 401, 403, 429),
    parameters=[_SITE, *_FILTER],
)
GET_SESSIONS = _operation(
    "Active sessions, most recent activity first",
    {200: _ref("SessionPage")},
    (400, 401, 403, 429),
    parameters=[
        _SITE,
        *_FILTER,
        _query("limit", _LIMIT, "sessions a page"),
        _query(
            "cursor",
            {"type": "string", "pattern": "^[0-9]{0,18}$"},
            "the nextCursor of the page before",
        ),
    ],
)
GET_SESSION = _operation(
    "One session with its steps, also when it has just ended",
    {200: _ref("SessionShape")},
    (400, 401, 403, 404, 429),
    parameters=[
        _SITE,
        {"name": "session_id", "in": "path", "required": True, "schema": {"type": "string"}},
    ],
)
GET_SITES = _operation(
    "All sites, with a few numbers of each", {200: _ref("SiteList")}, (401, 403, 429)
)
GET_HEALTH = _operation("Is the server well", {200: HEALTH, 503: HEALTH}, (403, 429))
GET_METRICS = _operation("All counts, for Prometheus", {200: {"type": "string"}}, (401, 403, 429))
GET_METRICS["responses"][200]["content"] = {"text/plain": {"schema": {"type": "string"}}}
