"""The ledger: how many events were received, and what became of them."""

from collections import Counter

from ingest.pipeline.rejection import Refusal
from state.query import IngestTotals


class Ledger:
    """Counts all events and refusals since the start or the last reset. At any moment ``received``
    is ``accepted`` + ``duplicates`` + the sum of the refusals."""

    def __init__(self) -> None:
        self.clear()

    @property
    def received(self) -> int:
        return self.accepted + self.duplicates + self._refused.total()

    def accept(self, *, events: int, duplicates: int) -> None:
        """Count events that were accepted; ``duplicates`` of them were counted before."""
        self.accepted += events - duplicates
        self.duplicates += duplicates

    def count(self, refusal: Refusal) -> None:
        """Count a refusal."""
        self._refused[refusal.code] += 1

    def rejected(self) -> dict[str, int]:
        """Refusals by code."""
        return dict(self._refused)

    def totals(self) -> IngestTotals:
        """All counts, as ``GET /api/analytics/summary`` has them."""
        return IngestTotals(self.received, self.accepted, self.duplicates, self.rejected())

    def clear(self) -> None:
        self.accepted = 0
        self.duplicates = 0
        self._refused: Counter[str] = Counter()
