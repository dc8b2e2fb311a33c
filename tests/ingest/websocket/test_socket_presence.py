"""/ws: how many watch, over many comings, goings and sudden deaths."""

import asyncio
import itertools
import random

from tests.ingest.client import Dashboard, dashboard, eventually, open_socket, summary, watching
from tests.support import Running


def told(of: Dashboard) -> list[int]:
    """The number of dashboards as each message gave it."""
    return [m["data"]["totalDashboards"] for m in of.heard if "totalDashboards" in m["data"]]


async def test_each_coming_and_going_is_told_with_the_whole_number(server: Running):
    async with dashboard(server) as witness:
        for _ in range(20):
            async with open_socket(server):
                await witness.until("user_connected", totalDashboards=2)
            await witness.until("user_disconnected", totalDashboards=1)
        await witness.settle()
        assert told(witness) == [1, 1] + [2, 1] * 20


async def test_a_killed_connection_is_counted_out(server: Running):
    async with dashboard(server) as witness, open_socket(server) as victim:
        await witness.until("user_connected", totalDashboards=2)
        victim.socket.transport.abort()
        await witness.until("user_disconnected", totalDashboards=1)
        assert watching(server) == 1


async def test_a_connection_that_is_gone_before_it_read_anything_is_counted_out(server: Running):
    async with dashboard(server) as witness:
        for _ in range(20):
            async with open_socket(server) as hasty:
                hasty.socket.transport.abort()
        await eventually(lambda: watching(server) == 1, "all hasty ones to be counted out")
        await witness.settle()
        assert told(witness)[-1] == 1


async def test_the_number_is_right_after_a_storm_of_comings_goings_and_kills(server: Running):
    dice = random.Random(3)

    async def visit(kill: bool) -> None:
        async with open_socket(server) as visitor:
            await visitor.next()
            if kill:
                visitor.socket.transport.abort()

    async with dashboard(server) as witness, dashboard(server, "/"):
        for _ in range(6):
            await asyncio.gather(*(visit(dice.random() < 0.5) for _ in range(10)))
        await eventually(lambda: watching(server) == 2, "the storm to be over")
        await witness.settle()
        numbers = told(witness)
        assert numbers[-1] == 2
        steps = {b - a for a, b in itertools.pairwise(numbers[1:])}
        assert steps == {1, -1}, "each message is one coming or one going"
        assert summary(server)["totalDashboards"] == 2


async def test_many_at_once_are_all_counted(server: Running):
    async with dashboard(server) as witness:
        opened = [open_socket(server) for _ in range(50)]
        sockets = await asyncio.gather(*(each.__aenter__() for each in opened))
        await witness.until("user_connected", totalDashboards=51)
        for socket in sockets[:25]:
            socket.socket.transport.abort()
        await witness.until("user_disconnected", totalDashboards=26)
        await asyncio.gather(*(each.__aexit__(None, None, None) for each in opened))
        await witness.until("user_disconnected", totalDashboards=1)
        async with dashboard(server) as late:
            assert told(late) == [2, 2]


async def test_one_that_comes_back_is_one(server: Running):
    async with dashboard(server) as witness:
        for _ in range(5):
            async with dashboard(server) as again:
                again.socket.transport.abort()
        async with dashboard(server) as back:
            await eventually(lambda: watching(server) == 2, "the killed ones to be counted out")
            await back.settle()
            assert told(back)[-1] == 2
        await witness.until("user_disconnected", totalDashboards=1)
