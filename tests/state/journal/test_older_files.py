"""Files that an older version wrote are read: ``before_rooms`` was made by the commit before the
folders of ``state/`` and the names of its classes changed. It holds a batch of 41 events. Its
checkpoint is of an older format: it is refused, and all records are read."""

import shutil
from pathlib import Path

import pytest

from main import build
from state.alerts import Rule
from state.settings.settings import load

OLD = Path(__file__).parent / "before_rooms"
RULES = (
    Rule("spike", "visitors_in_window", (25,), "milestone", "Visitor spike detected!", 60.0),
    Rule(
        "milestone",
        "visitors_today",
        (10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000),
        "milestone",
        "{threshold} visitors today",
    ),
)
"""The rules of that version: with others its checkpoint doesn't fit, and all records are read."""

EPOCH = "24873a94f0da4896b975e70074c3ee67-24873a94f0da-763e340b767706ad"


@pytest.mark.parametrize("with_checkpoint", [True, False])
async def test_a_journal_is_read_whatever_checkpoint_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_checkpoint: bool
):
    monkeypatch.setattr("state.factory.standard_rules", lambda **_: RULES)
    shutil.copy(OLD / "visitors.db", tmp_path)
    if with_checkpoint:
        shutil.copy(OLD / "visitors.db.checkpoint", tmp_path)
    flags = ["--timezone", "Etc/GMT", "--journal", f"sqlite:{tmp_path}/visitors.db"]
    context = build(load(flags))
    journal, model = context.pipeline.journal, context.analytics.model
    await context.pipeline.start()
    try:
        assert journal.checkpoint == 0, "what the numbers go on from"
        assert (model.seq, model.day.events, len(model.sessions)) == (82, 41, 8)
        assert model.day.pages.total == 14
        assert model.recent.latest is not None
        assert model.recent.latest.event.id == "end-3"
        assert model.event_ids.add("event-7", model.now) is not None
        assert context.hub.epoch.rpartition("-")[2] == EPOCH.rpartition("-")[2]
    finally:
        await journal.stop()
