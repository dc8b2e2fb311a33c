"""Lets one node of a cluster do what all nodes see a reason for."""

from uuid import uuid4

from redis import Redis

from state.journal.redis.link import BLOCKING_ANSWER_S, blocking_client
from state.journal.redis.url import RedisAddress

CLAIMED_S = 86_400


class RedisClaims:
    """Claims names for this process, for a day. Blocking; for a thread."""

    def __init__(self, address: RedisAddress, answer_s: float = BLOCKING_ANSWER_S) -> None:
        self._redis: Redis = blocking_client(address, answer_s)
        self._prefix = f"{{{address.stream}}}:notified:"
        self._token = uuid4().hex

    def claim(self, name: str) -> bool:
        """Returns False if another process has claimed it. A claim whose answer was lost may be
        repeated.

        Raises:
            RedisError, OSError: the server can't be asked.
        """
        key = self._prefix + name
        if self._redis.set(key, self._token, nx=True, ex=CLAIMED_S):
            return True
        return self._redis.get(key) == self._token.encode()
