"""What sockets can be made to do: filters on ``/ws``, readers that never read, and the page's
socket fed with what no page says."""

import asyncio
import json
import socket
from contextlib import suppress

from bench.hostile.attack_client import (
    BINARY,
    PING,
    TEXT,
    Kind,
    Peer,
    Refused,
    first_status,
    frame,
    handshake,
)

PAGE = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
DEAF_S = 60.0
FILTERS = 60
FLOOD = 200
JUNK = (
    frame(TEXT, b'451-["event",{"_placeholder":true,"num":0}]') + frame(BINARY, bytes(60_000)),
    frame(BINARY, bytes(60_000)) * 10,
    frame(TEXT, b'42["event",{"client_id":"c","id":1,"listener_id":"l","args":["{}"]}]') * FLOOD,
    frame(TEXT, b'42["event"' + b"[" * 30_000),
    frame(TEXT, b"42" + b'["handshake",{"client_id":"no","tab_id":"t","document_id":"d"}]') * FLOOD,
    frame(TEXT, b"451000000-") * FLOOD,
    frame(PING, b"x" * 125) * FLOOD,
    frame(TEXT, b"\xff\xfe"),
    b"\x01\x80" + bytes(4) + (b"\x00\x80" + bytes(4)) * 5_000,
)


async def change_filters(peer: Peer, number: int) -> str:
    """Ever new filters on one connection, as often as it bears."""
    async with peer.socket() as (reader, writer):
        for turn in range(FILTERS):
            wanted = {"page": f"/{number}-{turn}", "country": f"{turn}"}
            kind = ("subscribe", "request_detailed_stats")[turn % 2]
            writer.write(frame(TEXT, json.dumps({"type": kind, "filter": wanted}).encode()))
            await asyncio.sleep(0.02)
        heard = await _heard(reader, 0.5)
        return "rate_limited" if b"rate_limited" in heard else "followed"


async def never_read(peer: Peer, number: int) -> str:
    """A reader with a narrow window that asks for much and takes nothing."""
    narrow = socket.socket()
    try:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        narrow.bind((peer.address, 0))
        narrow.connect(("127.0.0.1", peer.port))
        narrow.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=narrow, limit=1_024)
    except OSError:
        narrow.close()
        raise
    try:
        writer.write(handshake("/ws"))
        if (status := await first_status(reader)) != "101":
            raise Refused(status)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        for turn in range(10):
            writer.write(frame(TEXT, b'{"type":"request_detailed_stats"}'))
            writer.write(frame(TEXT, b'{"type":"resume","epoch":"x","seq":%d}' % turn))
        return await _until_cut_off(writer, min(DEAF_S, peer.left_s))
    finally:
        writer.transport.abort()


async def pretend_a_page(peer: Peer, number: int) -> str:
    """Connect to the page's socket as NiceGUI's client does, and go on as it never would."""
    async with peer.socket(PAGE) as (reader, writer):
        writer.write(frame(TEXT, b"40"))
        await asyncio.sleep(0.05)
        for turn in range(5):
            writer.write(JUNK[(number + turn) % len(JUNK)])
            await asyncio.wait_for(writer.drain(), 5)
            await asyncio.sleep(0.05)
        await _heard(reader, 0.5)
        return "cut off" if reader.at_eof() else "left open"


async def _heard(reader: asyncio.StreamReader, for_s: float) -> bytes:
    heard = bytearray()
    with suppress(TimeoutError, ConnectionResetError):
        async with asyncio.timeout(for_s):
            while part := await reader.read(65_536):
                heard += part
    return bytes(heard)


async def _until_cut_off(writer: asyncio.StreamWriter, for_s: float) -> str:
    """Nothing is read, so that only a write tells that the other side has gone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(for_s):
            while not writer.transport.is_closing():
                writer.write(frame(PING, b""))
                await asyncio.sleep(1.0)
            return "cut off"
    return "held"


KINDS = {
    "socket filters": Kind(change_filters, 2),
    "deaf readers": Kind(never_read, 10, workers=30),
    "the page's socket": Kind(pretend_a_page, 5),
}
