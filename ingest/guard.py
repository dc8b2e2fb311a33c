"""Outermost, in front of everything over http and websocket, NiceGUI's own socket included: who is
let in, how often, and how much is taken."""

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.access import Access
from ingest.answer import refuse
from ingest.headers import answer_preflight, is_preflight, with_headers
from ingest.limits import Limits
from ingest.pipeline import STARTING, Pipeline
from ingest.refusal import Ledger, Refusal
from ingest.starting import starting_page

FOR_ANY_WEBSITE = frozenset({"/api/events", "/api/events/batch"})
HEALTH = "/healthz"
WITHOUT_TOKEN = FOR_ANY_WEBSITE | {HEALTH, "/login", "/logout"}
STATIC = ("/assets/", "/docs/assets/")
PAGES = frozenset({"/", "/dashboard.html", "/login"})
RAW_SOCKETS = frozenset({"/ws", "/"})
BODY_BYTES = 1024 * 1024
STREAM_BYTES = 2 * BODY_BYTES
LOGGED_OUT = 4401

FOREIGN = Refusal("forbidden", "This web page's origin may not read here (see allowed_origins).")
UNKNOWN_HOST = Refusal(
    "forbidden", "Reading by this host name is not allowed (see allowed_origins, or set a token)."
)
NO_TOKEN = Refusal("unauthorized", "Reading needs the token: Authorization: Bearer TOKEN.")
TOO_OFTEN = Refusal("rate_limited", "Too many requests from this address.", retry_after_s=1)
NO_ROOM = Refusal("unavailable", "Too many connections are open.", retry_after_s=5)
TOO_LARGE = Refusal("too_large", f"The body should have at most {BODY_BYTES:,} bytes.")


class Guard:
    """Lets through what may pass. Any website may post events; reading is for our own pages, for
    allowed origins, and for those who hold the token."""

    def __init__(
        self, app: ASGIApp, access: Access, limits: Limits, ledger: Ledger, pipeline: Pipeline
    ) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._ledger = ledger
        self._pipeline = pipeline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = self._limits.address(scope, headers)
        with self._limits.connections.place(address) as has_place:
            scope["visitors.address"] = address
            if scope["type"] == "http":
                await self._http(scope, receive, send, headers, has_place)
            else:
                await self._websocket(scope, receive, send, headers, has_place)

    async def _http(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, has_place: bool
    ) -> None:
        origin = headers.get("origin")
        for_any = scope["path"] in FOR_ANY_WEBSITE
        foreign = None if for_any else self._foreign(headers)
        send = with_headers(send, "*" if for_any else None if foreign else origin)
        refusal = self._refusal(scope, headers, has_place, foreign)
        if refusal is None and is_preflight(scope, headers):
            await answer_preflight(send, for_any=for_any)
        elif refusal is NO_TOKEN and _is_navigation(scope, headers):
            await RedirectResponse("/login", HTTPStatus.SEE_OTHER)(scope, receive, send)
        elif refusal is STARTING and _is_navigation(scope, headers):
            self._ledger.count(refusal)
            await starting_page(self._pipeline.journal.progress)(scope, receive, send)
        elif refusal is not None:
            await refuse(self._ledger, refusal)(scope, receive, send)
        else:
            await self._app(scope, _limited(receive), send)

    def _refusal(
        self, scope: Scope, headers: Headers, has_place: bool, foreign: Refusal | None
    ) -> Refusal | None:
        """Why a request is not passed on, the cheapest check first."""
        if not has_place:
            return NO_ROOM
        if foreign is not None:
            return foreign
        if not self._may_now(scope):
            return TOO_OFTEN
        if is_preflight(scope, headers):
            return None
        if scope["path"] != HEALTH and self._pipeline.closed is STARTING:
            return STARTING
        if self._lacks_token(scope, headers):
            return NO_TOKEN
        length = headers.get("content-length", "")
        return TOO_LARGE if length.isdigit() and int(length[:20]) > BODY_BYTES else None

    async def _websocket(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, has_place: bool
    ) -> None:
        if not has_place:
            await self._refuse_socket(NO_ROOM, scope, receive, send)
        elif (foreign := self._foreign(headers)) is not None:
            await self._refuse_socket(foreign, scope, receive, send)
        elif self._pipeline.closed is STARTING:
            await self._refuse_socket(STARTING, scope, receive, send)
        elif scope["path"] not in RAW_SOCKETS and self._lacks_token(scope, headers):
            await self._refuse_socket(NO_TOKEN, scope, receive, send)
        else:
            ended = self._access.ended(_cookies(headers))
            passed = _until(ended, receive, send) if ended else receive
            await self._app(scope, passed, send)

    async def _refuse_socket(
        self, refusal: Refusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Before the handshake: an ordinary answer, if the server can give one, else its 403."""
        if "websocket.http.response" in scope.get("extensions", {}):
            answer = refuse(self._ledger, refusal)
            await answer(scope, receive, send)
        else:
            self._ledger.count(refusal)
            await send({"type": "websocket.close"})

    def _may_now(self, scope: Scope) -> bool:
        if scope["path"] in FOR_ANY_WEBSITE:
            return self._limits.events.take(scope["visitors.address"])
        if scope["path"] in PAGES:
            return self._limits.pages.take(scope["visitors.address"])
        return True

    def _foreign(self, headers: Headers) -> Refusal | None:
        """Why a browser that shows somebody else's page may not read."""
        host = headers.get("host", "")
        if not self._access.knows_host(host):
            return UNKNOWN_HOST
        origin = headers.get("origin")
        if origin is not None and not self._access.lets_origin_in(origin, host):
            return FOREIGN
        return None

    def _lacks_token(self, scope: Scope, headers: Headers) -> bool:
        path: str = scope["path"]
        if not self._access.needs_token or path in WITHOUT_TOKEN or path.startswith(STATIC):
            return False
        return not self._access.may_read(headers, _cookies(headers), [])


def _cookies(headers: Headers) -> dict[str, str]:
    return cookie_parser(headers.get("cookie", ""))


def _is_navigation(scope: Scope, headers: Headers) -> bool:
    """True for a person who opens a page, and would not understand our JSON."""
    return scope["path"] in PAGES and "text/html" in headers.get("accept", "")


def _limited(receive: Receive) -> Receive:
    """Counts a body while it comes in. The doors have their own, smaller limits; this is the
    last one, for all other routes: there the sender is cut off."""
    taken = 0

    async def receive_limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > STREAM_BYTES else message

    return receive_limited


def _until(ended: asyncio.Event, receive: Receive, send: Send) -> Receive:
    """Receives until the login ends; then the socket is closed, and the app told that it's gone."""

    async def receive_until() -> Message:
        receiving = asyncio.ensure_future(receive())
        ending = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((receiving, ending), return_when=asyncio.FIRST_COMPLETED)
            if receiving.done():
                return receiving.result()
            await send({"type": "websocket.close", "code": LOGGED_OUT, "reason": "logged out"})
            return {"type": "websocket.disconnect", "code": LOGGED_OUT}
        finally:
            receiving.cancel()
            ending.cancel()

    return receive_until
