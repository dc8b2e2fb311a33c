"""The messages of clients on ``/ws``, and their answers."""

import asyncio
from collections.abc import Callable
from typing import Any

from ingest.context import AppContext
from ingest.http.query_params import read_filter
from ingest.pipeline.fields import METADATA_BYTES, METADATA_KEYS, METADATA_LEVELS
from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.strict_json import parse, wrong_object, wrong_text
from state import query
from state.filtering.filter import EVERYTHING, FIELDS, Filter
from state.hub.subscriber import Subscriber
from state.sites.site import Site
from state.wire.messages import Content, Message, Pong, Problem, encode
from state.wire.types import iso

LONGEST_ACTION = 64
LONGEST_BATCH_MS = 5_000
UNKNOWN_TYPES_KEPT = 1_000
MOST_ANSWERING = 4


class Commands:
    """Handles the messages of one client. Each gets an answer or an ``error``; the connection stays
    open, and other clients aren't affected."""

    def __init__(
        self, subscriber: Subscriber, context: AppContext, site: Site, address: str
    ) -> None:
        self._subscriber = subscriber
        self._context = context
        self._site, self._hub = site, site.hub
        self._counts = context.filters.of(site)
        self._address = address
        self._filters = context.limits.filters()
        self._unknown_types: set[str | None] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self._handlers: dict[str, Callable[[dict[str, Any]], Refusal | None]] = {
            "request_detailed_stats": self._detailed_stats,
            "track_dashboard_action": self._action,
            "subscribe": self._subscribe,
            "resume": self._resume,
            "ping": self._ping,
        }

    def handle(self, body: bytes) -> None:
        """One message of the client, as the bytes of its text frame."""
        document = parse(body)
        if isinstance(document, Refusal):
            return self._refuse(document, None)
        value = document.value
        kind = value.get("type") if isinstance(value, dict) else None
        named = kind if isinstance(kind, str) and _is_short(kind) else None
        if not document.strict:
            wrong = Refusal("invalid_json", "The message holds what JSON hasn't, like NaN.")
            return self._refuse(wrong, named)
        handler = self._handlers.get(named or "")
        if handler is None:
            return self._refuse_type(named)
        refusal = self._costs_too_much(value) or handler(value)
        if refusal is not None:
            self._refuse(refusal, named)

    def stop(self) -> None:
        """Cancel the answers that are still being made."""
        for task in self._answering:
            task.cancel()

    def _costs_too_much(self, message: dict[str, Any]) -> Refusal | None:
        """Filters have a rate of their own: a new one looks at all sessions once."""
        asks = message["type"] == "request_detailed_stats" or "filter" in message
        if not asks or self._filters.acquire(self._address):
            return None
        return Refusal("rate_limited", "Too many filters and detailed stats; this one isn't read.")

    def too_often(self) -> None:
        """Send an error: messages beyond the rate are dropped."""
        self._refuse(Refusal("rate_limited", "Too many messages; these aren't read."), None)

    def _detailed_stats(self, message: dict[str, Any]) -> Refusal | None:
        filter_ = _filter_of(message)
        if isinstance(filter_, Refusal):
            return filter_
        if self._counts.request(filter_):
            self._send_detailed_stats(filter_)
        elif len(self._answering) >= MOST_ANSWERING:
            return Refusal("rate_limited", "What was asked for before is still being counted.")
        else:
            task = asyncio.create_task(self._answer_detailed_stats(filter_))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return None

    async def _answer_detailed_stats(self, filter_: Filter) -> None:
        """Once the filter is counted."""
        refusal = await self._counts.wait_for(filter_)
        if refusal is None:
            self._send_detailed_stats(filter_)
        else:
            self._refuse(refusal, "request_detailed_stats")

    def _send_detailed_stats(self, filter_: Filter) -> None:
        answer = query.detailed(self._site.model, filter_, self._context.clock())
        self._emit(answer)

    def _action(self, message: dict[str, Any]) -> Refusal | None:
        action, details = message.get("action"), message.get("details")
        wrong: list[FieldError] = []
        if not isinstance(action, str) or not action or not _is_short(action):
            wrong.append(
                FieldError("action", f"should be text of 1 to {LONGEST_ACTION} characters")
            )
        if details is not None:
            wrong += wrong_object(
                details, "details", keys=METADATA_KEYS, levels=METADATA_LEVELS, size=METADATA_BYTES
            )
        if wrong or not isinstance(action, str):
            return Refusal("invalid_request", "The action can't be passed on.", wrong)
        self._hub.publish_action(self._subscriber.id, action, details or {}, self._context.clock())
        return None

    def _subscribe(self, message: dict[str, Any]) -> Refusal | None:
        filter_ = _filter_of(message) if "filter" in message else self._subscriber.filter
        if isinstance(filter_, Refusal):
            return filter_
        batch_ms = message.get("batchMs")
        if batch_ms is not None and not _is_batch_ms(batch_ms):
            wrong = FieldError("batchMs", f"should be a number from 0 to {LONGEST_BATCH_MS}")
            return Refusal("invalid_request", "The subscription can't be used.", [wrong])
        self._hub.use_queue(self._subscriber)
        self._subscriber.filter = filter_
        if batch_ms is not None:
            self._subscriber.batch_s = batch_ms / 1000
        return None

    def _resume(self, message: dict[str, Any]) -> Refusal | None:
        epoch, seq = message.get("epoch"), message.get("seq")
        wrong = []
        if not isinstance(epoch, str):
            wrong.append(FieldError("epoch", "should be the epoch of the last initial_data"))
        if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
            wrong.append(FieldError("seq", "should be the last seq seen, a whole number"))
        if wrong or not isinstance(epoch, str) or not isinstance(seq, int):
            return Refusal("invalid_request", "The stream can't be resumed.", wrong)
        if self._subscriber.is_catching_up:
            return Refusal("rate_limited", "What was asked for before is still on its way.")
        self._hub.resume(self._subscriber, epoch, seq, self._context.clock())
        return None

    def _ping(self, message: dict[str, Any]) -> Refusal | None:
        self._emit(Pong(iso(self._context.clock())))
        return None

    def _emit(self, data: Content) -> None:
        self._hub.use_queue(self._subscriber)
        self._subscriber.enqueue(encode(Message(data)), own=True)

    def _refuse_type(self, named: str | None) -> None:
        """Refuse each unknown type once: dashboards of other protocols send one after each
        event."""
        kinds = ", ".join(self._handlers)
        wrong = Refusal("unknown_type", f"A message should be an object of type {kinds}.")
        if named in self._unknown_types or len(self._unknown_types) >= UNKNOWN_TYPES_KEPT:
            self._context.ledger.count(wrong)
        else:
            self._unknown_types.add(named)
            self._refuse(wrong, named)

    def _refuse(self, refusal: Refusal, kind: str | None) -> None:
        self._context.ledger.count(refusal)
        sentence = " ".join(
            [refusal.message, *(f"{each.field} {each.message}." for each in refusal.fields)]
        )
        self._emit(Problem(refusal.code, sentence, kind))


def _filter_of(message: dict[str, Any]) -> Filter | Refusal:
    filter_ = message.get("filter")
    if filter_ is None:
        return EVERYTHING
    if not isinstance(filter_, dict):
        names = ", ".join(name for name, _ in FIELDS)
        wrong = FieldError("filter", f"should be an object with any of {names}")
        return Refusal("invalid_request", "The filter can't be used.", [wrong])
    return read_filter(filter_)


def _is_short(text: str) -> bool:
    return len(text) <= LONGEST_ACTION and wrong_text(text) is None


def _is_batch_ms(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 <= value <= LONGEST_BATCH_MS
    )
