"""What a stream holds goes into a file and into another stream, and is the same there."""

from pathlib import Path

import pytest

from state.journal.factory import open_reader
from tests.cluster.nodes import kept_ids, running, truth
from tests.ingest.archives import ran
from tests.ingest.client import VIEW, post
from tests.redis_server import RedisServer

ZONE = ("--timezone", "UTC")


def test_a_stream_goes_into_a_file_and_into_another_one(tmp_path: Path, redis_server: RedisServer):
    there, here = redis_server.journal(tmp_path.name), redis_server.journal(tmp_path.name + "-2")
    file = str(tmp_path / "events.ndjson")
    with running(tmp_path, there, *ZONE, nodes=1) as [node]:
        post(node, eventId="first")
        batch = [VIEW | {"sessionId": f"s-{number % 7}"} for number in range(600)]
        node.http.post("/api/events/batch", json=batch)
        before = truth(node)
        out = ran("export", "--journal", there, "--out", file)
        assert out.returncode == 0, out.stderr
    back = ran("import", file, "--journal", here)
    assert back.returncode == 0, back.stderr
    assert kept_ids(redis_server, tmp_path.name + "-2") == kept_ids(redis_server, tmp_path.name)
    with running(tmp_path / "again", here, *ZONE, nodes=1) as [node]:
        after = truth(node)
        for name in ("totalToday", "totalEvents", "pagesVisited", "countries", "recentEvents"):
            assert after[name] == before[name]
    late = ran("import", file, "--journal", there)
    assert late.returncode == 2
    assert "Traceback" not in late.stderr


@pytest.mark.parametrize("name", ["", "-empty"])
def test_a_reader_goes_on_back_and_to_a_time(tmp_path: Path, redis_server: RedisServer, name: str):
    journal = redis_server.journal(tmp_path.name + name)
    with running(tmp_path, journal, nodes=1) as [node]:
        for number in range(0 if name else 30):
            post(node, eventId=f"{tmp_path.name}-{number}")
    reader = open_reader(journal)
    records = reader.read(0)
    assert [record.seq for record in records] == list(range(1, reader.newest + 1))
    for after in (reader.newest, 0, 7, 3):
        assert reader.read(after) == records[after:]
    for record in records:
        found = reader.first_since(record.at)
        assert records[found - 1].at == record.at
    assert reader.first_since(0.0) == 1
    assert reader.first_since(9e12) == reader.newest + 1
    reader.close()
