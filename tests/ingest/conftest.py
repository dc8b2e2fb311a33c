"""A room for journals and archives."""

from pathlib import Path

import pytest

from tests.ingest.archives import Room, undisturbed


@pytest.fixture
def room(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Room:
    return undisturbed(tmp_path, capsys, monkeypatch)
