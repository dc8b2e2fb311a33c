"""Presence in a cluster: each node publishes the number of its dashboards, and their actions, over
Redis Pub/Sub. It isn't in the journal: the number is repeated every two seconds, and a node that
sends none for 6.5 s is forgotten."""

import asyncio
import logging
from asyncio import Task
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, Encoder
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from state.hub.hub import Hub
from state.journal.redis.link import FAILURES, client, reason
from state.journal.redis.url import RedisAddress
from state.journal.tasks import end
from state.wire.messages import DashboardAction

REPEAT_S = 2.0
FORGET_S = 6.5
GATHER_S = 0.1
AGAIN_S = 1.0
log = logging.getLogger("visitors.presence")


class News(Struct, omit_defaults=True):
    """A message of a node: the number of its dashboards, or an action of one. ``asks`` has the
    other nodes send theirs at once."""

    node: str
    watching: int | None = None
    asks: bool = False
    action: DashboardAction | None = None


_encode = Encoder().encode
_decode = Decoder(News).decode


class RedisPresence:
    """Publishes the dashboards of this node, and tells the hub those of the others. Some seconds
    after Redis is gone the others count as 0."""

    def __init__(self, hub: Hub, address: RedisAddress, clock: Callable[[], float]) -> None:
        self._hub = hub
        self._address = address
        self._clock = clock
        self._logged_reason = ""
        self._node = uuid4().hex
        self._channel = f"{address.stream}:news"
        self._counts: dict[str, tuple[int, float]] = {}
        self._unsent: list[News] = []
        self._changed = asyncio.Event()
        hub.presence.other_nodes = self

    def publish_presence(self, watching: int) -> None:
        """Send the number of our dashboards."""
        self._changed.set()

    def publish_action(self, action: DashboardAction) -> None:
        """Send an action of one of our dashboards."""
        self._unsent.append(News(self._node, action=action))
        self._changed.set()

    async def run(self) -> None:
        """Run until cancelled; then publish that this node has no dashboards."""
        while True:
            redis = client(self._address)
            tasks: list[Task[None]] = []
            try:
                tasks = await self._join(redis)
                ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    task.result()
            except ResponseError as error:
                self._log_reason(reason(error))
            except FAILURES:
                pass  # the journal reports that Redis is gone
            except Exception:  # a bug; later messages are handled all the same
                log.exception("Presence could not be exchanged with other nodes")
            finally:
                await end(tasks)
                with suppress(*FAILURES):
                    await self._publish(redis, News(self._node, watching=0))
                with suppress(*FAILURES):
                    await redis.aclose()
            self._unsent.clear()
            await asyncio.sleep(AGAIN_S)
            self._count()

    async def _join(self, redis: Redis) -> list[Task[None]]:
        pubsub: Any = redis.pubsub(ignore_subscribe_messages=True)
        await pubsub.subscribe(self._channel)
        await self._publish(redis, News(self._node, watching=self._hub.presence.here, asks=True))
        return [
            asyncio.create_task(self._receive(pubsub)),
            asyncio.create_task(self._send_news(redis)),
        ]

    async def _send_news(self, redis: Redis) -> None:
        """Send a change at once, changes within 0.1 s together, and the number every 2 s."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REPEAT_S):
                    await self._changed.wait()
            self._changed.clear()
            unsent, self._unsent = self._unsent, []
            for news in [*unsent, News(self._node, watching=self._hub.presence.here)]:
                await self._publish(redis, news)
            self._count()
            await asyncio.sleep(GATHER_S)

    async def _receive(self, pubsub: Any) -> None:
        while True:
            received = await pubsub.get_message(timeout=REPEAT_S)
            if received is not None:
                self._handle(received["data"])

    async def _publish(self, redis: Redis, news: News) -> None:
        await redis.publish(self._channel, _encode(news))

    def _log_reason(self, why: str) -> None:
        """Log a cause once. Dashboards of this node are counted all the same."""
        if why != self._logged_reason:
            self._logged_reason = why
            log.error("Dashboards of other nodes aren't counted here: %s", why)

    def _handle(self, body: bytes) -> None:
        try:
            news = _decode(body)
        except (DecodeError, ValidationError):
            return  # not from a node of ours
        if news.node == self._node:
            return
        if news.action is not None:
            self._hub.deliver_action(news.action)
        if news.watching is not None:
            self._counts[news.node] = (news.watching, self._now())
            self._count()
        if news.asks:
            self._changed.set()

    def _count(self) -> None:
        """Set the hub's number: the sum of all nodes that were heard within 6.5 s."""
        oldest = self._now() - FORGET_S
        self._counts = {
            node: received for node, received in self._counts.items() if received[1] > oldest
        }
        self._hub.set_elsewhere_count(
            sum(received[0] for received in self._counts.values()), self._clock()
        )

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
