"""Clients of the Redis server of a journal, and the state of its stream.

``STREAM`` holds an entry a record, in one order for the whole cluster; ``{STREAM}:epoch`` holds
the epoch and the number of entries that were added before its first record. An epoch begins with an
entry that names it, so a consumer of the stream notices a new epoch at its beginning."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import NoBackoff
from redis.exceptions import MovedError, RedisError
from redis.retry import Retry

from state.journal.checkpoints import Stamp
from state.journal.redis.url import RedisAddress

WHAT, BY, EPOCH = b"w", b"by", b"epoch"
CONNECT_S = 1.0
ANSWER_S = 1.5
BLOCKING_ANSWER_S = 15.0
AUTO_ID = "*"
FAILURES = (RedisError, OSError, TimeoutError)

BEGIN_EPOCH_SCRIPT = """
local name, base = redis.call('HGET', KEYS[2], 'name'), redis.call('HGET', KEYS[2], 'base')
if (name or '') ~= ARGV[1] then return name end
if redis.call('EXISTS', KEYS[1]) == 0 then base = false end
redis.call('XADD', KEYS[1], ARGV[3], 'epoch', ARGV[2])
local info, added = redis.call('XINFO', 'STREAM', KEYS[1]), nil
for index = 1, #info, 2 do
  if info[index] == 'entries-added' then added = info[index + 1] end
end
redis.call('HSET', KEYS[2], 'name', ARGV[2], 'base', base or added)
return ARGV[2]
"""
"""Begins an epoch, unless another client has begun one since. Entries that are left of the epoch
before are part of it. KEYS: stream, epoch. ARGV: the epoch to replace ("" for none), the new one,
the id of its first entry. Returns the current epoch."""


INFO_SCRIPT = """
local name, base = redis.call('HGET', KEYS[2], 'name'), redis.call('HGET', KEYS[2], 'base')
if not name or redis.call('EXISTS', KEYS[1]) == 0 then return nil end
return {name, base, redis.call('XINFO', 'STREAM', KEYS[1])}
"""
"""Reads the epoch and the state of the stream atomically. KEYS as above."""


class HistoryChanged(Exception):
    """The stream isn't the history that this process has applied, or lacks entries of it."""


class StreamInfo(NamedTuple):
    """The state of the stream: its epoch, ``base`` entries that were added before the first
    record of the epoch, ``added`` entries ever, ``deleted`` of them since, and the last id."""

    epoch: str
    base: int
    added: int
    deleted: int
    last_id: bytes

    @property
    def replay_epoch(self) -> str:
        """The epoch of a replay from the first stored entry. If entries of the epoch were deleted
        it differs from ``epoch``: such a replay is another history."""
        deleted = self.deleted - self.base
        return f"{self.epoch}.{deleted}" if deleted > 0 else self.epoch

    def has(self, stamp: Stamp) -> bool:
        """True if all entries after that checkpoint are here."""
        return stamp.epoch == self.epoch and self.deleted <= self.base + stamp.seq <= self.added


def epoch_key(stream: str) -> str:
    """Returns the key of the epoch. In a Redis Cluster the braces keep it in the stream's slot."""
    return f"{{{stream}}}:epoch"


def client(address: RedisAddress) -> AsyncRedis:
    """Returns a client without retries: an append that is sent again might be stored twice."""
    return AsyncRedis.from_url(address.url, **_options(ANSWER_S))


def single_connection(address: RedisAddress) -> AsyncRedis:
    """Returns such a client on a single connection that isn't reopened when it breaks."""
    return AsyncRedis.from_url(address.url, single_connection_client=True, **_options(ANSWER_S))


def blocking_client(address: RedisAddress, answer_s: float = BLOCKING_ANSWER_S) -> Redis:
    """Returns a blocking client without retries, for threads and for processes of their own."""
    return Redis.from_url(address.url, **_options(answer_s))


def reason(error: BaseException) -> str:
    """Returns the cause of an error as text for an operator."""
    if isinstance(error, MovedError):
        there = f"{error.host}:{error.port}"
        return f"it is part of a Redis Cluster that keeps the stream at {there}; name that one"
    return str(error) or type(error).__name__


def at_of(entry_id: bytes) -> float:
    """Returns the server's time in an entry's id, in epoch seconds."""
    return int(entry_id.partition(b"-")[0]) / 1000


def parse_id(entry_id: bytes) -> tuple[int, int]:
    """Returns an entry's id as two numbers, in the order of the stream."""
    at, _, number = entry_id.partition(b"-")
    return int(at), int(number)


async def stream_info(redis: AsyncRedis, stream: str) -> StreamInfo | None:
    """Returns the state of the stream, or None where no epoch has begun."""
    return parse_stream_info(await redis.eval(INFO_SCRIPT, 2, stream, epoch_key(stream)))


def parse_stream_info(answer: Any) -> StreamInfo | None:
    """Returns the state in the answer of ``INFO_SCRIPT``.

    Raises:
        RedisError: the server is older than Redis 7.
    """
    if answer is None:
        return None
    fields = dict(pairs(answer[2]))
    if b"entries-added" not in fields:
        raise RedisError("Redis 7 is needed, or Valkey")
    added = int(fields[b"entries-added"])
    deleted = added - int(fields[b"length"])
    return StreamInfo(
        answer[0].decode(), int(answer[1]), added, deleted, fields[b"last-generated-id"]
    )


def pairs(flat: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yields the pairs of a flat list of names and values, as Lua returns them."""
    return zip(flat[::2], flat[1::2], strict=True)


async def begin_epoch(
    redis: AsyncRedis, stream: str, epoch: str, replaces: str | None = None
) -> None:
    """Begin an epoch in place of ``replaces``, unless another client has begun one already. None
    replaces the current one, whichever it is."""
    if replaces is None:
        name: Any = await redis.hget(epoch_key(stream), "name")
        replaces = (name or b"").decode()
    await redis.eval(BEGIN_EPOCH_SCRIPT, 2, stream, epoch_key(stream), replaces, epoch, AUTO_ID)


def _options(answer_s: float) -> dict[str, Any]:
    return {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": answer_s,
        "socket_connect_timeout": CONNECT_S,
        "protocol": 2,
    }
