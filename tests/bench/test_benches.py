"""Every benchmark runs and returns figures. The figures themselves are not tested."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def run(name: str, *words: str) -> str:
    command = [sys.executable, "-m", f"bench.{name}", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_apply():
    small = ("--sessions", "100", "--events", "1000", "--day", "2000", "--running", "2000")
    running, day, *applied = lines(run("micro.apply", *small))
    assert running["running"]["sessions"] == 2000
    assert day["day"]["sessions"] == 2000
    assert [row["apply"]["median_us"] > 0 for row in applied] == [True, True]


def test_filters():
    rows = lines(run("micro.filters", "--sessions", "300", "--steps", "3", "--events", "200"))
    assert next(row["active"] for row in rows if "active" in row) == 300
    assert all(row["us"] > 0 for row in rows if "us" in row)


def test_dropped_pages():
    rows = lines(run("server.dropped_pages", "--pages", "20"))
    assert [row["while"] for row in rows] == ["alone", "building", "dropping"]
    assert all(row["posts"] > 0 for row in rows)


def test_layers():
    [row] = lines(run("micro.layers", "--sessions", "100", "--events", "3200"))
    assert row["sessions"] == 100
    assert row["total_us"] > 0
    assert len(row) == 5


def test_track():
    *rounds, last = lines(run("micro.track", "--events", "6400", "--rounds", "2"))
    assert all(row["track_us"] > 0 for row in rounds)
    assert last["median_ratio"] > 0


def test_journals(tmp_path: Path):
    small = ("--appends", "200", "--events", "2000", "--directory", str(tmp_path))
    rows = lines(run("micro.journal", *small))
    assert all(value >= 0 for value in numbers(rows))
    assert len(numbers(rows)) > 4


def test_node_cost():
    single, cluster = lines(run("cluster.node_cost", "--seconds", "1", "--rates", "200"))
    assert (single["journal"], cluster["journal"]) == ("memory", "cluster")
    assert cluster["follower_us"] > 0


def test_convergence():
    [row] = lines(run("cluster.convergence", "--rounds", "1", "--events", "8"))
    assert row["clients"] == 30


def test_soak():
    first, second = lines(run("server.soak", "--minutes", "2", "--seconds", "1", "--rate", "200"))
    assert (first["lost_frames"], second["errors"]) == (0, 0)
    assert second["mb"] > 0


def test_hostile_clients():
    *rows, last = lines(run("hostile", "--minutes", "0.1", "--rate", "50"))
    verdict = last["verdict"]
    assert [row["sent"] > 0 for row in rows] == [True] * 3
    assert verdict["acked"] > 0
    assert (verdict["lost_in_totals"], verdict["lost_on_ws"], verdict["gaps"]) == (0, 0, 0)
    assert len(verdict["attacks"]) == 11
    assert min(verdict["attacks"].values()) > 0, verdict["attacks"]


def test_archives(tmp_path: Path):
    rows = lines(run("server.archive", "--events", "2000", "--directory", str(tmp_path)))
    assert [(row["command"], row["format"]) for row in rows] == [
        (command, each) for each in ("ndjson", "csv", "parquet") for command in ("export", "import")
    ]
    assert all(row["events_per_s"] > 0 for row in rows)


def test_backup_and_restore(tmp_path: Path):
    rows = lines(run("server.backup", "--events", "1000", "--directory", str(tmp_path)))
    assert [row["what"] for row in rows] == [
        *("checkpoint", "start of the server", "backup", "POST during backup"),
        *("restore with checkpoint", "restore with no checkpoint"),
    ]
    assert all(row["seconds"] > 0 for row in rows if "seconds" in row)


def test_growth(tmp_path: Path):
    output = run("growth", "--smallest", "--out", str(tmp_path), "--svg", f"{tmp_path}/a.svg")
    assert json.loads((tmp_path / "growth.json").read_text())["idle"]
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert "events" in output


def test_load_time():
    first, second, _ = run("page.load_time", "--rounds", "1").splitlines()
    assert first.startswith("first visit")
    assert second.startswith("second visit 1 requests")


def test_first_visit():
    [taken] = lines(run("page.first_visit"))
    assert {"clone", "start", "dashboard", "visit to row", "close to left"} < taken.keys()


def test_unload_delay():
    rows = [json.loads(line) for line in run("page.unload_delay", "--visits", "2").splitlines()]
    assert len(rows) == 6
    assert rows[-1]["unload_ms"] >= 50, "the control, which blocks for as long"


def test_paint_latency():
    plan = ("--pages", "2", "--watch", "1", "--rate", "1000", "--seconds", "3", "--quiet", "8")
    output = run("page.paint_latency", *plan)
    assert output.count("of 8") == 1
    assert "pages still connected        2 of 2" in output
    assert ", 0 lost" in output


def test_screenshots(tmp_path: Path):
    run("page.screenshots", "--minutes", "0.02", "--folder", str(tmp_path))
    assert len(list(tmp_path.glob("*.png"))) == 30


def test_wire_bytes():
    assert "ticks" in run("page.wire_bytes", "--seconds", "1")


def test_latency():
    output = run("server.latency", "--events", "40")
    assert "40 single POSTs, 40 received on /ws" in output


def test_slow_reader():
    output = run("server.slow_reader", "--seconds", "1", "--clients", "20")
    assert "20 clients: " in output


def test_tick_cost():
    output = run("page.tick_cost", "--pages", "2", "--rounds", "1", "--seconds", "1")
    assert "a page and tick: " in output
    assert "a hidden tab: " in output


@pytest.mark.parametrize("rows", ["ingest", "acked"])
def test_compare_with_the_baseline(tmp_path: Path, rows: str):
    words = ("--quick", "--rounds", "1", "--only", "ours", "baseline", "--rows", rows)
    run("compare", *words, "--name", "smoke", "--out", str(tmp_path))
    table = (tmp_path / "smoke.md").read_text()
    assert "C baseline" in table
    assert json.loads((tmp_path / "smoke.json").read_text())


def numbers(value: Any) -> list[float]:
    """Return all numbers in a JSON value."""
    match value:
        case dict():
            return [number for each in value.values() for number in numbers(each)]
        case list():
            return [number for each in value for number in numbers(each)]
        case bool() | str() | None:
            return []
        case _:
            return [value]
