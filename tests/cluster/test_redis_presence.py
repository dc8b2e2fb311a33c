"""Nodes that hear of each other, in one process: what goes wrong at one of them is over soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from state.hub.hub import Hub
from state.hub.redis_presence import RedisPresence
from state.journal.redis.url import RedisAddress, read_address
from state.journal.tasks import end
from tests.redis_server import RedisServer
from tests.support import BOUND_S, NOON, Timeline


@asynccontextmanager
async def node(address: RedisAddress) -> AsyncIterator[Hub]:
    hub = Hub(Timeline().analytics, epoch="e")
    presence = RedisPresence(lambda: {"": hub}, address, lambda: NOON)
    presence.watch("", hub)
    task = asyncio.create_task(presence.run())
    try:
        yield hub
    finally:
        await end([task], again_s=BOUND_S)


async def watching(hub: Hub, number: int) -> None:
    async with asyncio.timeout(BOUND_S):
        while hub.presence.elsewhere != number:  # noqa: ASYNC110 — nobody tells
            await asyncio.sleep(0.01)


async def test_a_bug_at_what_another_node_says_is_shown_and_the_next_word_is_heard(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    address = read_address(redis.journal())
    async with node(address) as here, node(address) as there:
        there.presence.enter("one")
        await watching(here, 1)
        broken = asyncio.Event()

        def fail(*_: object) -> None:
            broken.set()
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(here, "deliver_action", fail)
            there.publish_action("one", "look", {}, NOON)
            async with asyncio.timeout(BOUND_S):
                await broken.wait()
        there.presence.enter("two")
        await watching(here, 2)
    assert "ZeroDivisionError" in caplog.text
