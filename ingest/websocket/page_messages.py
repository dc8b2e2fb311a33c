"""Filters the messages of our page's browser: only the Socket.IO packets that NiceGUI's client
sends, with fields of the right type and at a limited rate. Others are dropped before a library
stores them, parses them or logs a traceback."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.types import Message, Receive, Send

from ingest.access.rate_limits import RateLimit
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.rejection import Refusal
from ingest.websocket.close_codes import BINARY, NOT_OUR_PAGE, RATE_LIMITED

REFUSED_BEFORE_CLOSE = 100

CONTROL = ("1", "2", "3")
"""Packets of Engine.IO: close, ping, pong. The only other one that a browser sends is a message."""

LONGEST_CONTROL = 16
CONNECT, DISCONNECT, EVENT = "40", "41", "42"

TOO_OFTEN = Refusal("rate_limited", "Too many messages; these are dropped.")
UNREADABLE = Refusal("invalid_request", "This is no message of a page of ours.")


Id = Annotated[str, Meta(max_length=64)]
Number = Annotated[str, Meta(pattern="^[0-9]{1,15}$")]


class _Handshake(Struct):
    client_id: Id
    tab_id: Id
    document_id: Id
    old_tab_id: Id | None = None
    next_message_id: int | Number | None = None


class _Event(Struct):
    client_id: Id
    id: int
    listener_id: Id
    args: list[str | None] = []


class _JavascriptResponse(Struct):
    client_id: Id
    request_id: Id


class _Ack(Struct):
    client_id: Id
    next_message_id: int


EVENTS: dict[str, type[Struct]] = {
    "handshake": _Handshake,
    "event": _Event,
    "javascript_response": _JavascriptResponse,
    "ack": _Ack,
}
"""Without NiceGUI's ``log``, which would let a browser write into our log."""

_value = msgspec.json.Decoder()
_packet = msgspec.json.Decoder(tuple[str, Any])


class PageMessages:
    """The ``receive`` of a page's socket. Messages beyond the rate are dropped; a client that
    continues is closed, like one whose messages aren't a page's."""

    def __init__(
        self, receive: Receive, send: Send, rate: RateLimit, address: str, ledger: Ledger
    ) -> None:
        self._receive = receive
        self._send = send
        self._rate = rate
        self._address = address
        self._ledger = ledger
        self._too_often = 0
        self._unreadable = 0

    async def receive(self) -> Message:
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            text = message.get("text")
            if text is None:
                return await self._close(BINARY, "only text frames are understood here")
            if not self._rate.acquire(self._address):
                self._too_often += 1
                self._ledger.count(TOO_OFTEN)
                if self._too_often > REFUSED_BEFORE_CLOSE:
                    return await self._close(RATE_LIMITED, "too many messages")
                continue
            self._too_often = 0
            if is_page_packet(text):
                return message
            self._unreadable += 1
            self._ledger.count(UNREADABLE)
            if self._unreadable > REFUSED_BEFORE_CLOSE:
                return await self._close(NOT_OUR_PAGE, "no page of ours")

    async def _close(self, code: int, reason: str) -> Message:
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code}


def is_page_packet(text: str) -> bool:
    """True for a packet that NiceGUI can read to its end."""
    if text[:1] in CONTROL:
        return len(text) <= LONGEST_CONTROL
    kind, rest = text[:2], text[2:]
    try:
        if kind == EVENT:
            return _is_event(rest)
        # the one namespace there is, with or without a JSON object
        return (kind == DISCONNECT and not rest) or (
            kind == CONNECT and (not rest or isinstance(_value.decode(rest), dict))
        )
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def _is_event(rest: str) -> bool:
    """True for an optional number of an acknowledgement, then a name and one object."""
    name, data = _packet.decode(rest.lstrip("0123456789"))
    fields = EVENTS.get(name)
    if fields is None:
        return False
    read = msgspec.convert(data, fields)
    if isinstance(read, _Event):
        for arg in read.args:
            if arg is not None:
                _value.decode(arg)
    return True
