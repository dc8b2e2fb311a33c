"""State is a pure function of the journal: a replay is the life again, to the last byte."""

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from tests.state.histories import Step, analytics, answers, digest, life, records_of, starts, steps
from tests.support import BOUND_S, NOON, ROOT, Timeline


@given(starts, steps, st.sampled_from([1_000, 2]))
def test_a_replay_gives_the_same_messages_and_the_same_answers(
    start: float, history: list[Step], max_sessions: int
):
    journal = records_of(start, history)
    limits = {"max_sessions": max_sessions, "max_event_ids": 20, "max_names": 4}
    assert life(analytics(**limits), journal) == life(analytics(**limits), journal)


@given(starts, steps, st.integers(0, 40))
def test_questions_in_between_change_nothing(start: float, history: list[Step], curious: int):
    journal = records_of(start, history)
    asked, quiet = analytics(), analytics()
    for record in journal:
        assert asked.apply(record) == quiet.apply(record)
        for wait in range(curious % 4):
            answers(asked, record.at + 100 * wait)
    end = journal[-1].at if journal else start
    assert answers(asked, end) == answers(quiet, end)


@given(starts, steps, st.integers(0, 12))
def test_numbers_are_the_same_whether_or_not_anybody_hears_the_messages(
    start: float, history: list[Step], heard_after: int
):
    """And whoever comes in between hears on what the others hear."""
    journal = records_of(start, history)
    heard, unheard = analytics(), analytics()
    unheard.has_audience = False
    for number, record in enumerate(journal):
        unheard.has_audience = number >= heard_after
        told = heard.apply(record)
        assert unheard.apply(record).messages == (told.messages if unheard.has_audience else [])
        assert unheard.model.seq == heard.model.seq
    end = journal[-1].at if journal else start
    assert answers(heard, end) == answers(unheard, end)


def test_each_record_is_a_new_version_of_the_numbers():
    line = Timeline()
    versions = [line.model.version]
    for record in (line.event, line.tick, line.reset):
        record(NOON)
        versions.append(line.model.version)
    assert len(set(versions)) == 4
    assert versions == sorted(versions)


def test_another_process_with_another_hash_seed_tells_the_same_life():
    code = "from tests.state.histories import digest; print(digest(7))"
    for hash_seed in ("1", "2"):
        other = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            timeout=6 * BOUND_S,
            check=True,
        )
        assert other.stdout.strip() == digest(7)
