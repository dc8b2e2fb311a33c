"""The protocol's core as one would write it with FastAPI: pydantic models, one uvicorn process with
uvloop and httptools, the access log off. ``python -m bench.peers.fastapi --port 0``

A message is made JSON once for all clients; ``--send-json`` calls ``send_json`` for each of them
instead, as most examples do. What it leaves out, to its own advantage: resume, filters, alerts,
rates, a bounded backlog, and telling everybody who else has joined."""

import argparse
import asyncio
import json
import os
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from bench.peers.fastapi.event import Event
from bench.peers.fastapi.state import State

EVENT_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024
BATCH_EVENTS = 1000
FOR_ANY_WEBSITE = ("/api/events", "/api/events/batch")
LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
KEY = os.environ.get("VISITORS_INGEST_KEY", "")

Fields = list[dict[str, str]]


class Refused(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class Dashboards:
    """The clients of ``/ws``."""

    def __init__(self, *, send_json: bool) -> None:
        self.sockets: dict[WebSocket, None] = {}
        self._send_json = send_json

    async def broadcast(self, messages: list[dict[str, Any]]) -> None:
        if not self.sockets:
            return
        for message in messages:
            text = "" if self._send_json else compact(message)
            for each in list(self.sockets):
                try:
                    if self._send_json:
                        await each.send_json(message)
                    else:
                        await each.send_text(text)
                except (WebSocketDisconnect, RuntimeError):
                    self.sockets.pop(each, None)


def compact(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def build(*, send_json: bool = False) -> FastAPI:
    state, dashboards = State(), Dashboards(send_json=send_json)

    async def sweep() -> None:
        while True:
            await asyncio.sleep(1)
            await dashboards.broadcast(state.advance())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(sweep())
        yield
        sweeper.cancel()

    app = FastAPI(lifespan=lifespan)
    app.add_middleware(Guard, state=state)
    add_refusals(app, state)
    add_doors(app, state, dashboards)
    add_reads(app, state, dashboards)
    return app


class Guard:
    """Origin, size and CORS, as plain ASGI: Starlette's BaseHTTPMiddleware would cost far more."""

    def __init__(self, app: Any, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        for_any = scope["path"] in FOR_ANY_WEBSITE
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and not for_any and not LOOPBACK.fullmatch(origin):
            await self._refuse(403, "forbidden", scope, receive, send)
            return
        if not for_any:
            await self._app(scope, receive, send)
            return
        most = EVENT_BYTES if scope["path"] == "/api/events" else BATCH_BYTES
        if int(headers.get(b"content-length", b"0")) > most:
            await self._refuse(413, "too_large", scope, receive, send)
            return

        async def send_with_cors(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"access-control-allow-origin", b"*"))
            await send(message)

        await self._app(scope, receive, send_with_cors)

    async def _refuse(self, status: int, error: str, scope: Any, receive: Any, send: Any) -> None:
        self._state.reject(error)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            await refusal(status, error)(scope, receive, send)


def add_refusals(app: FastAPI, state: State) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        is_json = all(each["type"] != "json_invalid" for each in error.errors())
        code = "invalid_event" if is_json else "invalid_json"
        state.reject(code)
        return refusal(400, code, wrong_fields(error.errors()))

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        state.reject(error.error)
        return refusal(error.status, error.error)


def add_doors(app: FastAPI, state: State, dashboards: Dashboards) -> None:
    @app.options("/api/events")
    @app.options("/api/events/batch")
    async def preflight() -> Response:
        return Response(status_code=204, headers={"Access-Control-Allow-Methods": "POST"})

    @app.post("/api/events")
    async def post_event(event: Event, request: Request) -> Response:
        if not holds_key(request, event.key):
            raise Refused(401, "unauthorized")
        taken = state.take(event)
        await dashboards.broadcast(taken.messages)
        answer = {"success": True, "eventId": taken.id, "receivedAt": taken.received_at}
        if taken.duplicate:
            return JSONResponse(answer | {"duplicate": True})
        return JSONResponse(answer, 201)

    @app.post("/api/events/batch")
    async def post_batch(items: list[Any], request: Request) -> Response:
        if len(items) > BATCH_EVENTS:
            raise Refused(413, "too_large")
        accepted, duplicates, rejected = 0, 0, []
        for index, item in enumerate(items):
            try:
                event = Event.model_validate(item)
            except ValidationError as error:
                state.reject("invalid_event")
                fields = wrong_fields(error.errors())
                rejected.append({"index": index, "error": "invalid_event", "fields": fields})
                continue
            if not holds_key(request, event.key):
                raise Refused(401, "unauthorized")
            taken = state.take(event)
            accepted += not taken.duplicate
            duplicates += taken.duplicate
            await dashboards.broadcast(taken.messages)
        return JSONResponse({"accepted": accepted, "duplicates": duplicates, "rejected": rejected})


def add_reads(app: FastAPI, state: State, dashboards: Dashboards) -> None:
    @app.get("/api/analytics/summary")
    async def summary() -> Response:
        return JSONResponse(state.summary(len(dashboards.sockets)))

    @app.get("/healthz")
    async def health() -> Response:
        return JSONResponse({"status": "ok", "ready": True})

    @app.websocket("/ws")
    async def dashboard(client: WebSocket) -> None:
        await client.accept()
        total = len(dashboards.sockets) + 1
        await client.send_text(compact(state.initial_data(total)))
        joined = {"type": "user_connected", "data": {"totalDashboards": total}}
        await client.send_text(compact(joined))
        dashboards.sockets[client] = None
        try:
            while True:
                await client.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            dashboards.sockets.pop(client, None)


def holds_key(request: Request, key: str | None) -> bool:
    if not KEY:
        return True
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    sent = bearer or request.headers.get("x-ingest-key") or key or ""
    return secrets.compare_digest(sent.encode(), KEY.encode())


def refusal(status: int, error: str, fields: Fields | None = None) -> Response:
    message = f"Refused: {error}."
    content = {"success": False, "error": error, "message": message, "fields": fields or []}
    return JSONResponse(content, status)


def wrong_fields(errors: Any) -> Fields:
    return [{"field": str(each["loc"][-1:]), "message": each["msg"]} for each in errors]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--send-json", action="store_true", help="make JSON for each client anew")
    asked = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", asked.port), backlog=2048)
    print(f"FastAPI on http://localhost:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        build(send_json=asked.send_json),
        loop="uvloop",
        http="httptools",
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
