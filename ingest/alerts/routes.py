"""The routes of alerts."""

from fastapi import APIRouter, Request, Response

from ingest.alerts.requests import read_acknowledgement, read_rules
from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.responses import json_response, read_body, refuse
from ingest.pipeline.body import EVENT_BYTES, EVENT_TYPES
from ingest.pipeline.rejection import Refusal
from state.alerting import query
from state.alerting.changes import find
from state.event import Acknowledge, SetAlertRules
from state.wire.alerts import AlertRuleShape

NO_TOKEN = Refusal("unauthorized", "A change needs the token: Authorization: Bearer TOKEN.")
CLOSED = Refusal("forbidden", "A change needs a token, or --open-reset (VISITORS_OPEN_RESET).")
NO_ALERT = Refusal("not_found", "No alert of that id is active or one of the latest 50.")
LONGEST_ID = 15


def add_alert_routes(router: APIRouter, context: AppContext) -> None:
    """The list may be read like all numbers; to change something takes the rights of a reset."""
    model = context.analytics.model

    @router.get("/api/analytics/alerts", **openapi.GET_ALERTS)
    async def get_alerts() -> Response:
        return json_response(query.alerts(model))

    @router.put("/api/analytics/alerts/rules", **openapi.PUT_ALERT_RULES)
    async def put_alert_rules(request: Request) -> Response:
        body = await _body(request, context)
        entry = body if isinstance(body, Refusal) else read_rules(body)
        if isinstance(entry, Refusal):
            return refuse(context.ledger, entry)
        rules = [AlertRuleShape.of(rule) for rule in entry.rules]
        return await _appended(entry, {"success": True, "rules": rules}, context)

    @router.post("/api/analytics/alerts/{alert_id}/acknowledge", **openapi.POST_ACKNOWLEDGE)
    async def post_acknowledge(request: Request) -> Response:
        body = await _body(request, context)
        alert = _alert_id(request.path_params["alert_id"])
        if isinstance(body, Refusal):
            return refuse(context.ledger, body)
        entry = read_acknowledgement(body, alert)
        if not isinstance(entry, Refusal) and find(model, alert) is None:
            entry = NO_ALERT
        if isinstance(entry, Refusal):
            return refuse(context.ledger, entry)
        return await _appended(entry, {"success": True}, context)


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
