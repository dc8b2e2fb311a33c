"""A checkpoint stands for all records before it: whoever goes on from it lives the same life."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.checkpoint import CheckpointMismatch, dump, restore
from state.journal.base import Record
from tests.state.histories import Step, analytics, answers, life, records_of, starts, steps, times
from tests.support import NOON, ROOT, Timeline, event


@given(starts, steps, st.data(), st.sampled_from([1_000, 2]), times)
def test_a_life_goes_on_from_a_checkpoint_as_if_nothing_had_been(
    start: float, history: list[Step], data: st.DataObject, max_sessions: int, windows: tuple
):
    #   records:  1 2 3 4 | 5 6 7      one lives them all, the other begins with the checkpoint
    journal = records_of(start, history)
    cut = data.draw(st.integers(0, len(journal)))
    limits = {"max_sessions": max_sessions, "max_event_ids": 20, "max_names": 4}
    limits |= {"session_timeout_s": windows[0], "spike_window_s": windows[1]}
    whole, later = analytics(**limits), analytics(**limits)
    for record in journal[:cut]:
        whole.apply(record)
    later.apply(records_of(NOON - 10, [(0, [event()])])[0])  # what is there already goes
    restore(later, list(dump(whole)))
    now = journal[cut - 1].at if cut else start
    assert answers(later, now) == answers(whole, now)
    assert later.due(now + 60) == whole.due(now + 60)
    assert life(later, journal[cut:]) == life(whole, journal[cut:])


def test_a_checkpoint_does_not_change_what_it_is_taken_of():
    journal = records_of(NOON, [(1, [event(session_id=f"{n}")]) for n in range(10)])
    one, other = analytics(), analytics()
    for record in journal[:5]:
        one.apply(record), other.apply(record)
        assert list(dump(one)) == list(dump(one))
    assert life(one, journal[5:]) == life(other, journal[5:])


def test_more_than_one_piece_of_everything_comes_back():
    line = Timeline()
    for number in range(12_000):
        at = NOON + number / 1_000
        line.event(at, session_id=f"{number % 7_000}", page=f"/{number}", country=f"{number % 300}")
    pieces = list(dump(line.analytics))
    other = Timeline()
    restore(other.analytics, pieces)
    assert len(pieces) > 40
    assert max(map(len, pieces)) < 1_000_000
    end = NOON + 12
    assert answers(other.analytics, end) == answers(line.analytics, end)
    assert sum(map(len, dump(other.analytics))) == sum(map(len, pieces))


def test_another_process_takes_it_back_whatever_its_hash_seed(tmp_path):
    journal = visitors()
    of = analytics()
    life(of, journal[:120])
    (tmp_path / "pieces").write_bytes(b"".join(len(p).to_bytes(4) + p for p in dump(of)))
    code = (
        "import sys; from tests.state.test_checkpoint import go_on; "
        "print(go_on(sys.argv[1]), end='')"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "pieces")],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert told.stdout == repr(life(of, journal[120:])).encode()


def visitors() -> list[Record]:
    return records_of(NOON, [(1, [event(id=f"{n}", session_id=f"{n % 50}")]) for n in range(200)])


def go_on(path: str) -> list[bytes]:
    """In the other process: the life after the checkpoint in a file."""
    of, pieces = analytics(), []
    with open(path, "rb") as file:
        while size := file.read(4):
            pieces.append(file.read(int.from_bytes(size)))
    restore(of, pieces)
    journal = visitors()
    return life(of, journal[120:])


@pytest.mark.parametrize("missing", [0, 1, 2, -1])
def test_a_checkpoint_with_a_hole_is_refused_and_nothing_has_changed(missing: int):
    line, other = Timeline(), Timeline()
    line.event(NOON)
    other.event(NOON + 5, session_id="other")
    pieces, before = list(dump(line.analytics)), answers(other.analytics, NOON + 5)
    del pieces[missing]
    with pytest.raises(CheckpointMismatch):
        restore(other.analytics, pieces)
    assert answers(other.analytics, NOON + 5) == before


def test_a_checkpoint_of_other_settings_is_refused():
    one, other = analytics(), analytics(max_sessions=3)
    pieces = list(dump(one))
    with pytest.raises(CheckpointMismatch, match="other settings"):
        restore(other, pieces)
    with pytest.raises(CheckpointMismatch, match="broken"):
        restore(one, [pieces[0][:-3]])
