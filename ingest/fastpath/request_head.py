"""Heads of plain requests to post events: read once, then found by their bytes."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ingest.access import paths
from ingest.access.addresses import FORWARDED_FOR, FORWARDING
from ingest.access.policy import Access
from ingest.fastpath.response_head import lines
from ingest.http.headers import SHARED_WITH_ALL, cors_headers_for_any
from ingest.pipeline import event_id
from ingest.pipeline.body import BATCH_BYTES, EVENT_BYTES, EVENT_TYPES, wrong_type
from ingest.pipeline.rejection import Refusal
from ingest.tracking.request import TRACK_BYTES

HEADS_KEPT = 4_096
LONGEST_KEPT = 1_536
"""Bytes of a head that is kept: all of them take 12 MB at most."""

EVENT = b"POST /api/events HTTP/1.1"
BATCH = b"POST /api/events/batch HTTP/1.1"
TRACK = f"POST {paths.TRACK} HTTP/1.1".encode()
JSON = ("application/json",)
ORIGINS_KEPT = 512
LINES_KEPT = 8_192
LONGEST_LINE_KEPT = 256
"""Bytes of a line that is kept. Behind a proxy each visitor's head differs, but by few lines."""

_LINE = re.compile(rb"([A-Za-z0-9-]+): ?([\x20-\x7e]*)")
_LENGTH = re.compile(r"0|[1-9]\d{0,6}")

KNOWN = frozenset(
    {
        *("host", "user-agent", "accept", "accept-encoding", "accept-language", "content-type"),
        *("content-length", "connection", "origin", "referer", "cookie", "cache-control", "pragma"),
        *("authorization", "x-ingest-key", "x-forwarded-for", "x-forwarded-proto", "dnt"),
        *(event_id.HEADER, "x-forwarded-host", "x-forwarded-port", "x-real-ip", "x-request-id"),
        *("priority", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-ch-ua"),
        *("sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-gpc", "traceparent", "tracestate"),
        *("postman-token", "sec-fetch-storage-access", "cf-ipcountry", "x-vercel-ip-country"),
        "cloudfront-viewer-country",
    }
)
"""Headers that a plain request may have; with any other the ordinary path reads it."""


class RequestHead(NamedTuple):
    """What matters of a request's head. ``cors`` ends the head of its response: which page may read
    it. ``told`` are the headers of a request of the tracker, None for any other."""

    length: int
    is_forwarded: bool
    forwarded: tuple[str, ...]
    may_write: bool
    is_batch: bool
    event_id: str
    cors: bytes
    told: Mapping[str, str] | None = None


class RequestHeads:
    """Reads heads. Clients send the same bytes again and again, so 4,096 results are kept. The
    tracker's door has a second name, ``track_path``."""

    def __init__(self, access: Access, track_path: str = paths.TRACK) -> None:
        self._access = access
        self._own_track = f"POST {track_path} HTTP/1.1".encode()
        self._kept: dict[bytes, RequestHead | None] = {}

    def read(self, head: bytes) -> RequestHead | None:
        """Returns the head of a plain request, or None for any other."""
        if head in self._kept:
            return self._kept[head]
        if len(self._kept) >= HEADS_KEPT:
            self._kept.clear()
        found = self._parse(head)
        if len(head) <= LONGEST_KEPT and (found is None or not found.event_id):
            self._kept[head] = found
        return found

    def _parse(self, head: bytes) -> RequestHead | None:
        request, _, rest = head.partition(b"\r\n")
        if request == self._own_track:
            request = TRACK
        limits = _LIMITS.get(request)
        if limits is None:
            return None
        is_batch, is_track = request == BATCH, request == TRACK
        headers = _headers(rest)
        if headers is None or not _is_plain(headers, *limits):
            return None
        sent_id = "" if is_track else event_id.sent_id(headers)
        if isinstance(sent_id, Refusal) or (sent_id and is_batch):
            return None
        return RequestHead(
            length=int(headers["content-length"]),
            is_forwarded=not FORWARDING.isdisjoint(headers),
            forwarded=(headers[FORWARDED_FOR],) if FORWARDED_FOR in headers else (),
            may_write=self._access.may_write(headers),
            is_batch=is_batch,
            event_id=sent_id,
            cors=SHARED if is_track else _cors(headers.get("origin")),
            told=headers if is_track else None,
        )


_LIMITS: dict[bytes, tuple[int, tuple[str, ...]]] = {
    EVENT: (EVENT_BYTES, EVENT_TYPES),
    BATCH: (BATCH_BYTES, JSON),
    TRACK: (TRACK_BYTES, EVENT_TYPES),
}
"""By request line: the most bytes of a body, and its types."""


SHARED = lines(SHARED_WITH_ALL) + b"\r\n"


@lru_cache(ORIGINS_KEPT)
def _cors(origin: str | None) -> bytes:
    return lines(cors_headers_for_any(origin)) + b"\r\n"


def _headers(rest: bytes) -> dict[str, str] | None:
    """The headers after a request's first line, None if a plain request can't have them."""
    found: dict[str, str] = {}
    for line in rest.removesuffix(b"\r\n\r\n").split(b"\r\n"):
        header = _line(line) if len(line) <= LONGEST_LINE_KEPT else _read_line(line)
        if header is None or header[0] in found:
            return None
        found[header[0]] = header[1]
    return found


def _read_line(line: bytes) -> tuple[str, str] | None:
    """The name of a known header, in lower case, and its value."""
    match = _LINE.fullmatch(line)
    name = match[1].lower().decode() if match else ""
    return (name, match[2].decode()) if match and name in KNOWN else None


_line = lru_cache(LINES_KEPT)(_read_line)


def _is_plain(headers: dict[str, str], limit: int, types: tuple[str, ...]) -> bool:
    return (
        "host" in headers
        and headers.get("connection", "keep-alive").lower() == "keep-alive"
        and _LENGTH.fullmatch(headers.get("content-length", "")) is not None
        and int(headers["content-length"]) <= limit
        and wrong_type(headers, types) is None
    )
