"""The socket of our own page, and the frames that it shares with others."""

import json
import re
import zlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.extensions.base import ClientExtensionFactory
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
)
from websockets.frames import Frame
from websockets.protocol import State

from ingest.websocket.page_protocol import PageSocket
from ingest.websocket.shared_frame import WINDOW_BITS, SharedFrame
from tests.support import Running

PATH = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
ROWS = json.dumps([{"page": f"/products/{number}", "country": "India"} for number in range(200)])


PING = re.compile(
    r'"(\d+)":\{"tag":"nicegui-status".*?"listener_id":"([0-9a-f-]{36})","type":"ping"'
)


def new_page(server: Running) -> tuple[str, str]:
    """Where the socket of a page connects that the server has built just now, and the packet in
    which it asks for the server's time: NiceGUI answers."""
    text = server.http.get("/").text
    [client_id] = set(re.findall(r"'client_id': '([0-9a-f-]{36})'", text))
    ids = f"client_id={client_id}&tab_id=t&document_id=d&next_message_id=0"
    address = server.url.replace("http", "ws") + f"{PATH}&implicit_handshake=true&{ids}"
    status = PING.search(text)
    assert status is not None
    asked = {"client_id": client_id, "id": int(status[1]), "listener_id": status[2], "args": ["7"]}
    return address, "42" + json.dumps(["event", asked])


def offers(**options: Any) -> list[ClientExtensionFactory]:
    return [ClientPerMessageDeflateFactory(**options)]


async def test_it_is_compressed_and_keeps_nothing_from_one_message_to_the_next(
    server: Running,
) -> None:
    async with connect(server.url.replace("http", "ws") + PATH, proxy=None) as socket:
        [deflate] = socket.protocol.extensions
        assert isinstance(deflate, PerMessageDeflate)
        assert deflate.remote_no_context_takeover
        assert deflate.remote_max_window_bits == deflate.local_max_window_bits == WINDOW_BITS
        assert str(await socket.recv()).startswith("0{")


@pytest.mark.parametrize(
    ("extensions", "is_compressed"),
    [
        pytest.param(None, False, id="uncompressed"),
        *(
            pytest.param(
                offers(server_max_window_bits=bits), bits >= WINDOW_BITS, id=f"{bits} bits"
            )
            for bits in range(8, 16)
        ),
        pytest.param(offers(server_no_context_takeover=True), True, id="no takeover by the server"),
        pytest.param(offers(client_no_context_takeover=True), True, id="no takeover by the client"),
        pytest.param(offers(client_max_window_bits=None), True, id="no window"),
    ],
)
async def test_every_client_can_read_views_between_messages_of_nicegui(
    server: Running, extensions: Sequence[ClientExtensionFactory] | None, is_compressed: bool
) -> None:
    """A window that is smaller than the one of shared frames gets them uncompressed."""
    for number in range(40):
        event = {"type": "pageview", "page": f"/page/{number}", "sessionId": f"visitor-{number}"}
        assert server.http.post("/api/events", json=event).status_code == 201
    address, ping = new_page(server)
    async with connect(address, proxy=None, compression=None, extensions=extensions) as socket:
        seen = watch_compression(socket)
        await socket.send("40")
        await socket.send(ping)
        events: list[Any] = []
        while len({name for name, _ in events}) < 2:
            message = str(await socket.recv())
            events += [json.loads(message[2:])] if message.startswith("42") else []
    [view] = [content for name, content in events if name == "visitors.view"]
    shown = {panel: content for panel, _, content in view["calls"]}
    assert shown["active"]["value"] == "40"
    assert len(shown["feed"]["rows"]["values"]) == 40
    assert "run_javascript" in dict(events)
    assert seen == ([is_compressed] if socket.protocol.extensions else [])


def watch_compression(socket: ClientConnection) -> list[bool]:
    """For each frame of a view that the socket reads with an extension: was it compressed?"""
    seen: list[bool] = []
    for extension in socket.protocol.extensions:
        decode = extension.decode

        def watched(frame: Frame, *, decode: Any = decode, **options: Any) -> Frame:
            decoded: Frame = decode(frame, **options)
            if b"visitors.view" in bytes(decoded.data):
                seen.append(frame.rsv1)
            return decoded

        extension.decode = watched  # type: ignore[method-assign]
    return seen


def unframed(frame: bytes) -> tuple[int, bytes]:
    """First byte and payload of an unmasked frame."""
    size, start = frame[1], 2
    if size == 126:
        size, start = int.from_bytes(frame[2:4]), 4
    elif size == 127:
        size, start = int.from_bytes(frame[2:10]), 10
    assert len(frame) == start + size
    return frame[0], frame[start:]


@pytest.mark.parametrize("text", ["a" * 200, ROWS, "ä€\N{DUCK}" * 30, ROWS * 9])
def test_a_frame_is_compressed_as_the_rfc_says(text: str) -> None:
    frame = SharedFrame(text)
    first, payload = unframed(frame.compressed)
    assert first == 0b1100_0001  # the whole of a text message, with RSV1
    assert not payload.endswith(b"\x00\x00\xff\xff")
    inflate = zlib.decompressobj(wbits=-WINDOW_BITS)
    assert inflate.decompress(payload + b"\x00\x00\xff\xff").decode() == text
    assert len(payload) < len(text.encode())
    assert unframed(frame.plain) == (0b1000_0001, text.encode())


def test_a_short_message_does_not_grow_by_compression() -> None:
    frame = SharedFrame("2")
    assert frame.compressed == frame.plain == b"\x81\x012"


def test_each_form_is_made_once() -> None:
    frame = SharedFrame(ROWS)
    assert frame.compressed is frame.compressed
    assert frame.plain is frame.plain


@pytest.mark.parametrize(
    ("state", "is_closing", "written"),
    [(State.OPEN, False, 1), (State.CLOSING, False, 0), (State.OPEN, True, 0)],
)
def test_no_frame_follows_a_close(state: State, is_closing: bool, written: int) -> None:
    frames: list[bytes] = []
    socket = PageSocket.__new__(PageSocket)
    socket.conn = SimpleNamespace(state=state)  # type: ignore[assignment]
    socket.transport = SimpleNamespace(  # type: ignore[assignment]
        is_closing=lambda: is_closing, write=frames.append
    )
    socket.write(SharedFrame(ROWS))
    assert len(frames) == written
