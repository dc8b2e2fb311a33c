"""REST: the script that websites include."""

import gzip
from base64 import b64encode
from functools import cache
from hashlib import sha384
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from ingest.access.paths import TRACK, TRACKER
from ingest.http.headers import accepts_gzip

CACHED = "public, max-age=86400, stale-while-revalidate=604800"
"""A day: the address doesn't change with the content. Then a browser asks while it uses the old
one, for a week."""

KIND = "text/javascript; charset=utf-8"


def add_tracker_route(router: APIRouter, track_path: str) -> None:
    """``GET /tracker.js``; the script sends to ``track_path``."""
    content = tracker(track_path)
    compressed = gzip.compress(content, 9, mtime=0)
    tag = integrity(content)[7:39]

    @router.get(TRACKER, include_in_schema=False)
    async def get_tracker(request: Request) -> Response:
        is_compressed = accepts_gzip(request.headers.get("accept-encoding", ""))
        etag = f'"{tag}{"-gz" if is_compressed else ""}"'
        headers = {
            "Cache-Control": CACHED,
            "ETag": etag,
            "Vary": "Accept-Encoding",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        known = request.headers.get("if-none-match", "")
        if known == "*" or etag in known:
            return Response(status_code=304, headers=headers)
        if is_compressed:
            headers["Content-Encoding"] = "gzip"
        return Response(compressed if is_compressed else content, headers=headers, media_type=KIND)


@cache
def tracker(track_path: str = TRACK) -> bytes:
    """The script that sends to that path of the server it comes from."""
    built = files("ingest.tracking").joinpath("script", "tracker.min.js").read_bytes()
    return built.replace(f'"{TRACK}"'.encode(), f'"{track_path}"'.encode())


def integrity(content: bytes) -> str:
    """The value of the attribute ``integrity`` (W3C Subresource Integrity)."""
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"
