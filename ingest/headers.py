"""What our answers say to browsers: who may read them, and what a page of ours may do."""

from starlette.datastructures import Headers, MutableHeaders
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


def with_headers(send: Send, shared_with: str | None) -> Send:
    """Adds the security headers, and, where a page of ``shared_with`` may read the answer, CORS."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
            if shared_with is not None:
                headers["Access-Control-Allow-Origin"] = shared_with
                if shared_with != "*":
                    headers.add_vary_header("Origin")
        await send(message)

    return send_with_headers


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """True for what a browser asks before a request of another origin's page."""
    asks = "origin" in headers and "access-control-request-method" in headers
    return asks and scope["method"] == "OPTIONS"


async def answer_preflight(send: Send, *, for_any: bool) -> None:
    headers = [
        (b"access-control-allow-methods", b"POST" if for_any else b"GET, POST"),
        (b"access-control-allow-headers", b"content-type, authorization, x-ingest-key"),
        (b"access-control-max-age", b"86400"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
