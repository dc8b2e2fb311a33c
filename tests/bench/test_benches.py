"""The measurements start, and measure something. How fast anything is isn't looked at here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def ran(name: str, *words: str) -> str:
    command = [sys.executable, "-m", f"bench.{name}", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_the_numbers_alone():
    day, *applied = lines(
        ran("micro.apply", "--sessions", "100", "--events", "1000", "--day", "2000")
    )
    assert day["day"]["sessions"] == 2000
    assert [row["apply"]["median_us"] > 0 for row in applied] == [True, True]


def test_filters():
    rows = lines(ran("micro.filters", "--sessions", "300", "--steps", "3", "--events", "200"))
    assert next(row["active"] for row in rows if "active" in row) == 300
    assert all(row["us"] > 0 for row in rows if "us" in row)


def test_dropped_pages():
    rows = lines(ran("server.dropped_pages", "--pages", "20"))
    assert [row["while"] for row in rows] == ["alone", "building", "dropping"]
    assert all(row["posts"] > 0 for row in rows)


def test_the_layers_of_an_event():
    [row] = lines(ran("micro.layers", "--sessions", "100", "--events", "3200"))
    assert row["sessions"] == 100
    assert row["us an event"] > 0
    assert len(row) == 5


def test_the_journals(tmp_path: Path):
    small = ("--appends", "200", "--events", "2000", "--directory", str(tmp_path))
    rows = lines(ran("micro.journal", *small))
    assert all(value >= 0 for value in numbers(rows))
    assert len(numbers(rows)) > 4


def test_the_nodes_of_a_cluster():
    alone, cluster = lines(ran("cluster.node_cost", "--seconds", "1", "--rates", "200"))
    assert (alone["journal"], cluster["journal"]) == ("memory", "cluster")
    assert cluster["follows_us"] > 0


def test_how_soon_all_say_the_same():
    [told] = lines(ran("cluster.convergence", "--rounds", "1", "--events", "8"))
    assert told["clients"] == 30


def test_a_soak():
    first, second = lines(ran("server.soak", "--minutes", "2", "--seconds", "1", "--rate", "200"))
    assert (first["lost_frames"], second["errors"]) == (0, 0)
    assert second["mb"] > 0


def test_hostile_clients_beside_an_honest_one():
    *rows, last = lines(ran("hostile", "--minutes", "0.1", "--rate", "50"))
    told = last["verdict"]
    assert [row["sent"] > 0 for row in rows] == [True] * 3
    assert told["acked"] > 0
    assert (told["lost_in_totals"], told["unseen"], told["gaps"]) == (0, 0, 0)
    assert len(told["hostile"]) == 11, "ten kinds, filters by REST and by socket"
    assert min(told["hostile"].values()) > 0, told["hostile"]


def test_the_archives(tmp_path: Path):
    rows = lines(ran("server.archive", "--events", "2000", "--directory", str(tmp_path)))
    assert [(row["command"], row["format"]) for row in rows] == [
        (command, each) for each in ("ndjson", "csv", "parquet") for command in ("export", "import")
    ]
    assert all(row["events_per_s"] > 0 for row in rows)


def test_a_backup_and_a_restore(tmp_path: Path):
    rows = lines(ran("server.backup", "--events", "1000", "--directory", str(tmp_path)))
    assert [row["what"] for row in rows] == [
        *("checkpoint", "start of the server", "backup", "POST meanwhile"),
        *("restore with checkpoint", "restore with no checkpoint"),
    ]
    assert all(row["seconds"] > 0 for row in rows if "seconds" in row)


def test_an_open_page_and_a_hidden_one():
    told = ran("page.tick_cost", "--pages", "2", "--rounds", "1", "--seconds", "1")
    assert "a page and tick: " in told
    assert "a hidden tab: " in told


@pytest.mark.parametrize("rows", ["ingest", "acked"])
def test_ours_beside_the_bound(tmp_path: Path, rows: str):
    words = ("--quick", "--rounds", "1", "--only", "ours", "bound", "--rows", rows)
    ran("compare", *words, "--name", "smoke", "--out", str(tmp_path))
    table = (tmp_path / "smoke.md").read_text()
    assert "bound" in table
    assert json.loads((tmp_path / "smoke.json").read_text())


def numbers(value: Any) -> list[float]:
    """All numbers in some JSON."""
    match value:
        case dict():
            return [number for each in value.values() for number in numbers(each)]
        case list():
            return [number for each in value for number in numbers(each)]
        case bool() | str() | None:
            return []
        case _:
            return [value]
