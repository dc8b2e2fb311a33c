"""Outermost, in front of everything over http and websocket: origins, the token, and CORS."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.access import Access
from ingest.answer import refuse
from ingest.refusal import Ledger, Refusal

FOR_ANY_WEBSITE = frozenset({"/api/events", "/api/events/batch"})
WITHOUT_TOKEN = FOR_ANY_WEBSITE | {"/healthz"}
RAW_SOCKETS = frozenset({"/ws", "/"})

FOREIGN = Refusal("forbidden", "This web page's origin may not read here (see allowed_origins).")
NO_TOKEN = Refusal("unauthorized", "Reading needs the token: Authorization: Bearer TOKEN.")


class Guard:
    """Lets through what may pass. Any website may post events; reading is for our own pages, for
    allowed origins, and for those who hold the token."""

    def __init__(self, app: ASGIApp, access: Access, ledger: Ledger) -> None:
        self._app = app
        self._access = access
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        for_any = scope["path"] in FOR_ANY_WEBSITE
        shared_with = "*" if for_any else origin
        if origin and not for_any and not self._lets_in(headers, origin):
            await refuse(self._ledger, FOREIGN)(scope, receive, send)
            return
        answer = _with_cors(send, shared_with) if shared_with else send
        if origin and _is_preflight(scope, headers):
            await _answer_preflight(answer, for_any)
        elif self._lacks_token(scope, headers):
            await refuse(self._ledger, NO_TOKEN)(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        foreign = origin is not None and not self._lets_in(headers, origin)
        if foreign or (scope["path"] not in RAW_SOCKETS and self._lacks_token(scope, headers)):
            self._ledger.count(FOREIGN)
            await send({"type": "websocket.close"})
            return
        await self._app(scope, receive, send)

    def _lets_in(self, headers: Headers, origin: str) -> bool:
        return self._access.lets_origin_in(origin, headers.get("host", ""))

    def _lacks_token(self, scope: Scope, headers: Headers) -> bool:
        if scope["path"] in WITHOUT_TOKEN:
            return False
        return not self._access.may_read(headers, cookie_parser(headers.get("cookie", "")), [])


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


async def _answer_preflight(send: Send, for_any: bool) -> None:
    headers = [
        (b"access-control-allow-methods", b"POST" if for_any else b"GET, POST"),
        (b"access-control-allow-headers", b"content-type, authorization, x-ingest-key"),
        (b"access-control-max-age", b"86400"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _with_cors(send: Send, shared_with: str) -> Send:
    async def send_shared(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = shared_with
            if shared_with != "*":
                headers.add_vary_header("Origin")
        await send(message)

    return send_shared
