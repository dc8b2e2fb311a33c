"""The journal in Redis alone, without a server around it."""

from pathlib import Path

import pytest

from state.event import Tick
from state.journal.base import Record, RecordHandler, Unavailable
from state.journal.checkpoints import Checkpoints, Stamp
from state.journal.redis.checkpoints import RedisCheckpoints
from state.journal.redis.journal import RedisJournal
from state.journal.redis.url import RedisAddress, read_address
from state.journal.sqlite.checkpoints import CheckpointFile
from tests.redis_server import RedisServer
from tests.state.journal.journals import living
from tests.support import NOON, event


class Taken:
    """Takes any checkpoint, and remembers its pieces."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.is_done = False

    def load(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.is_done = piece == b"end"


@pytest.fixture
def address(tmp_path: Path, redis_server: RedisServer) -> RedisAddress:
    return read_address(redis_server.journal(tmp_path.name))


@pytest.fixture(params=["sqlite", "redis"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> list[Checkpoints]:
    """Two processes' views of the same checkpoints."""
    if request.param == "sqlite":
        return [CheckpointFile(tmp_path / "v.db") for _ in range(2)]
    address = request.getfixturevalue("address")
    return [RedisCheckpoints(address) for _ in range(2)]


async def test_nothing_is_appended_where_the_stream_is_gone(
    address: RedisAddress, redis_server: RedisServer
):
    journal: RedisJournal[Record] = RedisJournal(address, epoch="e")
    async with living(journal):
        await journal.append([Tick()])
        redis_server.redis.delete(address.stream)
        with pytest.raises(Unavailable, match="gone"):
            await journal.append([Tick()])


async def test_a_start_goes_on_behind_the_record_of_the_checkpoint(
    address: RedisAddress, redis_server: RedisServer
):
    async with living(RedisJournal(address, epoch="e")) as applied:
        pass
    first: RedisJournal[Record] = RedisJournal(address, epoch="e")
    async with living(first) as applied:
        for _ in range(10):
            await first.append([event()])
    places = [name for name, _ in redis_server.redis.xrange(address.stream)]
    stamp = Stamp("e", 6, applied[5].at, places[6].decode())
    RedisCheckpoints(address).put(stamp, [b"piece", b"end"])
    taken, later = Taken(), list[Record]()
    handler = RecordHandler[None](later.append)
    handler.checkpoint_loader = lambda: taken  # type: ignore[method-assign]
    second: RedisJournal[None] = RedisJournal(address, epoch="x")
    await second.start(handler)
    await second.append([Tick()])
    assert taken.pieces == [b"piece", b"end"]
    assert later[:4] == applied[6:]
    assert [record.seq for record in later] == [7, 8, 9, 10, 11]
    assert (second.seq, second.checkpoint, second.progress.done) == (11, 6, 4)
    await second.stop()


def test_one_makes_a_checkpoint_at_a_time(two: list[Checkpoints]):
    first, second = two
    assert (first.claim(), second.claim()) == (True, False)
    second.release()
    first.release()
    assert second.claim()
    second.release()


def test_the_newest_checkpoint_takes_the_place_of_the_one_before(two: list[Checkpoints]):
    writer, reader = two
    assert reader.stamp() is None
    for seq in (1, 2):
        stamp = Stamp("e", seq, NOON, f"{seq}-0")
        writer.put(stamp, [b"%d" % seq, b"x" * 100_000])
        found = reader.stamp()
        assert found is not None
        assert (found.epoch, found.seq, found.at) == ("e", seq, NOON)
        assert list(reader.pieces()) == [b"%d" % seq, b"x" * 100_000]
