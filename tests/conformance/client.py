"""A foreign dashboard on the bare wire, and the arena where one may misbehave and another mustn't
notice."""

import itertools
import json
from typing import Any

from tests.conformance.wire import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    Answer,
    Heard,
    Wire,
    asking,
    command,
    frame,
)
from tests.support import Running, wait_until


class Client(Wire):
    """A dashboard, as far as it gets: ``shake`` opens its connection."""

    def shake(self, path: str = "/ws", **request: Any) -> Answer:
        """The opening handshake and the first two messages."""
        self.request(path, **request)
        accepted = self.response()
        assert accepted.status == 101, accepted
        self.welcome()
        return accepted

    def welcome(self) -> None:
        assert [self.message()["type"] for _ in range(2)] == ["initial_data", "user_connected"]

    def message(self) -> dict[str, Any]:
        """The next message of protocol.md."""
        heard = self.frame()
        assert heard is not None and heard.opcode == TEXT, heard
        return json.loads(heard.payload)

    def until(self, kind: str) -> dict[str, Any]:
        """The data of the next message of that type."""
        while (message := self.message())["type"] != kind:
            pass
        return message["data"]

    def next_is(self, *kinds: str) -> None:
        """The very next messages are of these types."""
        assert [self.message()["type"] for _ in kinds] == list(kinds)

    def pongs(self, *payloads: bytes) -> None:
        """The very next frames are pongs with these payloads."""
        heard = [self.frame() for _ in payloads]
        assert heard == [Heard(PONG, payload) for payload in payloads]

    def pong(self) -> bytes:
        """The payload of the very next frame, a pong."""
        heard = self.frame()
        assert heard is not None and heard.opcode == PONG, heard
        return heard.payload

    def is_well(self) -> None:
        """Nothing waits, and both kinds of ping are answered."""
        self.send(frame(PING, b"well?"), frame(TEXT, asking()))
        self.pongs(b"well?")
        self.next_is("pong")

    def is_closed(self, *codes: int) -> bytes:
        """The very next frame closes with one of the codes, then the stream ends; the reason is
        given back. An empty payload counts as 1005."""
        heard = self.frame()
        assert heard is not None and heard.opcode == CLOSE, heard
        assert len(heard.payload) != 1, "half a code"
        code = int.from_bytes(heard.payload[:2]) if heard.payload else 1005
        reason = heard.payload[2:]
        assert code in codes, f"{code} {reason!r} instead of {codes}"
        reason.decode()
        self.end()
        return reason

    def until_closed(self, code: int) -> None:
        """As ``is_closed``, after all messages that come before."""
        while (heard := self.frame()) is not None and heard.opcode == TEXT:
            pass
        assert heard == Heard(CLOSE, heard.payload if heard else b"")
        assert int.from_bytes(heard.payload[:2]) == code
        self.end()

    def is_told_to_go(self, code: int) -> None:
        """The server begins the closing handshake, waits for our answer, and ends the stream."""
        heard = self.frame()
        assert heard is not None and heard.opcode == CLOSE, heard
        assert int.from_bytes(heard.payload[:2]) == code, heard
        self.send(frame(CLOSE, heard.payload))
        self.end()


class Arena:
    """A server and a dashboard that behaves. Whatever happens in here, at the end it alone is
    counted and it still gets every event."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.bystander = Client(server.port)
        self.bystander.shake()
        self._numbers = itertools.count()
        self._clients: list[Client] = []

    def connect(self) -> Client:
        """A dashboard that may misbehave."""
        client = self.dial()
        client.shake()
        return client

    def dial(self) -> Client:
        """One that hasn't sent its handshake yet."""
        client = Client(self.server.port)
        self._clients.append(client)
        return client

    def relays(self, sender: Client, text: str, chop: int | None = None) -> None:
        """What one says comes through to the other, octet by octet."""
        said = command("track_dashboard_action", action="says", details={"text": text})
        sender.send(frame(TEXT, said), chop=chop)
        self.hears(text)

    def hears(self, text: str) -> None:
        """The bystander hears of an action ``says`` with that text."""
        assert self.bystander.until("dashboard_action")["details"] == {"text": text}

    def roundtrip(self) -> None:
        """Whatever was sent before on any connection, the server has read it now: it turns to all
        that have something for it before it answers to anything newer."""
        self.bystander.send(frame(TEXT, asking()))
        self.bystander.until("pong")

    def settle(self) -> None:
        """Those whom the server hasn't closed go now; those whom it has closed must be out of the
        count already, though they haven't closed their side yet."""
        for client in self._clients:
            if not client.ended:
                client.drop()
        wait_until(lambda: self.dashboards() == 1, "the bystander to be alone")
        page = f"/{next(self._numbers)}"
        event = {"type": "pageview", "page": page, "sessionId": "ann"}
        assert self.server.http.post("/api/events", json=event).status_code == 201
        assert self.bystander.until("visitor_update")["event"]["page"] == page
        self.roundtrip()

    def close(self) -> None:
        for client in (self.bystander, *self._clients):
            client.drop()

    def dashboards(self) -> int:
        return self.server.http.get("/api/analytics/summary").json()["totalDashboards"]
