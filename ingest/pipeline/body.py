"""Request bodies: their kind, their size, and the events of a batch."""

from collections.abc import AsyncIterator, Mapping, Sequence

from msgspec import Raw

from ingest.pipeline.rejection import Refusal
from ingest.pipeline.strict_json import split

KIB = 1024
EVENT_BYTES = 64 * KIB
BATCH_BYTES = 1024 * 1024
BATCH_EVENTS = 1_000

EVENT_TYPES = ("application/json", "text/plain")
LINES_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "text/plain")
BATCH_TYPES = ("application/json", *LINES_TYPES)


def weight(body: bytes) -> int:
    """The number of events that a rate limit counts a body as, at least: the largest events cost
    forty times as much as an ordinary one."""
    return max(1, len(body) // KIB)


def wrong_type(headers: Mapping[str, str], allowed: tuple[str, ...]) -> Refusal | None:
    """A refusal for a Content-Type that isn't allowed, or for a compressed body."""
    encoding = headers.get("content-encoding", "").strip()
    if encoding and encoding.lower() != "identity":
        wanted = f"Content-Encoding {encoding[:32]} isn't understood: send the body as it is."
        return Refusal("unsupported_media_type", wanted)
    if _kind(headers.get("content-type", "")) in allowed:
        return None
    return Refusal("unsupported_media_type", f"Content-Type should be {' or '.join(allowed)}.")


async def read(chunks: AsyncIterator[bytes], length: str, limit: int) -> bytes | Refusal:
    """The whole body, counted while it is received. ``length`` is the Content-Length."""
    if length.isdigit() and int(length[:20]) > limit:
        return _too_large(limit)
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            return _too_large(limit)
    return bytes(body)


def events_of(body: bytes, content_type: str) -> Sequence[bytes | Raw] | Refusal:
    """A batch's events, each in its bytes: the items of a JSON array, or the lines of NDJSON."""
    found: Sequence[bytes | Raw] | Refusal
    if body.lstrip()[:1] == b"[" or _kind(content_type) not in LINES_TYPES:
        found = split(body)
    else:
        found = [line for line in body.split(b"\n") if line.strip()]
    if not isinstance(found, Refusal) and len(found) > BATCH_EVENTS:
        return Refusal("too_large", f"A batch should have at most {BATCH_EVENTS:,} events.")
    return found


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _too_large(limit: int) -> Refusal:
    return Refusal("too_large", f"The body should have at most {limit:,} bytes.")
