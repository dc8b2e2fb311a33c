"""A million random session ids, pages, countries and event ids: exact, and bounded in memory."""

import json
import subprocess
import sys

from tests.support import ROOT

MB = 2**20
MOST_BYTES = 800 * MB
MOST_GROWTH_BYTES = 40 * MB
"""From 700,000 on: with one more reference a visitor it would be more."""


def test_a_million_of_everything_is_counted_exactly_in_memory_that_stays_flat():
    command = [sys.executable, "-m", "tests.state.million"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    memory = told.pop("memory")
    assert told == {
        "active": 250_000,
        "today": 1_000_000,
        "events": 1_000_000,
        "pages": 1_000_000,
        "countries": 1_000_000,
        "last minute": 50_000,
    }
    assert memory[-1] < MOST_BYTES
    assert memory[-1] - memory[6] < MOST_GROWTH_BYTES
