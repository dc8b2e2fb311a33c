"""Access rules: origins, sizes of bodies, CORS, the ingest key, and how a request is rejected."""

import os
import re
import secrets
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from bench.peers.fastapi.state import State

EVENT_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024
ANY_ORIGIN_PATHS = ("/api/events", "/api/events/batch")
LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
KEY = os.environ.get("VISITORS_INGEST_KEY", "")


Fields = list[dict[str, str]]


class RejectedError(Exception):
    """A request is answered with this status and error code."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class AccessMiddleware:
    """Origin, size and CORS, as plain ASGI: Starlette's BaseHTTPMiddleware would cost far more."""

    def __init__(self, app: Any, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_any_origin = scope["path"] in ANY_ORIGIN_PATHS
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and not is_any_origin and not LOOPBACK.fullmatch(origin):
            await self._reject(403, "forbidden", scope, receive, send)
            return
        if not is_any_origin:
            await self._app(scope, receive, send)
            return
        limit = EVENT_BYTES if scope["path"] == "/api/events" else BATCH_BYTES
        if int(headers.get(b"content-length", b"0")) > limit:
            await self._reject(413, "too_large", scope, receive, send)
            return

        async def send_with_cors(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"access-control-allow-origin", b"*"))
            await send(message)

        await self._app(scope, receive, send_with_cors)

    async def _reject(self, status: int, error: str, scope: Any, receive: Any, send: Any) -> None:
        self._state.reject(error)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            await rejection(status, error)(scope, receive, send)


def has_key(request: Request, key: str | None) -> bool:
    if not KEY:
        return True
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    sent = bearer or request.headers.get("x-ingest-key") or key or ""
    return secrets.compare_digest(sent.encode(), KEY.encode())


def rejection(status: int, error: str, fields: Fields | None = None) -> Response:
    message = f"Rejected: {error}."
    content = {"success": False, "error": error, "message": message, "fields": fields or []}
    return JSONResponse(content, status)
