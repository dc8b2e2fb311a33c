"""Batches plain requests: those of one turn of the event loop become one record of the journal."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from msgspec import Struct
from uvicorn.server import ServerState

from ingest.access.addresses import UNTRUSTED
from ingest.context import AppContext
from ingest.fastpath.request_head import RequestHead, RequestHeads
from ingest.fastpath.response_head import ACCEPTED, CREATED, OK, ResponseHeads
from ingest.http.responses import batch_response, event_response
from ingest.pipeline.body import weight
from ingest.pipeline.event_id import new_id
from ingest.pipeline.pipeline import NOT_STORED
from ingest.pipeline.rejection import Refusal
from ingest.pipeline.schema import read_plain, read_plain_batch
from ingest.tracking.hit import Caller
from ingest.tracking.pipeline import OPTED_OUT
from ingest.tracking.request import TrackRequest, read_request
from state.applied import Applied
from state.event import BotHit, Event
from state.journal.base import Unavailable
from state.wire.messages import encode

STARTS = (b"POST /api/events", b"POST /api/track")
"""How requests begin that may be plain."""


class PendingRequest(Struct):
    """One request, its events, and the end of its response's head. A request of the tracker may
    have a ``bot`` in place of an event, or nothing: somebody who doesn't want to be counted."""

    events: list[Event]
    is_batch: bool
    cors: bytes
    is_track: bool = False
    bot: BotHit | None = None


class Client(NamedTuple):
    """Who sends a request: the address that limits count by; ``is_spared`` if it has no rate,
    ``is_trusted`` if a trusted proxy hands a request of the tracker on."""

    address: str
    is_spared: bool
    is_trusted: bool = False


class OrdinaryConnection(Protocol):
    """The connection behind one with the fast path, as far as the batcher knows it."""

    server_state: ServerState


class BatchedConnection(Protocol):
    """A connection, as far as the batcher knows it. ``pending`` are the requests that wait for
    their responses, in order."""

    pending: Sequence[PendingRequest]
    loop: AbstractEventLoop

    @property
    def ordinary(self) -> OrdinaryConnection:
        """The connection behind it."""

    def respond(self, responses: bytes, now: float) -> None:
        """Write the responses to all pending requests; ``now`` is by the loop's clock."""

    def give_up(self, refusal: Refusal | None) -> None:
        """Hand the pending requests to the ordinary path: none of their events was accepted. With a
        ``refusal`` it has to answer that, since the journal may have stored the events."""


class EventBatcher:
    """Reads plain requests, appends their events to the journal and responds. One for all
    connections of a server."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._access = context.access
        self._sites = context.sites.keys
        self._rates = context.limits.events
        self._connections = context.limits.connections
        track_path = context.settings.track_path
        self.starts = (*STARTS, f"POST {track_path}".encode())
        self._request_heads = RequestHeads(context.access, track_path)
        self._response_heads = ResponseHeads()
        self._waiting: list[BatchedConnection] = []
        self.head = self._request_heads.read

    def client(self, head: RequestHead, peer: str) -> Client:
        """The client that sends requests with that head from a peer."""
        addresses = self._context.limits.addresses
        address = addresses.client(peer, head.forwarded, is_forwarded=head.is_forwarded)
        is_trusted = head.told is not None and addresses.trusts(peer)
        return Client(address, self._rates.exempts(address), is_trusted)

    def read(self, head: RequestHead, body: bytes, client: Client) -> PendingRequest | None:
        """A plain request with its events; None where anything could be refused about it."""
        address, is_spared, _ = client
        if not self._connections.has_room(address):
            return None
        if not (is_spared or self._rates.can_acquire(address, weight(body))):
            return None
        if head.is_batch:  # an address with a rate: the ordinary path, which counts item by item
            events = (
                is_spared and not self._access.needs_key and read_plain_batch(body, self._sites)
            )
            return PendingRequest(events, True, head.cors) if events else None
        if head.told is not None:
            return self._read_hit(head, head.told, body, client)
        found = read_plain(body, head.event_id, self._sites)
        if found is None or not self._admits(head, found.key, body, client):
            return None
        return PendingRequest([found.event], False, head.cors)

    def _read_hit(
        self, head: RequestHead, told: Mapping[str, str], body: bytes, client: Client
    ) -> PendingRequest | None:
        """A request of the tracker."""
        tracking = self._context.tracking
        sent = read_request(body) if body[:1] == b"{" and tracking.is_ready else None
        if not isinstance(sent, TrackRequest):
            return None
        caller = Caller(client.address.removesuffix(UNTRUSTED), told, client.is_trusted)
        made = tracking.event(sent, caller, self._context.clock())
        key = sent.key if isinstance(sent.key, str) else None
        if isinstance(made, Refusal) or not self._admits(head, key, body, client):
            return None
        bot = made if isinstance(made, BotHit) else None
        return PendingRequest(
            [made] if isinstance(made, Event) else [], False, head.cors, True, bot
        )

    def _admits(self, head: RequestHead, key: str | None, body: bytes, client: Client) -> bool:
        """True if the sender has the right to write and stays within the rates, which count it."""
        if not (head.may_write or self._access.may_write({}, key)):
            return False
        if self._access.needs_key and not self._context.limits.keyed.acquire("key"):
            return False
        if not client.is_spared:
            self._rates.acquire(client.address, weight(body))
        return True

    def enqueue(self, connection: BatchedConnection) -> None:
        """Have a connection's pending requests appended with those that other connections bring in
        this turn of the loop."""
        if not self._waiting:
            connection.loop.call_soon(self.flush)
        self._waiting.append(connection)

    def flush(self) -> None:
        """Append what waits to the journal, and respond once it is stored."""
        connections, self._waiting = self._waiting, []
        if not connections:
            return
        entries: list[Event | BotHit] = []
        for connection in connections:
            for pending in connection.pending:
                entries += pending.events
                if pending.bot is not None:
                    entries.append(pending.bot)
        pipeline = self._context.pipeline
        if not entries:
            self._answer(connections, pipeline.nothing())
            return
        promised = pipeline.submit(entries)
        if isinstance(promised, Refusal):
            self._give_up(connections)
        elif promised.done():
            self._respond(connections, promised)
        else:
            promised.add_done_callback(partial(self._respond, connections))

    def _respond(self, connections: list[BatchedConnection], promised: Future[Applied]) -> None:
        if isinstance(promised.exception(), Unavailable):
            self._give_up(connections, NOT_STORED)
            return
        self._answer(connections, self._context.pipeline.settle(promised.result()))

    def _answer(self, connections: list[BatchedConnection], applied: Applied) -> None:
        place = 0
        server_state, now = connections[0].ordinary.server_state, connections[0].loop.time()
        self._response_heads.set_default_headers(server_state.default_headers)
        for connection in connections:
            responses = b""
            for pending in connection.pending:
                responses += self._response(pending, applied, place)
                place += len(pending.events)
            server_state.total_requests += len(connection.pending)
            connection.respond(responses, now)

    def _give_up(
        self, connections: list[BatchedConnection], refusal: Refusal | None = None
    ) -> None:
        for connection in connections:
            connection.give_up(refusal)

    def _response(self, pending: PendingRequest, applied: Applied, place: int) -> bytes:
        """The response to one request, byte for byte that of the ordinary path. ``place`` is that
        of its first event in the record."""
        status = OK
        if pending.is_batch:
            number = len(pending.events)
            duplicates = sum(place <= each < place + number for each in applied.duplicates)
            body = encode(batch_response(number - duplicates, duplicates, []))
        elif pending.is_track:
            status, body = ACCEPTED, encode(self._answer_to_hit(pending))
        else:
            body = encode(event_response(pending.events[0].id, applied, place))
            if place not in applied.duplicates:
                status = CREATED
        return self._response_heads.head(status, len(body)) + pending.cors + body

    def _answer_to_hit(self, pending: PendingRequest) -> Mapping[str, object]:
        if pending.events:
            return {"success": True, "eventId": pending.events[0].id or new_id()}
        if pending.bot is None:
            self._context.ledger.count(OPTED_OUT)
        else:
            self._context.ledger.accept(events=1, duplicates=0)
        return {"success": True}
