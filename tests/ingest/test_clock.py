"""Our clock goes on as real time does, whatever is done to the machine's."""

import pytest

from ingest.clock import SteadyClock

DAY_S = 86_400.0


class Machine:
    """A wall clock that can be set, and a clock of real time."""

    def __init__(self) -> None:
        self.wall = 1_700_000_000.0
        self.real = 5_000.0

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.real += seconds

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.real)


def test_it_starts_as_the_wall_clock_and_follows_real_time() -> None:
    machine = Machine()
    clock = machine.clock()
    start = clock.now()
    assert start == machine.wall
    machine.wait(300)
    assert clock.now() == start + 300


@pytest.mark.parametrize("jump", [DAY_S, -DAY_S, 2.0, -2.0])
def test_a_jump_of_the_wall_clock_shows_in_no_duration(jump: float) -> None:
    # 0 start   10 the clock is set   11 … 311 real seconds
    machine = Machine()
    clock = machine.clock()
    machine.wait(10)
    before = clock.now()
    machine.wall += jump
    assert clock.now() == pytest.approx(before, abs=0.001)
    for _ in range(300):
        last = clock.now()
        machine.wait(1)
        assert clock.now() - last == pytest.approx(1, abs=0.002)


def test_a_small_error_is_made_up_slowly() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall += 0.1
    for _ in range(400):
        machine.wait(1)
        clock.now()
    assert clock.now() == pytest.approx(machine.wall, abs=0.002)


def test_a_suspension_is_time_that_has_passed() -> None:
    machine = Machine()
    clock = machine.clock()
    start = clock.now()
    machine.wait(8 * 3600)
    assert clock.now() == pytest.approx(start + 8 * 3600, abs=0.001)


def test_it_never_runs_backwards() -> None:
    machine = Machine()
    clock = machine.clock()
    start = clock.now()
    machine.real -= 50
    machine.wall -= 50
    assert clock.now() >= start


def test_times_are_whole_milliseconds() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wait(1.23456789)
    now = clock.now()
    assert now == round(now, 3)
