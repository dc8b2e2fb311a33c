"""Attacks by WebSocket: filters on ``/ws``, clients that never read, and malformed messages to the
page's socket."""

import asyncio
import json
import socket
from contextlib import suppress

from bench.hostile.attack_client import (
    BINARY,
    PING,
    TEXT,
    Attack,
    AttackClient,
    HandshakeError,
    frame,
    handshake,
    read_status,
)

PAGE_SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
HOLD_S = 60.0
FILTERS_PER_CONNECTION = 60
REPETITIONS = 200
MALFORMED_MESSAGES = (
    frame(TEXT, b'451-["event",{"_placeholder":true,"num":0}]') + frame(BINARY, bytes(60_000)),
    frame(BINARY, bytes(60_000)) * 10,
    frame(TEXT, b'42["event",{"client_id":"c","id":1,"listener_id":"l","args":["{}"]}]')
    * REPETITIONS,
    frame(TEXT, b'42["event"' + b"[" * 30_000),
    frame(TEXT, b"42" + b'["handshake",{"client_id":"no","tab_id":"t","document_id":"d"}]')
    * REPETITIONS,
    frame(TEXT, b"451000000-") * REPETITIONS,
    frame(PING, b"x" * 125) * REPETITIONS,
    frame(TEXT, b"\xff\xfe"),
    b"\x01\x80" + bytes(4) + (b"\x00\x80" + bytes(4)) * 5_000,
)


async def change_filters(client: AttackClient, number: int) -> str:
    """Ask for a new filter every 20 ms on one connection."""
    async with client.websocket() as (reader, writer):
        for turn in range(FILTERS_PER_CONNECTION):
            filter_ = {"page": f"/{number}-{turn}", "country": f"{turn}"}
            kind = ("subscribe", "request_detailed_stats")[turn % 2]
            writer.write(frame(TEXT, json.dumps({"type": kind, "filter": filter_}).encode()))
            await asyncio.sleep(0.02)
        received = await _read_for(reader, 0.5)
        return "rate_limited" if b"rate_limited" in received else "all answered"


async def never_read(client: AttackClient, number: int) -> str:
    """Request much with a small receive buffer, and read nothing."""
    connection = socket.socket()
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.bind((client.address, 0))
        connection.connect(("127.0.0.1", client.port))
        connection.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connection, limit=1_024)
    except OSError:
        connection.close()
        raise
    try:
        writer.write(handshake("/ws"))
        if (status := await read_status(reader)) != "101":
            raise HandshakeError(status)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        for turn in range(10):
            writer.write(frame(TEXT, b'{"type":"request_detailed_stats"}'))
            writer.write(frame(TEXT, b'{"type":"resume","epoch":"x","seq":%d}' % turn))
        return await _wait_until_closed(writer, min(HOLD_S, client.left_s))
    finally:
        writer.transport.abort()


async def flood_page_socket(client: AttackClient, number: int) -> str:
    """Connect to the page's socket as NiceGUI's client does, then send malformed messages."""
    async with client.websocket(PAGE_SOCKET) as (reader, writer):
        writer.write(frame(TEXT, b"40"))
        await asyncio.sleep(0.05)
        for turn in range(5):
            writer.write(MALFORMED_MESSAGES[(number + turn) % len(MALFORMED_MESSAGES)])
            await asyncio.wait_for(writer.drain(), 5)
            await asyncio.sleep(0.05)
        await _read_for(reader, 0.5)
        return "closed by the server" if reader.at_eof() else "left open"


async def _read_for(reader: asyncio.StreamReader, for_s: float) -> bytes:
    """Return what arrives within ``for_s``."""
    received = bytearray()
    with suppress(TimeoutError, ConnectionResetError):
        async with asyncio.timeout(for_s):
            while part := await reader.read(65_536):
                received += part
    return bytes(received)


async def _wait_until_closed(writer: asyncio.StreamWriter, for_s: float) -> str:
    """Write pings until the connection is closed: without reads only a write notices that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(for_s):
            while not writer.transport.is_closing():
                writer.write(frame(PING, b""))
                await asyncio.sleep(1.0)
            return "closed by the server"
    return "held"


ATTACKS = {
    "websocket filters": Attack(change_filters, 2),
    "clients that never read": Attack(never_read, 10, workers=30),
    "page socket": Attack(flood_page_socket, 5),
}
