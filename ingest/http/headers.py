"""Security and CORS headers of responses."""

import re
from collections.abc import Callable, Mapping
from operator import itemgetter

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Scope, Send

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # NiceGUI needs both
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": CONTENT_POLICY,
}


SHARED_WITH_ALL = {"Access-Control-Allow-Origin": "*"}
"""The CORS headers of a request without an origin."""

_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(\s*,\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*")
_ZERO = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")
COMMON_NAMES = "content-type, authorization, x-ingest-key, x-event-id"

LANGUAGES = ("en", "de")
"""Of the pages that come without the dashboard's scripts. The first one is for all others."""


def language_of(accepted: str) -> str:
    """The language that an ``Accept-Language`` header wants most."""
    wanted = []
    for part in accepted.split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    known = (tag for _, tag in sorted(wanted, key=itemgetter(0)) if tag in LANGUAGES)
    return next(known, LANGUAGES[0])


def accepts_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header allows gzip: a quality of 0 forbids what it is at (RFC
    9110, 12.4.2)."""
    allowed: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        coding, _, quality = part.partition(";")
        allowed[coding.strip()] = _ZERO.fullmatch(quality) is None
    return allowed.get("gzip", allowed.get("*", False))


def cors_headers_for_any(origin: str | None) -> dict[str, str]:
    """CORS of what every website may send. The origin is echoed with leave for credentials, as
    ``sendBeacon`` and ``credentials: "include"`` need it; no cookie is looked at."""
    if origin is None:
        return SHARED_WITH_ALL
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def cors_headers(origin: str | None) -> dict[str, str]:
    """CORS of what only this origin's pages may read."""
    if origin is None:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def with_headers(send: Send, cors: Mapping[str, str]) -> Send:
    """Wraps ``send`` to add the security headers and these of CORS."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            for name, value in cors.items():
                if name == "Vary":
                    headers.add_vary_header(value)
                else:
                    headers[name] = value
        await send(message)

    return send_with_headers


def with_cookie(send: Send, set_cookie: Callable[[Response], None]) -> Send:
    """Adds the cookie that ``set_cookie`` puts on a response; to a handshake's answer, too."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            response = Response()
            set_cookie(response)
            cookies = [each for each in response.raw_headers if each[0] == b"set-cookie"]
            message = {**message, "headers": [*message.get("headers", ()), *cookies]}
        await send(message)

    return send_with_cookie


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """True for a CORS preflight."""
    asks = "origin" in headers and "access-control-request-method" in headers
    return asks and scope["method"] == "OPTIONS"


async def answer_preflight(send: Send, headers: Headers, *, for_any: bool) -> None:
    """Answer a preflight. Every requested header is allowed: none gives rights by itself."""
    asked = headers.get("access-control-request-headers", "").strip()
    names = asked if _NAMES.fullmatch(asked) else COMMON_NAMES
    answer = [
        (b"access-control-allow-methods", b"POST" if for_any else b"GET, HEAD, POST, PUT"),
        (b"access-control-allow-headers", names.encode()),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": answer})
    await send({"type": "http.response.body", "body": b""})
