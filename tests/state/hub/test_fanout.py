"""Direct or in line, everybody hears everything once and in order, and a slow one waits alone."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from state.filtering.filter import Filter
from state.hub.fanout import LONGEST_TICK_S, MOST_UNSENT, Fanout, text_frame
from state.hub.subscriber import Subscriber
from tests.support import BOUND_S


class Screen:
    """A subscriber and its connection; ``heard`` is what came out at its far end."""

    def __init__(self, name: str) -> None:
        self.subscriber = Subscriber(name, most_bytes=1_000_000)
        self.unsent = 0
        self.writes = 0
        self.heard: list[bytes] = []
        self._peer = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN)

    def write(self, frames: bytes) -> None:
        self.writes += 1
        self._peer.receive_data(frames)
        self.heard += [bytes(e.data) for e in self._peer.events_received() if isinstance(e, Frame)]

    async def read_on(self) -> None:
        """What its line holds."""
        while self.subscriber.is_behind:
            self.heard += await self.subscriber.next_frames(lambda: b"resync")


@pytest.fixture
def fanout() -> Fanout:
    return Fanout()


def join(fanout: Fanout, *names: str, direct: bool = True) -> list[Screen]:
    screens = [Screen(name) for name in names]
    for screen in screens:
        fanout.add(screen.subscriber)
        if direct:
            fanout.promote(screen.subscriber, screen)
    return screens


async def until(happened: Any) -> None:
    async with asyncio.timeout(BOUND_S):
        while not happened():  # noqa: ASYNC110 - the tick has no event to wait for
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_is_what_another_implementation_reads(size: int):
    screen = Screen("a")
    screen.write(text_frame(b"x" * size) + text_frame(b"next"))
    assert screen.heard == [b"x" * size, b"next"]


async def test_what_gathers_within_a_tick_is_one_write_to_each(fanout: Fanout):
    screens = join(fanout, "a", "b")
    for number in range(10):
        fanout.send(b"%d" % number)
    await until(lambda: all(screen.heard for screen in screens))
    assert [screen.writes for screen in screens] == [1, 1]
    assert screens[0].heard == screens[1].heard == [b"%d" % number for number in range(10)]
    assert fanout.sent == 20


async def test_without_anything_to_send_nothing_is_written_and_ticks_go_on_afterwards(
    fanout: Fanout,
):
    (screen,) = join(fanout, "a")
    fanout.flush()
    assert screen.writes == 0
    for number in range(1, 4):
        fanout.send(b"x")
        await until(lambda number=number: screen.writes == number)
        await asyncio.sleep(LONGEST_TICK_S / 2)


async def test_who_leaves_too_much_unsent_gets_a_line_and_nothing_is_lost(fanout: Fanout):
    slow, quick = join(fanout, "slow", "quick")
    fanout.send(b"1")
    fanout.flush()
    slow.unsent = MOST_UNSENT + 1
    for payload in (b"2", b"3"):
        fanout.send(payload)
    fanout.flush()
    fanout.send(b"4")
    fanout.flush()
    assert (slow.heard, quick.heard) == ([b"1"], [b"1", b"2", b"3", b"4"])
    await slow.read_on()
    assert slow.heard == quick.heard
    slow.unsent = 0
    fanout.promote(slow.subscriber, slow)
    fanout.send(b"5")
    fanout.flush()
    assert slow.heard == quick.heard == [b"%d" % number for number in range(1, 6)]


async def test_who_has_left_is_written_to_no_more(fanout: Fanout):
    gone, here = join(fanout, "gone", "here")
    fanout.send(b"1")
    fanout.remove(gone.subscriber)
    fanout.flush()
    assert (gone.heard, here.heard, len(fanout)) == ([], [b"1"], 1)


async def test_what_one_does_is_told_to_all_others_behind_what_came_before(fanout: Fanout):
    a, b = join(fanout, "a", "b")
    (c,) = join(fanout, "c", direct=False)
    fanout.send(b"1")
    fanout.send_to_others("a", b"action")
    fanout.send(b"2")
    fanout.flush()
    await c.read_on()
    assert a.heard == [b"1", b"2"]
    assert b.heard == c.heard == [b"1", b"action", b"2"]


actions = st.lists(
    st.tuples(
        st.sampled_from(["send", "promote", "demote", "flush", "own", "slow"]), st.integers(0, 2)
    ),
    max_size=40,
)


@given(actions)
def test_everybody_hears_everything_once_and_in_order(history: list[tuple[str, int]]):
    """However they go to and fro between lines and direct writes. ``own`` is an answer to one of
    them alone; it comes behind all that was sent before it."""

    async def live() -> None:
        fanout = Fanout()
        screens = join(fanout, "a", "b", "c", direct=False)
        expected: list[list[bytes]] = [[], [], []]
        for number, (action, which) in enumerate(history):
            screen, payload = screens[which], b"%d" % number
            if action == "send":
                fanout.send(payload)
                for heard in expected:
                    heard.append(payload)
            elif action == "promote":
                await screen.read_on()
                fanout.promote(screen.subscriber, screen)
            elif action == "demote":
                fanout.demote(screen.subscriber)
            elif action == "own":
                fanout.demote(screen.subscriber)
                screen.subscriber.enqueue(payload)
                expected[which].append(payload)
            elif action == "slow":
                screen.unsent = MOST_UNSENT + 1 - screen.unsent
            else:
                fanout.flush()
        fanout.flush()
        for screen in screens:
            await screen.read_on()
        assert [screen.heard for screen in screens] == expected

    asyncio.run(live())


async def test_in_a_line_a_filter_counts(fanout: Fanout):
    (screen,) = join(fanout, "a", direct=False)
    screen.subscriber.filter = Filter(country="India")
    fanout.send(b"for all", None)
    await screen.read_on()
    assert screen.heard == [b"for all"]
