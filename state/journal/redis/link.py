"""The server of a journal in Redis: how it is spoken to, what its answers tell about the history.

``STREAM`` holds an entry a record, in the order of the whole cluster; ``STREAM:epoch`` names the
history and tells at which count of entries it began. A history begins with an entry that names it,
so whoever reads on meets a new one where it begins."""

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
PATIENT_S = 15.0
NOW = "*"
FAILURES = (RedisError, OSError, TimeoutError)

BEGIN = """
local now, base = redis.call('HGET', KEYS[2], 'name'), redis.call('HGET', KEYS[2], 'base')
if (now or '') ~= ARGV[1] then return now end
if redis.call('EXISTS', KEYS[1]) == 0 then base = false end
redis.call('XADD', KEYS[1], ARGV[3], 'epoch', ARGV[2])
local told, added = redis.call('XINFO', 'STREAM', KEYS[1]), nil
for place = 1, #told, 2 do
  if told[place] == 'entries-added' then added = told[place + 1] end
end
redis.call('HSET', KEYS[2], 'name', ARGV[2], 'base', base or added)
return ARGV[2]
"""
"""Begins a history, unless somebody else has begun one since. What is left of the one before is
part of it. KEYS: stream, epoch. ARGV: the epoch that is over ("" for none), the new one, the id of
its first entry."""


STAND = """
local name, base = redis.call('HGET', KEYS[2], 'name'), redis.call('HGET', KEYS[2], 'base')
if not name or redis.call('EXISTS', KEYS[1]) == 0 then return nil end
return {name, base, redis.call('XINFO', 'STREAM', KEYS[1])}
"""
"""All at one moment and on one connection. KEYS as above."""


class Lost(Exception):
    """What the server has isn't what this process has lived through, or not all that follows."""


class Standing(NamedTuple):
    """Where the stream stands: the epoch and the entries that came before it, the entries ever
    added, how many of the first are gone, and the id of the last one."""

    epoch: str
    base: int
    added: int
    gone: int
    last_id: bytes

    @property
    def name(self) -> str:
        """Of what is lived through from the first kept entry on: if others are gone, another one
        than that of the whole."""
        gone = self.gone - self.base
        return f"{self.epoch}.{gone}" if gone > 0 else self.epoch

    def has(self, stamp: Stamp) -> bool:
        """True if all that follows that checkpoint is here."""
        return stamp.epoch == self.epoch and self.gone <= self.base + stamp.seq <= self.added


def epoch_key(stream: str) -> str:
    """In a Redis cluster the braces keep it where the stream is."""
    return f"{{{stream}}}:epoch"


def client(address: RedisAddress) -> AsyncRedis:
    """One that tries everything once: an append that is sent again might be kept twice."""
    return AsyncRedis.from_url(address.url, **_options(ANSWER_S))


def one_connection(address: RedisAddress) -> AsyncRedis:
    """The same on one connection, which fails when it breaks and isn't made anew."""
    return AsyncRedis.from_url(address.url, single_connection_client=True, **_options(ANSWER_S))


def blocking_client(address: RedisAddress, answer_s: float = PATIENT_S) -> Redis:
    """For threads, and for processes that have nothing else to do, and time."""
    return Redis.from_url(address.url, **_options(answer_s))


def reason(error: BaseException) -> str:
    """What went wrong, for people."""
    if isinstance(error, MovedError):
        there = f"{error.host}:{error.port}"
        return f"it is part of a Redis Cluster that keeps the stream at {there}; name that one"
    return str(error) or type(error).__name__


def at_of(entry_id: bytes) -> float:
    """The server's time in an entry's id, in epoch seconds."""
    return int(entry_id.partition(b"-")[0]) / 1000


def place_of(entry_id: bytes) -> tuple[int, int]:
    """To compare ids by."""
    at, _, number = entry_id.partition(b"-")
    return int(at), int(number)


async def standing(redis: AsyncRedis, stream: str) -> Standing | None:
    """Where the stream stands, or None where no history has begun."""
    return read_standing(await redis.eval(STAND, 2, stream, epoch_key(stream)))


def read_standing(answer: Any) -> Standing | None:
    """The same of the answer of ``STAND``."""
    if answer is None:
        return None
    told = dict(batched_pairs(answer[2]))
    if b"entries-added" not in told:
        raise RedisError("Redis 7 is needed, or Valkey")
    added = int(told[b"entries-added"])
    gone = added - int(told[b"length"])
    return Standing(answer[0].decode(), int(answer[1]), added, gone, told[b"last-generated-id"])


def batched_pairs(flat: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Name and value, name and value, as Lua tells them."""
    return zip(flat[::2], flat[1::2], strict=True)


async def begin(redis: AsyncRedis, stream: str, epoch: str, over: str | None = None) -> None:
    """Begin a history in place of ``over``, unless somebody has done so already. None: in place of
    whatever there is."""
    if over is None:
        name: Any = await redis.hget(epoch_key(stream), "name")
        over = (name or b"").decode()
    await redis.eval(BEGIN, 2, stream, epoch_key(stream), over, epoch, NOW)


def _options(answer_s: float) -> dict[str, Any]:
    return {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": answer_s,
        "socket_connect_timeout": CONNECT_S,
        "protocol": 2,
    }
