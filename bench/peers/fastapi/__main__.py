"""Serve the core of the protocol with FastAPI: pydantic models, one uvicorn process with uvloop and
httptools, no access log.

    python -m bench.peers.fastapi [--port N] [--send-json]

A message is encoded once for all clients; ``--send-json`` calls ``send_json`` for each client, as
most examples do. It has no resume, filters, alerts, rate limits, bounded backlogs and presence
messages, which is to its advantage."""

import argparse
import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from bench.peers.fastapi.access import (
    AccessMiddleware,
    Fields,
    RejectedError,
    has_key,
    rejection,
)
from bench.peers.fastapi.event import Event
from bench.peers.fastapi.state import State

BATCH_EVENTS = 1000


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
            for client in list(self.sockets):
                try:
                    if self._send_json:
                        await client.send_json(message)
                    else:
                        await client.send_text(text)
                except (WebSocketDisconnect, RuntimeError):
                    self.sockets.pop(client, None)


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
    app.add_middleware(AccessMiddleware, state=state)
    add_error_handlers(app, state)
    add_ingest_routes(app, state, dashboards)
    add_read_routes(app, state, dashboards)
    return app


def add_error_handlers(app: FastAPI, state: State) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        is_json = all(each["type"] != "json_invalid" for each in error.errors())
        code = "invalid_event" if is_json else "invalid_json"
        state.reject(code)
        return rejection(400, code, wrong_fields(error.errors()))

    @app.exception_handler(RejectedError)
    async def rejected(_: Request, error: RejectedError) -> Response:
        state.reject(error.error)
        return rejection(error.status, error.error)


def add_ingest_routes(app: FastAPI, state: State, dashboards: Dashboards) -> None:
    @app.options("/api/events")
    @app.options("/api/events/batch")
    async def preflight() -> Response:
        return Response(status_code=204, headers={"Access-Control-Allow-Methods": "POST"})

    @app.post("/api/events")
    async def post_event(event: Event, request: Request) -> Response:
        if not has_key(request, event.key):
            raise RejectedError(401, "unauthorized")
        accepted = state.accept(event)
        await dashboards.broadcast(accepted.messages)
        answer = {
            "success": True,
            "eventId": accepted.id,
            "receivedAt": accepted.received_at,
        }
        if accepted.duplicate:
            return JSONResponse(answer | {"duplicate": True})
        return JSONResponse(answer, 201)

    @app.post("/api/events/batch")
    async def post_batch(items: list[Any], request: Request) -> Response:
        if len(items) > BATCH_EVENTS:
            raise RejectedError(413, "too_large")
        accepted_count, duplicates, rejected = 0, 0, []
        for index, item in enumerate(items):
            try:
                event = Event.model_validate(item)
            except ValidationError as error:
                state.reject("invalid_event")
                fields = wrong_fields(error.errors())
                rejected.append({"index": index, "error": "invalid_event", "fields": fields})
                continue
            if not has_key(request, event.key):
                raise RejectedError(401, "unauthorized")
            accepted = state.accept(event)
            accepted_count += not accepted.duplicate
            duplicates += accepted.duplicate
            await dashboards.broadcast(accepted.messages)
        return JSONResponse(
            {"accepted": accepted_count, "duplicates": duplicates, "rejected": rejected}
        )


def add_read_routes(app: FastAPI, state: State, dashboards: Dashboards) -> None:
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


def wrong_fields(errors: Any) -> Fields:
    return [{"field": str(each["loc"][-1:]), "message": each["msg"]} for each in errors]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--send-json", action="store_true", help="encode each message for each client"
    )
    options = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", options.port), backlog=2048)
    print(f"FastAPI on http://localhost:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        build(send_json=options.send_json),
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
