"""Plain requests to post events: what makes one, and how many at once go into the journal and
come back as answers. ``fast`` brings them from the connections."""

import re
from asyncio import AbstractEventLoop, Future
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple, Protocol

from msgspec import Struct
from uvicorn.server import ServerState

from ingest.access.addresses import FORWARDED_FOR, FORWARDING
from ingest.context import AppContext
from ingest.http.headers import SECURITY, shared_with_any
from ingest.http.responses import batch_response, told
from ingest.pipeline import event_id
from ingest.pipeline.body import BATCH_BYTES, EVENT_BYTES, EVENT_TYPES, weight, wrong_type
from ingest.pipeline.pipeline import NOT_KEPT
from ingest.pipeline.rejection import Refusal
from ingest.pipeline.schema import read_plain, read_plain_batch
from state.applied import Applied, Outcome
from state.event import Event
from state.journal.base import Unavailable
from state.wire.messages import encode

HEADS_KEPT = 1_024
_LINE = re.compile(rb"([A-Za-z0-9-]+): ?([\x20-\x7e]*)\r\n")
_LENGTH = re.compile(r"0|[1-9]\d{0,6}")
EVENT = b"POST /api/events HTTP/1.1"
BATCH = b"POST /api/events/batch HTTP/1.1"
JSON = ("application/json",)
OK = b"200 OK"
CREATED = b"201 Created"
HEAD = b"HTTP/1.1 %s\r\n%scontent-length: %d\r\n%s"

KNOWN = frozenset(
    {
        *("host", "user-agent", "accept", "accept-encoding", "accept-language", "content-type"),
        *("content-length", "connection", "origin", "referer", "cookie", "cache-control", "pragma"),
        *("authorization", "x-ingest-key", "x-forwarded-for", "x-forwarded-proto", "dnt"),
        *(
            event_id.HEADER,
            "x-forwarded-host",
            "x-forwarded-port",
            "x-real-ip",
            "x-request-id",
            "priority",
        ),
        *("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-ch-ua", "sec-ch-ua-mobile"),
        *("sec-ch-ua-platform", "sec-gpc", "traceparent", "tracestate", "postman-token"),
    }
)


def _lines(headers: Mapping[str, str]) -> bytes:
    return b"".join(b"%b: %b\r\n" % (n.lower().encode(), v.encode()) for n, v in headers.items())


AFTER_LENGTH = _lines({"Content-Type": "application/json", **SECURITY})


class Head(NamedTuple):
    """What matters of a request's head."""

    length: int
    is_forwarded: bool
    forwarded: tuple[str, ...]
    may_write: bool
    is_batch: bool
    event_id: str
    cors: bytes
    """The end of the answer's head: what the sender's page may read."""


class PendingRequest(Struct):
    """One request, its events, and the end of its answer's head."""

    events: list[Event]
    is_batch: bool
    cors: bytes


class Connection(Protocol):
    """A connection, as far as the taker knows it. ``pending`` is what it waits for, in order."""

    pending: Sequence[PendingRequest]
    loop: AbstractEventLoop
    server_state: ServerState

    def answer(self, answers: bytes) -> None:
        """Write the answers to all that was asked."""

    def give_up(self, refusal: Refusal | None) -> None:
        """Nothing that was asked is taken: it is for the ordinary way, which has to refuse it if
        there is a refusal already."""


class EventBatcher:
    """Takes plain requests. One for all connections."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._heads: dict[bytes, Head | None] = {}
        self._waiting: list[Connection] = []
        self._default_headers: list[tuple[bytes, bytes]] | None = None
        self._before_length = b""
        self._answer_heads: dict[tuple[bytes, int], bytes] = {}

    def head(self, head: bytes) -> Head | None:
        """The head of a plain request, or None for any other. The same bytes come again and again
        and are looked at once."""
        if head in self._heads:
            return self._heads[head]
        if len(self._heads) >= HEADS_KEPT:
            self._heads.clear()
        found = self._read_head(head)
        if found is None or not found.event_id:
            self._heads[head] = found
        return found

    def events(self, head: Head, body: bytes, peer: str) -> list[Event] | None:
        """The events of a plain request, if there is nothing that could be said against it."""
        limits, access = self._context.limits, self._context.access
        address = limits.addresses.client(peer, head.forwarded, is_forwarded=head.is_forwarded)
        is_spared = limits.events.spares(address)
        if not (
            limits.connections.has_place(address)
            and (is_spared or limits.events.has(address, weight(body)))
        ):
            return None
        if head.is_batch:  # who is counted is counted by the ordinary way, where items may differ
            return (read_plain_batch(body) or None) if is_spared and not access.needs_key else None
        sent = read_plain(body, head.event_id)
        if sent is None or not (head.may_write or access.may_write({}, sent.key)):
            return None
        if access.needs_key and not limits.keyed.take("key"):
            return None
        if not is_spared:
            limits.events.take(address, weight(body))
        return [sent.event]

    def enqueue(self, connection: Connection) -> None:
        """Have all that the door asked for taken, with what others bring in this turn of the
        loop."""
        if not self._waiting:
            connection.loop.call_soon(self.flush)
        self._waiting.append(connection)

    def flush(self) -> None:
        """Put what waits into the journal, and answer once its promise is kept."""
        connections, self._waiting = self._waiting, []
        if not connections:
            return
        events = [
            event
            for connection in connections
            for pending in connection.pending
            for event in pending.events
        ]
        promised = self._context.pipeline.submit(events)
        if isinstance(promised, Refusal):
            self._give_up(connections)
        elif promised.done():
            self._answer(connections, promised)
        else:
            promised.add_done_callback(partial(self._answer, connections))

    def _answer(self, connections: list[Connection], promised: Future[Applied]) -> None:
        if isinstance(promised.exception(), Unavailable):
            self._give_up(connections, NOT_KEPT)
            return
        outcomes = iter(self._context.pipeline.settle(promised.result()))
        self._date(connections[0].server_state.default_headers)
        for connection in connections:
            connection.answer(
                b"".join([self._told(pending, outcomes) for pending in connection.pending])
            )

    def _give_up(self, connections: list[Connection], refusal: Refusal | None = None) -> None:
        """The ordinary way says why. It isn't to try again what may have been kept after all."""
        for connection in connections:
            connection.give_up(refusal)

    def _told(self, pending: PendingRequest, outcomes: Iterator[Outcome]) -> bytes:
        """The answer to one request, as the ordinary way writes it."""
        if pending.is_batch:
            status, value = OK, batch_response(list(islice(outcomes, len(pending.events))), [])
            body = encode(value)
        else:
            outcome = next(outcomes)
            status = OK if outcome.duplicate else CREATED
            body = encode(told(outcome))
        kind = (status, len(body))
        head = self._answer_heads.get(kind)
        if head is None:
            head = HEAD % (status, self._before_length, len(body), AFTER_LENGTH)
            self._answer_heads[kind] = head
        return head + pending.cors + body

    def _date(self, headers: list[tuple[bytes, bytes]]) -> None:
        """The headers that uvicorn adds are a new list each second, with the date. Heads of answers
        are kept for so long."""
        if self._default_headers is not headers:
            self._default_headers = headers
            self._before_length = b"".join(b"%s: %s\r\n" % line for line in headers)
            self._answer_heads.clear()

    def _read_head(self, head: bytes) -> Head | None:
        request, _, rest = head.partition(b"\r\n")
        if request not in (EVENT, BATCH):
            return None
        is_batch = request == BATCH
        limit, types = (BATCH_BYTES, JSON) if is_batch else (EVENT_BYTES, EVENT_TYPES)
        lines = [(name.lower().decode(), value.decode()) for name, value in _LINE.findall(rest)]
        headers = dict(lines)
        if (
            _LINE.sub(b"", rest) != b"\r\n"
            or len(headers) != len(lines)
            or not headers.keys() <= KNOWN
            or "host" not in headers
            or headers.get("connection", "keep-alive").lower() != "keep-alive"
            or not _LENGTH.fullmatch(headers.get("content-length", ""))
            or int(headers["content-length"]) > limit
            or wrong_type(headers, types)
        ):
            return None
        sent_id = event_id.sent_id(headers)
        if isinstance(sent_id, Refusal) or (sent_id and is_batch):
            return None
        may_write = self._context.access.may_write(headers)
        length = int(headers["content-length"])
        cors = _lines(shared_with_any(headers.get("origin"))) + b"\r\n"
        forwarded = tuple(value for name, value in lines if name == FORWARDED_FOR)
        is_forwarded = not FORWARDING.isdisjoint(headers)
        return Head(length, is_forwarded, forwarded, may_write, is_batch, sent_id, cors)
