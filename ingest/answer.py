"""How a REST answer is made: always JSON, from the one encoder."""

from typing import Any

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from ingest.body import read, wrong_type
from ingest.refusal import Ledger, Refusal
from state.messages import encode


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(encode(value), status, headers, media_type="application/json")


def refuse(ledger: Ledger, refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """Answer a refusal, and count it."""
    ledger.count(refusal)
    return json_response(refusal.body(), refusal.status, headers)


async def read_body(request: Request, types: tuple[str, ...], limit: int) -> bytes | Refusal:
    """The request's body, if it is of an allowed type and size."""
    wrong = wrong_type(request.headers.get("content-type", ""), types)
    if wrong is not None:
        return wrong
    try:
        return await read(request.stream(), request.headers.get("content-length", ""), limit)
    except ClientDisconnect:
        return Refusal("invalid_json", "The body broke off.")
