"""The routes of alerts."""

from fastapi import APIRouter, Request, Response
from msgspec.structs import replace

from ingest.alerts.requests import read_acknowledgement, read_rules
from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.query_params import read_site
from ingest.http.responses import json_response, read_body, refuse
from ingest.pipeline.body import EVENT_BYTES, EVENT_TYPES
from ingest.pipeline.rejection import Refusal
from state.alerting import query
from state.alerting.changes import find
from state.event import Acknowledge, SetAlertRules
from state.sites.site import Site
from state.wire.alerts import AlertRuleShape

NO_TOKEN = Refusal("unauthorized", "A change needs the token: Authorization: Bearer TOKEN.")
CLOSED = Refusal("forbidden", "A change needs a token, or --open-reset (VISITORS_OPEN_RESET).")
NO_ALERT = Refusal("not_found", "No alert of that id is active or one of the latest 50.")
LONGEST_ID = 15


def add_alert_routes(router: APIRouter, context: AppContext) -> None:
    """The list may be read like all numbers; to change something takes the rights of a reset."""

    @router.get("/api/analytics/alerts", **openapi.GET_ALERTS)
    async def get_alerts(request: Request) -> Response:
        site = read_site(context.sites, request.query_params)
        if isinstance(site, Refusal):
            return refuse(context.ledger, site)
        return json_response(query.alerts(site.model))

    _add_changes(router, context)


def _add_changes(router: APIRouter, context: AppContext) -> None:
    @router.put("/api/analytics/alerts/rules", **openapi.PUT_ALERT_RULES)
    async def put_alert_rules(request: Request) -> Response:
        body = await _body(request, context)
        entry = body if isinstance(body, Refusal) else read_rules(body)
        site = read_site(context.sites, request.query_params)
        for part in (entry, site):
            if isinstance(part, Refusal):
                return refuse(context.ledger, part)
        assert isinstance(entry, SetAlertRules)
        assert isinstance(site, Site)
        rules = [AlertRuleShape.of(rule) for rule in entry.rules]
        answer = {"success": True, "rules": rules}
        return await _appended(replace(entry, site=site.key), answer, context)

    @router.post("/api/analytics/alerts/{alert_id}/acknowledge", **openapi.POST_ACKNOWLEDGE)
    async def post_acknowledge(request: Request) -> Response:
        body = await _body(request, context)
        alert = _alert_id(request.path_params["alert_id"])
        site = read_site(context.sites, request.query_params)
        for part in (body, site):
            if isinstance(part, Refusal):
                return refuse(context.ledger, part)
        assert isinstance(body, bytes)
        assert isinstance(site, Site)
        entry = read_acknowledgement(body, alert)
        if not isinstance(entry, Refusal) and find(site.model, alert) is None:
            entry = NO_ALERT
        if isinstance(entry, Refusal):
            return refuse(context.ledger, entry)
        return await _appended(replace(entry, site=site.key), {"success": True}, context)


async def _body(request: Request, context: AppContext) -> bytes | Refusal:
    """The body, or a refusal; first of all for one who may not change anything."""
    if not context.access.may_reset(request.headers, request.cookies):
        return NO_TOKEN if context.access.has_token else CLOSED
    has_none = request.headers.get("content-length") == "0"
    if request.method == "POST" and (has_none or "content-type" not in request.headers):
        return b""
    return await read_body(request, EVENT_TYPES, EVENT_BYTES)


async def _appended(
    entry: SetAlertRules | Acknowledge, answer: dict[str, object], context: AppContext
) -> Response:
    refusal = await context.pipeline.change(entry)
    return json_response(answer) if refusal is None else refuse(context.ledger, refusal)


def _alert_id(text: str) -> int:
    """0, which no alert has, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0
