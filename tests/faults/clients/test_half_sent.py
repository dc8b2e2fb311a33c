"""Requests that are begun and never ended."""

import asyncio
from contextlib import suppress

import pytest

from tests.faults.clients.crowd import allow_open_files
from tests.support import BOUND_S, Running, StartServer, wait_until

VISIT = {"type": "pageview", "page": "/home", "sessionId": "ann"}
MIB = 2**20
HEAD = b"POST /api/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"", b"POST /api", HEAD, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + HEAD],
    ids=["nothing", "half a line", "half a head", "a second half head"],
)
async def test_a_head_that_does_not_come_ends_the_connection(
    start_server: StartServer, sent: bytes
) -> None:
    server = start_server("--body-timeout-s", "1")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    async with asyncio.timeout(BOUND_S):
        await reader.read()
    writer.close()


async def test_a_head_without_end_is_cut_off(server: Running) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HEAD)
    sent = 0
    with pytest.raises(ConnectionError):
        for number in range(20_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"x" * 1000))
            await writer.drain()
            sent = number
    assert sent < 10_000
    writer.close()


async def test_a_body_that_does_not_come_is_a_refusal(start_server: StartServer) -> None:
    server = start_server("--body-timeout-s", "1")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HEAD + b"Content-Length: 100\r\nConnection: close\r\n\r\n{")
    async with asyncio.timeout(BOUND_S):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"wasn't here within 1 s" in answer
    writer.close()


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
@pytest.mark.parametrize("method_and_path", ["POST /login", "POST /api/analytics/reset", "GET /"])
async def test_a_body_that_does_not_come_ends_the_connection_wherever_it_is_read(
    start_server: StartServer, plain: tuple[str, ...], method_and_path: str
) -> None:
    server = start_server("--body-timeout-s", "1", "--token", "secret-of-the-house", *plain)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"{method_and_path} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b"token=x")
    async with asyncio.timeout(BOUND_S):
        assert (await reader.read()).startswith(b"HTTP/1.1 ")
    writer.close()


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
async def test_a_body_that_drips_behind_an_answer_ends_the_connection(
    start_server: StartServer, plain: tuple[str, ...]
) -> None:
    server = start_server("--body-timeout-s", "1", *plain)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")

    async def drip() -> None:
        with suppress(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.1)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(BOUND_S):
        with suppress(ConnectionError):
            assert (await reader.read()).startswith(b"HTTP/1.1 404 ")
    dripping.cancel()
    writer.close()


async def test_five_hundred_half_sent_requests_leave_the_others_alone(
    start_server: StartServer,
) -> None:
    allow_open_files(2_048)
    server = start_server("--body-timeout-s", "3")
    half = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(500)]
    for _, writer in half:
        writer.write(HEAD)
    for _ in range(50):
        answer = await asyncio.to_thread(server.http.post, "/api/events", json=VISIT)
        assert answer.status_code == 201
    async with asyncio.timeout(2 * BOUND_S):
        await asyncio.gather(*(reader.read() for reader, _ in half))
    for _, writer in half:
        writer.close()
    await asyncio.to_thread(
        wait_until, lambda: server.http.get("/healthz").status_code == 200, "an answer"
    )


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
async def test_bodies_that_are_held_at_once_are_bounded(
    start_server: StartServer, plain: tuple[str, ...]
) -> None:
    """Three bodies of 1 MB, of which the last byte doesn't come, where 2 MB have room."""
    server = start_server("--max-bodies-bytes", str(2 * MIB), *plain)
    head = (
        f"POST /api/events/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Content-Length: {MIB}\r\n\r\n"
    )
    half = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
    for _, writer in half:
        writer.write(head.encode() + b"[" + b" " * (MIB - 2))
    answers = [asyncio.create_task(reader.readline()) for reader, _ in half]
    async with asyncio.timeout(BOUND_S):
        done, waiting = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
    assert [answer.result() for answer in done] == [b"HTTP/1.1 503 Service Unavailable\r\n"]
    assert len(waiting) == 2
    for _, writer in half:
        writer.write(b"]")
        writer.close()
    answer = await asyncio.to_thread(server.http.post, "/api/events/batch", json=[VISIT] * 10)
    assert answer.json()["accepted"] == 10
