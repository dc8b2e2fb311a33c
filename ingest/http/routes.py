"""REST: all routes but those that accept events."""

from collections.abc import Collection
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from swagger_ui_bundle import swagger_ui_path

from ingest.access.paths import COUNT, TRACKER
from ingest.alerts.routes import add_alert_routes
from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.events import add_event_routes
from ingest.http.health import health
from ingest.http.metrics import Metrics
from ingest.http.query_params import read_cursor, read_filter, read_limit, read_site
from ingest.http.responses import json_response, read_body, refuse
from ingest.pipeline.body import EVENT_BYTES, EVENT_TYPES
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.strict_json import parse
from ingest.sites.routes import add_site_routes
from ingest.tracking.example_route import add_example
from ingest.tracking.routes import add_track_route
from ingest.tracking.script_route import add_tracker_route
from ingest.tracking.vendors.routes import add_vendor_routes
from state import query
from state.filtering.filter import Filter
from state.sites.site import Site
from state.sites.sites import Sites

NO_TOKEN = Refusal("unauthorized", "A reset needs the token: Authorization: Bearer TOKEN.")
CLOSED = Refusal("forbidden", "A reset needs a token, or --open-reset (VISITORS_OPEN_RESET).")
NO_WEBSOCKET = "There is no WebSocket at this path; it is at /ws (and at /)."


def add_routes(app: FastAPI, context: AppContext) -> None:
    """Add all REST routes, and a JSON refusal for other paths under ``/api``."""
    router = app.router
    add_event_routes(router, context)
    add_track_route(router, context)
    add_vendor_routes(router, context)
    add_tracker_route(router, context.settings.track_path)
    add_site_routes(router, context)
    _add_summary(router, context)
    _add_sessions(router, context)
    _add_reset(router, context)
    add_alert_routes(router, context)
    _add_health(router, context)
    _add_metrics(router, context)
    _add_docs(app)
    if context.settings.example:
        add_example(app)
    kept = (
        "/api",
        "/api/{rest:path}",
        TRACKER,
        COUNT,
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/docs",
    )
    add_unknown(app, context.ledger, *kept)


def add_unknown(app: FastAPI, ledger: Ledger, *paths: str) -> None:
    """Refuse in JSON what no earlier route serves at these paths."""
    unknown = Unknown(app, ledger)
    for path in paths:
        app.router.routes.append(Route(path, unknown, include_in_schema=False))


def add_unknown_but(app: FastAPI, ledger: Ledger, names: Collection[str]) -> None:
    """The same for all paths but these, which an app mounted later serves. One that ends in a slash
    includes all paths below it."""
    app.router.routes.append(_AllBut(names, Unknown(app, ledger)))


class _AllBut(Route):
    def __init__(self, names: Collection[str], endpoint: ASGIApp) -> None:
        super().__init__("/{rest:path}", endpoint, include_in_schema=False)
        self._names = frozenset(names)
        self._folders = tuple(name for name in names if len(name) > 1 and name.endswith("/"))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path: str = scope["path"]
        if path in self._names or path.startswith(self._folders):
            return Match.NONE, {}
        return super().matches(scope)


class Unknown:
    """The last route: 405 where only the method is wrong, else 404."""

    def __init__(self, app: FastAPI, ledger: Ledger) -> None:
        self._app = app
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = sorted(self._methods(scope))
        if allowed:
            filter_ = f"{' or '.join(allowed)} is allowed here, not {scope['method']}."
            refusal = Refusal("method_not_allowed", filter_)
            response = refuse(self._ledger, refusal, {"Allow": ", ".join(allowed)})
        elif "sec-websocket-key" in Headers(scope=scope):
            response = refuse(self._ledger, Refusal("not_found", NO_WEBSOCKET))
        else:
            response = refuse(self._ledger, Refusal("not_found", "There is nothing at this path."))
        await response(scope, receive, send)

    def _methods(self, scope: Scope) -> set[str]:
        methods = {
            method
            for route in self._app.router.routes
            if isinstance(route, Route) and route.matches(scope)[0] is Match.PARTIAL
            for method in route.methods or ()
        }
        return methods | {"HEAD"} if "GET" in methods else methods


def _add_summary(router: APIRouter, context: AppContext) -> None:
    @router.get("/api/analytics/summary", **openapi.GET_SUMMARY)
    async def get_summary(request: Request) -> Response:
        asked = request.query_params
        site, filter_ = read_site(context.sites, asked), read_filter(asked)
        if isinstance(site, Refusal):
            return refuse(context.ledger, site)
        if isinstance(filter_, Refusal):
            return refuse(context.ledger, filter_)
        if uncounted := await context.filters.of(site).wait_for(filter_):
            return refuse(context.ledger, uncounted)
        return json_response(
            query.summary(
                site.model,
                filter_,
                context.clock(),
                dashboards=site.hub.total_dashboards,
                totals=context.ledger.totals(),
            )
        )


def _add_sessions(router: APIRouter, context: AppContext) -> None:
    @router.get("/api/analytics/sessions", **openapi.GET_SESSIONS)
    async def get_sessions(request: Request) -> Response:
        asked = request.query_params
        site, filter_ = read_site(context.sites, asked), read_filter(asked)
        limit, cursor = read_limit(asked), read_cursor(asked)
        for part in (site, filter_, limit, cursor):
            if isinstance(part, Refusal):
                return refuse(context.ledger, part)
        assert isinstance(filter_, Filter)
        assert isinstance(site, Site)
        if uncounted := await context.filters.of(site).wait_for(filter_):
            return refuse(context.ledger, uncounted)
        page = query.sessions(site.model, filter_, context.clock(), limit=limit, cursor=cursor)  # type: ignore[arg-type]
        return json_response(page)

    @router.get("/api/analytics/sessions/{session_id:path}", **openapi.GET_SESSION)
    async def get_session(request: Request) -> Response:
        site = read_site(context.sites, request.query_params)
        if isinstance(site, Refusal):
            return refuse(context.ledger, site)
        found = query.session(site.model, request.path_params["session_id"], context.clock())
        if found is None:
            reason = "No session of that id is active or ended within the last 30 minutes."
            return refuse(context.ledger, Refusal("not_found", reason))
        return json_response(found)


def _add_reset(router: APIRouter, context: AppContext) -> None:
    @router.post("/api/analytics/reset", **openapi.POST_RESET)
    async def post_reset(request: Request) -> Response:
        if not context.access.may_reset(request.headers, request.cookies):
            return refuse(context.ledger, NO_TOKEN if context.access.has_token else CLOSED)
        body = await read_body(request, EVENT_TYPES, EVENT_BYTES)
        site = body if isinstance(body, Refusal) else _confirmed(context.sites, request, body)
        if isinstance(site, Refusal):
            return refuse(context.ledger, site)
        if refusal := await context.pipeline.reset("api", site.key):
            return refuse(context.ledger, refusal)
        return json_response({"success": True})


def _add_health(router: APIRouter, context: AppContext) -> None:
    @router.get("/healthz", **openapi.GET_HEALTH)
    async def get_health() -> Response:
        state = health(context)
        return json_response(state, 200 if state["ready"] else 503)


def _add_metrics(router: APIRouter, context: AppContext) -> None:
    metrics = Metrics(context)

    @router.get("/metrics", **openapi.GET_METRICS)
    async def get_metrics() -> Response:
        return Response(metrics.text(), media_type=metrics.content_type)


def _add_docs(app: FastAPI) -> None:
    """The OpenAPI page with its script and style from here, so that it needs no internet."""
    app.mount("/docs/assets", StaticFiles(directory=swagger_ui_path))

    @app.get("/docs", include_in_schema=False)
    async def get_docs() -> Response:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Visitor analytics: API",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon-32x32.png",
        )


def _confirmed(sites: Sites, request: Request, body: bytes) -> Site | Refusal:
    """The site of a reset that is confirmed: as the body or the query names it."""
    document = parse(body)
    if isinstance(document, Refusal):
        return document
    value: Any = document.value
    if isinstance(value, dict) and value.get("confirm") == "reset":
        return read_site(sites, value if "site" in value else request.query_params)
    wrong = FieldError("confirm", 'should be "reset"')
    return Refusal("invalid_request", "A reset has to be confirmed.", [wrong])
