"""The outermost middleware, for all HTTP requests and WebSockets, NiceGUI's own socket included:
access, rate limits and limits on bodies."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.access.addresses import is_untrusted
from ingest.access.body_limits import BODY_BYTES, TOO_LARGE, BodyRefused, LimitedBody
from ingest.access.logins import Login
from ingest.access.paths import FOR_ANY_WEBSITE, SHARED, TRACKER, aliases
from ingest.context import AppContext
from ingest.http.headers import (
    SHARED_WITH_ALL,
    answer_preflight,
    cors_headers,
    cors_headers_for_any,
    is_preflight,
    with_cookie,
    with_headers,
)
from ingest.http.login import set_login_cookie
from ingest.http.responses import refuse
from ingest.http.starting_page import TOO_MANY_PAGES, starting_page, waiting_page
from ingest.pipeline.pipeline import STARTING
from ingest.pipeline.rejection import Refusal
from ingest.websocket.login_end import until
from ingest.websocket.page_messages import PageMessages

HEALTH = "/healthz"
WITHOUT_TOKEN = FOR_ANY_WEBSITE | SHARED | {HEALTH, "/login", "/logout"}
WHILE_STARTING = frozenset({HEALTH, TRACKER})
STATIC = ("/assets/", "/docs/assets/")
UNCOUNTED = (*STATIC, "/_nicegui/")
"""Files of a page, without a rate limit: one load requests many of them."""

OUR_PAGES = frozenset({"/", "/dashboard.html"})
PAGES = OUR_PAGES | {"/login"}
READING = ("GET", "HEAD")
UNSTORED = {"Cache-Control": "no-store"}
CLOSING = {"Connection": "close"}
RAW_SOCKETS = frozenset({"/ws", "/"})

FOREIGN = Refusal("forbidden", "This web page's origin may not read here (see allowed_origins).")
UNKNOWN_HOST = Refusal(
    "forbidden", "Reading by this host name is not allowed (see allowed_origins, or set a token)."
)
NO_TOKEN = Refusal("unauthorized", "Reading needs the token: Authorization: Bearer TOKEN.")
TOO_OFTEN = Refusal("rate_limited", "Too many requests from this address.", retry_after_s=1)
NO_ROOM = Refusal("unavailable", "Too many connections are open.", retry_after_s=5)
BY_UNKNOWN_PROXY = Refusal(
    "forbidden",
    "This request came by a proxy that isn't named in trusted_proxies; set a token, too.",
)


class AccessMiddleware:
    """Passes a request on, or refuses it. Pages of any origin may post events; reading is for our
    own pages, allowed origins, and requests with the token. ``has_room_for_page`` returns whether
    one more page may be built for an address."""

    def __init__(
        self,
        app: ASGIApp,
        context: AppContext,
        has_room_for_page: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._app = app
        self._access = context.access
        self._limits = context.limits
        self._ledger = context.ledger
        self._pipeline = context.pipeline
        self._body_timeout_s = context.settings.body_timeout_s
        self._pages = OUR_PAGES if context.settings.ui else frozenset[str]()
        self._has_room_for_page = has_room_for_page
        self._aliases = aliases(context.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = self._limits.addresses.of_request(scope, headers)
        with self._limits.connections.hold(address) as has_place:
            scope["visitors.address"] = address
            scope["path"] = self._aliases.get(scope["path"], scope["path"])
            if scope["type"] == "http":
                await self._http(scope, receive, send, headers, has_place)
            else:
                await self._websocket(scope, receive, send, headers, has_place)

    async def _http(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, has_place: bool
    ) -> None:
        for_any = scope["path"] in FOR_ANY_WEBSITE or scope["path"] == TRACKER
        foreign = None if for_any else self._foreign(scope, headers)
        send = with_headers(send, _cors(scope["path"], headers, foreign))
        refusal = self._refusal(scope, headers, has_place, foreign)
        if refusal is None and is_preflight(scope, headers):
            await answer_preflight(send, headers, for_any=for_any)
        elif refusal is NO_TOKEN and _is_navigation(scope, headers):
            await RedirectResponse("/login", HTTPStatus.SEE_OTHER)(scope, receive, send)
        elif refusal is STARTING and _is_navigation(scope, headers):
            self._ledger.count(refusal)
            accepted = headers.get("accept-language", "")
            await starting_page(self._pipeline.journal.progress, accepted)(scope, receive, send)
        elif refusal is not None:
            await refuse(self._ledger, refusal)(scope, receive, send)
        elif scope["path"] in self._pages and scope["method"] in READING:
            await self._page(scope, receive, send)
        else:
            await self._pass_on(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Build the page for a GET only: a monitor's HEAD opens no socket."""
        if scope["method"] == "HEAD":
            await HTMLResponse(headers=UNSTORED)(scope, receive, send)
        elif not self._has_room_for_page(scope["visitors.address"]):
            self._ledger.count(TOO_MANY_PAGES)
            accepted = Headers(scope=scope).get("accept-language", "")
            await waiting_page(accepted)(scope, receive, send)
        else:
            login = self._access.login(_cookies(Headers(scope=scope)))
            if login is not None:
                send = self._renewing(scope, send, login)
            await self._pass_on(scope, receive, send)

    def _renewing(self, scope: Scope, send: Send, login: Login) -> Send:
        """Wraps ``send`` to renew the login's cookie, once a day."""
        cookie = self._access.logins.renewed_cookie(login)
        if cookie is None:
            return send
        secure = self._limits.addresses.says_https(scope)
        return with_cookie(send, lambda answer: set_login_cookie(answer, cookie, secure=secure))

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application. HEAD is GET without the body, which uvicorn drops."""
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        body = LimitedBody(receive, send, self._body_timeout_s, self._limits.bodies)
        try:
            await self._app(scope, body.receive, body.send)
        except* (BodyRefused, ClientDisconnect):
            pass
        finally:
            body.release()
        if body.refusal is not None and not body.has_started:
            await refuse(self._ledger, body.refusal, CLOSING)(scope, receive, send)

    def _refusal(
        self, scope: Scope, headers: Headers, has_place: bool, foreign: Refusal | None
    ) -> Refusal | None:
        """Why a request is refused, the cheapest check first; None if it isn't."""
        if not has_place:
            return NO_ROOM
        if foreign is not None:
            return foreign
        if not self._may_now(scope):
            return TOO_OFTEN
        if is_preflight(scope, headers):
            return None
        if scope["path"] not in WHILE_STARTING and self._pipeline.closed is STARTING:
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
        elif (foreign := self._foreign(scope, headers)) is not None:
            await self._refuse_socket(foreign, scope, receive, send)
        elif self._pipeline.closed is STARTING:
            await self._refuse_socket(STARTING, scope, receive, send)
        elif scope["path"] not in RAW_SOCKETS and self._lacks_token(scope, headers):
            await self._refuse_socket(NO_TOKEN, scope, receive, send)
        else:
            login = self._access.login(_cookies(headers))
            if login is not None:
                receive = until(self._access.logins.ended(login), receive, send)
                send = self._renewing(scope, send, login)
            if scope["path"] not in RAW_SOCKETS:
                rate, address = self._limits.messages(), scope["visitors.address"]
                receive = PageMessages(receive, send, rate, address, self._ledger).receive
            await self._app(scope, receive, send)

    async def _refuse_socket(
        self, refusal: Refusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Refuse before the handshake: with a response where the server can send one, else its
        403."""
        if "websocket.http.response" in scope.get("extensions", {}):
            answer = refuse(self._ledger, refusal)
            await answer(scope, receive, send)
        else:
            self._ledger.count(refusal)
            await send({"type": "websocket.close"})

    def _may_now(self, scope: Scope) -> bool:
        path, address, limits = scope["path"], scope["visitors.address"], self._limits
        if path in FOR_ANY_WEBSITE:
            return limits.events.acquire(address)
        if path in PAGES:
            return limits.pages.acquire(address)
        return path == TRACKER or path.startswith(UNCOUNTED) or limits.reads.acquire(address)

    def _foreign(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Why a foreign page may not read, nor the client of an unknown proxy: on loopback without
        a token its requests look like our own. None if neither applies."""
        host = headers.get("host", "")
        if not self._access.knows_host(host):
            return UNKNOWN_HOST
        if self._access.is_for_this_machine and is_untrusted(scope["visitors.address"]):
            return BY_UNKNOWN_PROXY
        origin = headers.get("origin")
        if origin is not None and not self._access.allows_origin(origin, host):
            return FOREIGN
        return None

    def _lacks_token(self, scope: Scope, headers: Headers) -> bool:
        path: str = scope["path"]
        if not self._access.needs_token or path in WITHOUT_TOKEN or path.startswith(STATIC):
            return False
        return not self._access.may_read(headers, _cookies(headers), [])


def _cors(path: str, headers: Headers, foreign: Refusal | None) -> Mapping[str, str]:
    """Which pages may read the answer: that to a tracker, which sends no cookies, any."""
    origin = headers.get("origin")
    if path in SHARED:
        return SHARED_WITH_ALL
    if path in FOR_ANY_WEBSITE:
        return cors_headers_for_any(origin)
    return cors_headers(None if foreign else origin)


def _cookies(headers: Headers) -> dict[str, str]:
    return cookie_parser(headers.get("cookie", ""))


def _is_navigation(scope: Scope, headers: Headers) -> bool:
    """True for a browser that opens a page, and would show JSON as text."""
    return scope["path"] in PAGES and "text/html" in headers.get("accept", "")
