"""Stores checkpoints in Redis, shared by the nodes of a cluster: each is a list of pieces, and a
hash points to the newest."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

from redis import Redis

from state.journal.checkpoints import (
    BrokenCheckpoint,
    Checkpoints,
    Stamp,
    compress_piece,
    decompress_piece,
)
from state.journal.redis.link import BLOCKING_ANSWER_S, blocking_client
from state.journal.redis.url import RedisAddress

PIECES_READ = 20
UNFINISHED_S = 900
SUPERSEDED_S = 120
CLAIMED_S = 600


class RedisCheckpoints(Checkpoints):
    """Reads and replaces the newest checkpoint. ``claim`` elects the process that makes the next.
    ``answer_s`` is the time that Redis may take to answer, in seconds."""

    def __init__(self, address: RedisAddress, answer_s: float = BLOCKING_ANSWER_S) -> None:
        self._redis: Redis = blocking_client(address, answer_s)
        self._stream = address.stream
        self._newest = f"{{{address.stream}}}:checkpoint"
        self._claim = f"{{{address.stream}}}:checkpoint-claim"
        self._token = uuid4().hex

    def stamp(self) -> Stamp | None:
        found = self._redis.hgetall(self._newest)
        try:
            return Stamp(**json.loads(found[b"stamp"])) if found else None
        except (ValueError, TypeError, KeyError):
            return None

    def pieces(self) -> Iterator[bytes]:
        key: Any = self._redis.hget(self._newest, "pieces")
        start = 0
        while key and (batch := self._read_pieces(key, start)):
            yield from map(decompress_piece, batch)
            start += len(batch)
        if not start:
            raise BrokenCheckpoint("it is gone")

    def put(self, stamp: Stamp, pieces: Iterable[bytes]) -> None:
        """The checkpoint before expires two minutes later, so that a process can finish reading."""
        key = f"{self._newest}:{stamp.seq}:{self._token}"
        for piece in map(compress_piece, pieces):
            self._redis.rpush(key, piece)
            self._redis.expire(key, UNFINISHED_S)
        before = self._redis.hget(self._newest, "pieces")
        header = {"epoch": stamp.epoch, "seq": stamp.seq, "at": stamp.at, "place": stamp.place}
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.persist(key)
            pipe.hset(self._newest, mapping={"stamp": json.dumps(header), "pieces": key})
            if before:
                pipe.expire(before, SUPERSEDED_S)
            pipe.execute()

    def _read_pieces(self, key: Any, start: int) -> list[Any]:
        return list(self._redis.lrange(key, start, start + PIECES_READ - 1))

    def claim(self) -> bool:
        """Claims for ten minutes at most. Returns False while another process has the claim."""
        return bool(self._redis.set(self._claim, self._token, nx=True, ex=CLAIMED_S))

    def release(self) -> None:
        if self._redis.get(self._claim) == self._token.encode():
            self._redis.delete(self._claim)

    def trim(self, epoch: str, before_at: float) -> int:
        """Delete the entries of ``epoch`` that are older than ``before_at`` and than the newest
        checkpoint, by whole blocks of the stream. Returns their number."""
        stamp = self.stamp()
        if stamp is None or stamp.epoch != epoch:
            return 0
        oldest = int(min(before_at, stamp.at) * 1000)
        return int(self._redis.xtrim(self._stream, minid=str(oldest), approximate=True))

    def close(self) -> None:
        self._redis.close()
