"""For how long pages of today were used."""

from collections.abc import Iterator
from sys import intern

from state.checkpoint_pieces import Piece, dicts_in_pieces
from state.sizes import NAME_BYTES, text_bytes

PAGES_KEPT = 10_000
PAGES_BYTES = 8 * 2**20


class KeptEngagement(Piece):
    """Milliseconds and leaves by page. Many pages have several pieces."""

    pages: dict[str, tuple[int, int]]


class Engagement:
    """The sum of ``engagedMs`` and the number of leaves of each page, for at most 10,000 pages and
    8 MiB of their names; further pages aren't counted."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[int, int]] = {}
        self._bytes = 0

    def add(self, page: str, engaged_ms: int, leaves: int) -> None:
        known = self._pages.get(page)
        if known is None:
            size = self._bytes + NAME_BYTES + text_bytes(page)
            if len(self._pages) >= PAGES_KEPT or size > PAGES_BYTES:
                return
            self._bytes, known = size, (0, 0)
        self._pages[page] = known[0] + engaged_ms, known[1] + leaves

    def mean_s(self, page: str) -> int | None:
        """Whole seconds of engagement for each leave; None before the first one."""
        engaged_ms, leaves = self._pages.get(page, (0, 0))
        return round(engaged_ms / leaves / 1000) if leaves else None

    def __bool__(self) -> bool:
        return bool(self._pages)

    def dump(self) -> Iterator[KeptEngagement]:
        for some in dicts_in_pieces(self._pages):
            yield KeptEngagement(some)

    def load(self, kept: KeptEngagement) -> None:
        for page, counts in kept.pages.items():
            self._pages[intern(page)] = counts
            self._bytes += NAME_BYTES + text_bytes(page)
