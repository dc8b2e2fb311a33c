"""Imports rows into a journal, in order of time and in batches; refused rows are named."""

from collections.abc import Callable

from ingest.archive.errors import ArchiveError
from ingest.archive.validation import Given, RowErrors
from ingest.pipeline.rejection import FieldError
from state.event import MAX_SKEW_S, Event, Reset
from state.journal.importer import Importer
from state.wire.types import iso

SHOWN = 20
LONGEST_COMPLAINT = 300
RECORD_ENTRIES = 1_000
ENTRIES_AT_ONCE = 5_000


class RowImport:
    """Writes rows into a journal. ``unit`` is what a row is called, ``clock`` gives epoch seconds.
    ``events`` and ``resets`` count what the journal has, ``refused`` the other rows; the first 20
    reasons are in ``complaints``."""

    def __init__(self, importer: Importer, unit: str, clock: Callable[[], float]) -> None:
        self.events = self.resets = self.refused = 0
        self.complaints: list[str] = []
        self._importer = importer
        self.unit = unit
        self._clock = clock
        self._now = clock()
        self._at = importer.newest_at
        self._begun = False
        self._records: list[tuple[float, list[Event | Reset]]] = []
        self._waiting = 0

    def add(self, number: int, given: Given | RowErrors) -> None:
        """Add the row of that number. It is in the journal at the latest after ``flush``.

        Raises:
            ArchiveError: it is the first row, and the journal has newer records.
            JournalError: the waiting rows can't be stored.
        """
        if not isinstance(given, Given):
            return self._refuse(number, given)
        if given.at is None:
            self._append(max(self._clock(), self._at), given.entry)
        elif (wrong := self._wrong_time(number, given.at)) is not None:
            self._refuse(number, [FieldError("receivedAt", wrong)])
        else:
            self._append(given.at, given.entry)
        if self._waiting >= ENTRIES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait.

        Raises:
            JournalError: they can't be stored.
        """
        if not self._records:
            return
        records, self._records, self._waiting = self._records, [], 0
        self._importer.add([(at, tuple(what)) for at, what in records])
        kept = [entry for _, what in records for entry in what]
        resets = sum(isinstance(entry, Reset) for entry in kept)
        self.resets += resets
        self.events += len(kept) - resets

    def _append(self, at: float, entry: Event | Reset) -> None:
        """Consecutive rows of the same time become one record."""
        if self._records and at == self._at and len(self._records[-1][1]) < RECORD_ENTRIES:
            self._records[-1][1].append(entry)
        else:
            self._records.append((at, [entry]))
        self._at = at
        self._begun = True
        self._waiting += 1

    def _wrong_time(self, number: int, at: float) -> str | None:
        if at < 0:
            return "should be 1970 or later"
        if at > self._now + MAX_SKEW_S:
            self._now = self._clock()
        if at > self._now + MAX_SKEW_S:
            return f"should not lie in the future, it is {iso(self._now)}"
        if at >= self._at:
            return None
        if not self._begun:
            raise ArchiveError(
                f"{self.unit} {number} was received at {iso(at)}, the newest record of the"
                f" journal at {iso(self._at)}, and time never runs backwards: import it into a new"
                " journal (--journal sqlite:PATH)"
            )
        return f"should not be earlier than in the {self.unit} before, {iso(self._at)}"

    def _refuse(self, number: int, wrong: RowErrors) -> None:
        self.refused += 1
        if len(self.complaints) < SHOWN:
            reasons = "; ".join(f"{e.field}: {e.message}" if e.field else e.message for e in wrong)
            self.complaints.append(f"{self.unit} {number}: {_printable(reasons)}")


def _printable(text: str) -> str:
    """Escape text of the file, which may have control characters of a terminal."""
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= LONGEST_COMPLAINT else f"{shown[:LONGEST_COMPLAINT]} …"
