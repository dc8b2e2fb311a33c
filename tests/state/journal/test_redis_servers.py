"""Servers that are reached otherwise: over TLS, with a password, as a part of a Redis Cluster."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from redis.crc import key_slot

from state.event import Tick
from state.journal.base import JournalError, Record, RecordHandler, Unavailable
from state.journal.factory import open_reader
from state.journal.redis.journal import RedisJournal
from state.journal.redis.url import read_address
from tests.redis_server import RedisServer, free_port
from tests.state.journal.journals import living
from tests.support import BOUND_S, event, wait_until

SLOTS = 16_384
StartRedis = Callable[..., RedisServer]


@pytest.fixture
def start_redis(tmp_path: Path) -> Iterator[StartRedis]:
    started: list[RedisServer] = []

    def start(*flags: str) -> RedisServer:
        started.append(RedisServer(tmp_path / f"redis-{len(started)}", *flags))
        return started[-1]

    yield start
    for server in started:
        server.stop()


class Tls(NamedTuple):
    """A port that speaks it, with a certificate that signs itself; ``flags`` are for the server."""

    port: int
    certificate: str
    flags: list[str]


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    port, key, certificate = free_port(), str(tmp_path / "key"), str(tmp_path / "certificate")
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    asked += ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run(asked, check=True, capture_output=True)
    flags = ["--tls-port", str(port), "--tls-cert-file", certificate, "--tls-key-file", key]
    flags += ["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"]
    return Tls(port, certificate, flags)


async def test_over_tls_with_a_user_and_a_password(
    start_redis: StartRedis, tls: Tls, monkeypatch: pytest.MonkeyPatch
):
    server = start_redis(*tls.flags)
    server.redis.acl_setuser(
        "visitors", enabled=True, passwords=["+secret"], keys=["*"], categories=["+@all"]
    )
    monkeypatch.setenv("SSL_CERT_FILE", tls.certificate)
    address = read_address(f"rediss://visitors:secret@localhost:{tls.port}/0")
    journal: RedisJournal[Record] = RedisJournal(address, epoch="e")
    async with living(journal):
        assert (await journal.append([event()])).seq > 0
    assert server.redis.xlen("visitors") > 1


async def test_where_nobody_may_ask_for_the_replicas_nothing_is_promised(start_redis: StartRedis):
    server = start_redis()
    server.redis.acl_setuser(
        "visitors",
        enabled=True,
        passwords=["+secret"],
        keys=["*"],
        categories=["+@all"],
        commands=["-wait"],
    )
    address = read_address(f"redis://visitors:secret@127.0.0.1:{server.port}/0?replicas=1")
    journal: RedisJournal[Record] = RedisJournal(address, epoch="e")
    async with living(journal):
        with pytest.raises(Unavailable, match="wait"):
            await journal.append([event()])


@pytest.mark.parametrize(
    ("user", "why"), [("visitors:secret", "verify failed"), ("visitors:wrong", "username-password")]
)
def test_a_server_that_is_not_trusted_or_does_not_trust_is_named_with_the_reason(
    start_redis: StartRedis,
    tls: Tls,
    user: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
):
    start_redis(*tls.flags)
    if "wrong" in user:
        monkeypatch.setenv("SSL_CERT_FILE", tls.certificate)
    with pytest.raises(JournalError, match=why) as error:
        open_reader(f"rediss://{user}@localhost:{tls.port}/0")
    assert f"localhost:{tls.port}" in str(error.value)
    assert user not in str(error.value)


def is_whole(server: RedisServer) -> bool:
    return "cluster_state:ok" in str(server.redis.execute_command("CLUSTER", "INFO"))


@pytest.fixture
def parts(start_redis: StartRedis) -> list[RedisServer]:
    """A Redis Cluster of two servers that share the slots by halves."""
    buses = [free_port(), free_port()]
    servers = [start_redis("--cluster-enabled", "yes", "--cluster-port", str(bus)) for bus in buses]
    for place, server in enumerate(servers):
        half = SLOTS // 2
        server.redis.execute_command(
            "CLUSTER", "ADDSLOTSRANGE", place * half, (place + 1) * half - 1
        )
    servers[0].redis.execute_command("CLUSTER", "MEET", "127.0.0.1", servers[1].port, buses[1])
    for server in servers:
        wait_until(lambda server=server: is_whole(server), "the cluster to be whole")
    return servers


async def test_in_a_redis_cluster_the_part_that_has_the_stream_is_to_be_named(
    parts: list[RedisServer],
):
    owner = parts[key_slot(b"visitors") * 2 // SLOTS]
    [other] = [server for server in parts if server is not owner]
    lost: RedisJournal[None] = RedisJournal(read_address(other.journal()), epoch="e")
    starting = asyncio.create_task(lost.start(RecordHandler(lambda record: None)))
    async with asyncio.timeout(BOUND_S):
        while lost.trouble is None:  # noqa: ASYNC110 — nobody tells
            await asyncio.sleep(0.01)
    assert f"keeps the stream at 127.0.0.1:{owner.port}" in lost.trouble
    await lost.stop()
    await starting
    with pytest.raises(JournalError, match=f"127.0.0.1:{owner.port}; name that one"):
        open_reader(other.journal())
    journal: RedisJournal[Record] = RedisJournal(read_address(owner.journal()), epoch="e")
    async with living(journal) as applied:
        await journal.append([Tick()])
    assert [record.what for record in applied][-1] == (Tick(),)
