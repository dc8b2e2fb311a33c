"""The rows of the comparison's tables: what each reads from the results, and its targets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.load.client import Result

LABELS = {
    "ours": "ours",
    "ours-memory": "ours, journal in memory",
    "express": "Express + ws",
    "fastapi": "FastAPI",
    "fastapi-json": "FastAPI, `send_json`",
    "baseline": "C baseline",
    "baseline-one-write": "C baseline, a write per event",
}
"""Column titles by server."""

Rounds = list[dict[str, dict[str, Result]]]
"""For each round, by server and then by measurement, the result of the load client."""


@dataclass(frozen=True)
class Row:
    """One row of the table.

    ``value`` reads the figure from a result, 0 if it was not measured. Targets, by peer:
    ``at_least`` is how many times better ours should be, ``at_most`` is how many times the peer's
    cost ours may be.
    """

    title: str
    measurement: str
    value: Callable[[dict[str, Any]], float]
    digits: int = 1
    more_is_better: bool = False
    at_least: dict[str, float] = field(default_factory=dict)
    at_most: dict[str, float] = field(default_factory=dict)


def _cpu_us(result: dict[str, Any], per: str) -> float:
    return float(result["server_cpu_s"]) / result[per] * 1e6 if result[per] else 0


def _frame_ms(result: dict[str, Any], percentile: str) -> float:
    return float((result["frame_ms"] or {percentile: 0})[percentile])


ROWS = (
    Row(
        "CPU µs per event, one a request, 32 connections",
        "ingest",
        lambda result: _cpu_us(result, "accepted"),
        at_least={"express": 5.2, "fastapi": 7},
        at_most={"baseline": 3.3},
    ),
    Row(
        "CPU µs per event, batches of 100",
        "batch",
        lambda result: _cpu_us(result, "accepted"),
        digits=2,
    ),
    Row(
        "CPU µs per event at `/api/track`, one a request, 32 connections",
        "track",
        lambda result: _cpu_us(result, "accepted"),
    ),
    Row(
        "CPU µs per frame (its share of the POST included), 100 clients, 400 events/s",
        "fan_out",
        lambda result: _cpu_us(result, "frames"),
        digits=2,
        at_least={"express": 4.5, "fastapi": 6},
        at_most={"baseline": 1.3},
    ),
    Row(
        "events/s without a lost frame, 100 clients",
        "highest",
        lambda result: float(result["rate"]),
        digits=0,
        more_is_better=True,
        at_least={"express": 20, "fastapi": 18},
    ),
    Row(
        "events/s, 256 connections; ours answers after fsync, the others persist nothing",
        "acked",
        lambda result: float(result["rate"]),
        digits=0,
        more_is_better=True,
        at_least={"express": 3.5, "fastapi": 4, "ours-memory": 0.5},
    ),
    Row(
        "POST → frame, p50 in ms, 100 clients, 400 events/s",
        "fan_out",
        lambda result: _frame_ms(result, "p50"),
        digits=2,
    ),
    Row(
        "POST → frame, p99 in ms, 100 clients, 400 events/s",
        "fan_out",
        lambda result: _frame_ms(result, "p99"),
        digits=2,
        at_least={"express": 5, "fastapi": 2},
    ),
    Row(
        "KiB of memory per idle `/ws` connection, of 1,000",
        "memory",
        lambda result: (result["after"] - result["before"]) / max(1, result["held"]) / 1024,
    ),
)
