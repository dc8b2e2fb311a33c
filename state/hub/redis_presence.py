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
    other nodes send theirs at once. ``watching`` is that of the first site, ``sites`` has those of
    the others by key; an action is of the dashboards of ``site``."""

    node: str
    watching: int | None = None
    asks: bool = False
    action: DashboardAction | None = None
    sites: dict[str, int] = {}
    site: str = ""


HubsByKey = Callable[[], dict[str, Hub]]
"""Returns the hubs of all sites by key, that of the first site first."""


class _SiteNews:
    """The other nodes, as the hub of one site knows them."""

    def __init__(self, key: str, publish: Callable[[str, DashboardAction | None], None]) -> None:
        self._key = key
        self._publish = publish

    def publish_presence(self, watching: int) -> None:
        self._publish(self._key, None)

    def publish_action(self, action: DashboardAction) -> None:
        self._publish(self._key, action)


_encode = Encoder().encode
_decode = Decoder(News).decode


class RedisPresence:
    """Publishes the dashboards of this node, and tells the hubs those of the others. Some seconds
    after Redis is gone the others count as 0."""

    def __init__(self, hubs: HubsByKey, address: RedisAddress, clock: Callable[[], float]) -> None:
        self._hubs = hubs
        self._address = address
        self._clock = clock
        self._logged_reason = ""
        self._node = uuid4().hex
        self._channel = f"{address.stream}:news"
        self._counts: dict[str, tuple[dict[str, int], float]] = {}
        self._unsent: list[News] = []
        self._changed = asyncio.Event()

    def watch(self, key: str, hub: Hub) -> None:
        """Exchange the dashboards of the site of that key, too."""
        hub.presence.other_nodes = _SiteNews(key, self.publish)

    def publish(self, key: str, action: DashboardAction | None) -> None:
        """Send the numbers of our dashboards, and an action of one of those of a site."""
        if action is not None:
            self._unsent.append(News(self._node, action=action, site=key))
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
        await self._publish(redis, self._own(asks=True))
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
            for news in [*unsent, self._own()]:
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
            hub = self._hubs().get(news.site)
            if hub is not None:
                hub.deliver_action(news.action)
        if news.watching is not None:
            watching = {next(iter(self._hubs())): news.watching, **news.sites}
            self._counts[news.node] = (watching, self._now())
            self._count()
        if news.asks:
            self._changed.set()

    def _count(self) -> None:
        """Set the numbers of the hubs: the sums of all nodes that were heard within 6.5 s."""
        oldest = self._now() - FORGET_S
        self._counts = {
            node: received for node, received in self._counts.items() if received[1] > oldest
        }
        for key, hub in self._hubs().items():
            watching = sum(counts.get(key, 0) for counts, _ in self._counts.values())
            hub.set_elsewhere_count(watching, self._clock())

    def _own(self, *, asks: bool = False) -> News:
        (_, first), *others = self._hubs().items()
        sites = {key: hub.presence.here for key, hub in others if hub.presence.here}
        return News(self._node, watching=first.presence.here, asks=asks, sites=sites)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
