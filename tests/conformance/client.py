"""A foreign dashboard on the bare wire, and the arena: one that may misbehave, one that mustn't notice."""

import itertools
import json
from typing import Any

from tests.conformance.wire import CLOSE, PING, PONG, TEXT, Heard, Wire, asking, command, frame
from tests.support import Running, wait_until


class Client(Wire):
    """A connection after its handshake, that has heard its first two messages."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.request()
        assert self.response().status == 101
        self.welcome()

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
        code, reason = int.from_bytes(heard.payload[:2]) or 1005, heard.payload[2:]
        assert code in codes, f"{code} {reason!r} instead of {codes}"
        reason.decode()
        self.end()
        return reason


class Arena:
    """A server and a dashboard that behaves. Whatever happens in here, at the end it alone is
    counted and it still gets every event."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.bystander = Client(server.port)
        self._numbers = itertools.count()
        self._wires: list[Wire] = []

    def connect(self) -> Client:
        """A dashboard that may misbehave."""
        client = Client(self.server.port)
        self._wires.append(client)
        return client

    def dial(self) -> Wire:
        """A TCP connection, without handshake."""
        wire = Wire(self.server.port)
        self._wires.append(wire)
        return wire

    def relays(self, sender: Client, text: str, chop: int | None = None) -> None:
        """What one says comes through to the other, octet by octet."""
        said = command("track_dashboard_action", action="says", details={"text": text})
        sender.send(frame(TEXT, said), chop=chop)
        self.hears(text)

    def hears(self, text: str) -> None:
        """The bystander hears of an action ``says`` with that text."""
        assert self.bystander.until("dashboard_action")["details"] == {"text": text}

    def settle(self) -> None:
        """Those whom the server hasn't closed go now; those whom it has closed must be out of the
        count already, though they haven't closed their side yet."""
        for wire in self._wires:
            if not wire.ended:
                wire.drop()
        wait_until(lambda: self.dashboards() == 1, "the bystander to be alone")
        page = f"/{next(self._numbers)}"
        event = {"type": "pageview", "page": page, "sessionId": "ann"}
        assert self.server.http.post("/api/events", json=event).status_code == 201
        assert self.bystander.until("visitor_update")["event"]["page"] == page
        self.bystander.until("session_activity")
        self.bystander.is_well()

    def close(self) -> None:
        for wire in (self.bystander, *self._wires):
            wire.drop()

    def dashboards(self) -> int:
        return self.server.http.get("/api/analytics/summary").json()["totalDashboards"]
