"""Percentiles of measured times."""

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that ``percent`` of all values don't exceed (nearest rank).

    ``ordered`` is sorted and not empty.
    """
    return ordered[max(1, ceil(len(ordered) * percent / 100)) - 1]


def summary_ms(times_s: Sequence[float]) -> dict[str, float]:
    """Return ``p50_ms``, ``p99_ms`` and ``max_ms`` of times in seconds; 0 if there are none."""
    ordered = sorted(times_s) or [0.0]
    found = {"p50_ms": percentile(ordered, 50), "p99_ms": percentile(ordered, 99)}
    return {
        name: round(value * 1000, 2) for name, value in (found | {"max_ms": ordered[-1]}).items()
    }
