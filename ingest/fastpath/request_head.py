"""Heads of plain requests to post events: read once, then found by their bytes."""

import re
from typing import NamedTuple

from ingest.access.addresses import FORWARDED_FOR, FORWARDING
from ingest.access.policy import Access
from ingest.fastpath.response_head import lines
from ingest.http.headers import cors_headers_for_any
from ingest.pipeline import event_id
from ingest.pipeline.body import BATCH_BYTES, EVENT_BYTES, EVENT_TYPES, wrong_type
from ingest.pipeline.rejection import Refusal

HEADS_KEPT = 1_024
EVENT = b"POST /api/events HTTP/1.1"
BATCH = b"POST /api/events/batch HTTP/1.1"
JSON = ("application/json",)
_LINE = re.compile(rb"([A-Za-z0-9-]+): ?([\x20-\x7e]*)\r\n")
_LENGTH = re.compile(r"0|[1-9]\d{0,6}")

KNOWN = frozenset(
    {
        *("host", "user-agent", "accept", "accept-encoding", "accept-language", "content-type"),
        *("content-length", "connection", "origin", "referer", "cookie", "cache-control", "pragma"),
        *("authorization", "x-ingest-key", "x-forwarded-for", "x-forwarded-proto", "dnt"),
        *(event_id.HEADER, "x-forwarded-host", "x-forwarded-port", "x-real-ip", "x-request-id"),
        *("priority", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-ch-ua"),
        *("sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-gpc", "traceparent", "tracestate"),
        "postman-token",
    }
)
"""Headers that a plain request may have; with any other the ordinary path reads it."""


class RequestHead(NamedTuple):
    """What matters of a request's head. ``cors`` ends the head of its response: which page may read
    it."""

    length: int
    is_forwarded: bool
    forwarded: tuple[str, ...]
    may_write: bool
    is_batch: bool
    event_id: str
    cors: bytes


class RequestHeads:
    """Reads heads. Clients send the same bytes again and again, so 1,024 results are kept."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._kept: dict[bytes, RequestHead | None] = {}

    def read(self, head: bytes) -> RequestHead | None:
        """Returns the head of a plain request, or None for any other."""
        if head in self._kept:
            return self._kept[head]
        if len(self._kept) >= HEADS_KEPT:
            self._kept.clear()
        found = self._parse(head)
        if found is None or not found.event_id:
            self._kept[head] = found
        return found

    def _parse(self, head: bytes) -> RequestHead | None:
        request, _, rest = head.partition(b"\r\n")
        if request not in (EVENT, BATCH):
            return None
        is_batch = request == BATCH
        named = [(name.lower().decode(), value.decode()) for name, value in _LINE.findall(rest)]
        headers = dict(named)
        is_whole = _LINE.sub(b"", rest) == b"\r\n" and len(headers) == len(named)
        if not is_whole or not _is_plain(headers, is_batch=is_batch):
            return None
        sent_id = event_id.sent_id(headers)
        if isinstance(sent_id, Refusal) or (sent_id and is_batch):
            return None
        return RequestHead(
            length=int(headers["content-length"]),
            is_forwarded=not FORWARDING.isdisjoint(headers),
            forwarded=tuple(value for name, value in named if name == FORWARDED_FOR),
            may_write=self._access.may_write(headers),
            is_batch=is_batch,
            event_id=sent_id,
            cors=lines(cors_headers_for_any(headers.get("origin"))) + b"\r\n",
        )


def _is_plain(headers: dict[str, str], *, is_batch: bool) -> bool:
    limit, types = (BATCH_BYTES, JSON) if is_batch else (EVENT_BYTES, EVENT_TYPES)
    return (
        headers.keys() <= KNOWN
        and "host" in headers
        and headers.get("connection", "keep-alive").lower() == "keep-alive"
        and _LENGTH.fullmatch(headers.get("content-length", "")) is not None
        and int(headers["content-length"]) <= limit
        and wrong_type(headers, types) is None
    )
